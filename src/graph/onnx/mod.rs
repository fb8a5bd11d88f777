//! A graph and its weights as an ONNX file, for other engines: to compare with, or to run a network elsewhere.
//!
//! ONNX operator set 17 (<https://onnx.ai/onnx/operators/>), one f32 input `input` `[1, c, h, w]` of a fixed size, one output
//! `output`. Nodes keep their names. Every operation has PyTorch's semantics, as in the graph; the file is tested in
//! onnxruntime-web against PyTorch's own outputs (tests/e2e/onnx.test.js).

mod adaptive_pool;
mod attention;
mod norms;
mod operations;
pub mod proto;
mod writer;

use std::collections::HashSet;

use prost::Message;

use super::{Graph, Weights};
use crate::error::{Error, ErrorKind, Result};
use proto::{DataType, GraphProto, ModelProto, OperatorSetIdProto};
use writer::{Writer, int, value_info};

const INPUT: &str = "input";
const OUTPUT: &str = "output";
const OPSET: i64 = 17;
/// The version of the file format that came with operator set 17.
const IR_VERSION: i64 = 8;

/// What the file's output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// f32 `[1, classes, h, w]`, as the graph says.
    Scores,
    /// The best class of every pixel, int64 `[1, h, w]`.
    Classes,
}

/// The file's bytes, for inputs of `[height, width]`.
///
/// Errors: `input-size` if the network cannot take this size, `weights-mismatch` for a weight that is missing or misshaped,
/// `model-unsupported` where names collide; each names the node or weight.
pub fn export(
    graph: &Graph,
    weights: &Weights,
    [height, width]: [usize; 2],
    output: Output,
) -> Result<Vec<u8>> {
    let shapes = graph.shapes(1, height, width)?;
    let mut file = Writer::new(graph, weights, &shapes);
    for id in 1..graph.nodes.len() {
        operations::write(&mut file, id)?;
    }
    let scores = file.value(graph.output);
    let [n, _, h, w] = shapes[graph.output];
    let answer = match output {
        Output::Scores => {
            // Also where the output is the input: an ONNX graph may not name one value as both.
            file.node(OUTPUT, "Identity", &[&scores], OUTPUT, vec![]);
            value_info(OUTPUT, DataType::Float, &shapes[graph.output])
        }
        Output::Classes => {
            file.node(OUTPUT, "ArgMax", &[&scores], OUTPUT, vec![int("axis", 1), int("keepdims", 0)]);
            value_info(OUTPUT, DataType::Int64, &[n, h, w])
        }
    };
    let graph = GraphProto {
        name: "segscope".into(),
        input: vec![value_info(INPUT, DataType::Float, &shapes[0])],
        output: vec![answer],
        node: file.nodes,
        initializer: file.constants,
    };
    check_names(&graph)?;
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "segscope".into(),
        producer_version: env!("CARGO_PKG_VERSION").into(),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
    };
    Ok(model.encode_to_vec())
}

/// Values and constants share one space of names; the graph's own names are only unique among nodes.
fn check_names(graph: &GraphProto) -> Result<()> {
    let inputs = graph.input.iter().map(|input| &input.name);
    let constants = graph.initializer.iter().map(|constant| &constant.name);
    let values = graph.node.iter().flat_map(|node| &node.output);
    let mut seen = HashSet::new();
    match inputs.chain(constants).chain(values).find(|name| !seen.insert(*name)) {
        None => Ok(()),
        Some(name) => Err(Error::new(
            ErrorKind::ModelUnsupported,
            format!("two values of the ONNX file would be called \"{name}\"; rename that node"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::random::random_weights;
    use crate::graph::{Conv2d, GraphBuilder};

    fn network(conv: &str) -> Graph {
        let (mut g, x) = GraphBuilder::new(3);
        let y = g.conv(conv, x, Conv2d::new(4, 3).bias());
        g.build(y)
    }

    #[test]
    fn the_file_says_what_goes_in_and_out() {
        let graph = network("conv");
        let bytes = export(&graph, &random_weights(&graph), [5, 7], Output::Classes).unwrap();
        let model = ModelProto::decode(bytes.as_slice()).unwrap();
        let graph = model.graph.unwrap();
        let shape = |value: &proto::ValueInfoProto| -> Vec<i64> {
            let tensor = value.r#type.clone().and_then(|kind| kind.tensor_type).unwrap();
            tensor.shape.unwrap().dim.iter().map(|dim| dim.dim_value).collect()
        };
        assert_eq!((graph.input[0].name.as_str(), shape(&graph.input[0])), ("input", vec![1, 3, 5, 7]));
        assert_eq!((graph.output[0].name.as_str(), shape(&graph.output[0])), ("output", vec![1, 5, 7]));
        assert_eq!(graph.node.iter().map(|node| &node.op_type).collect::<Vec<_>>(), ["Conv", "ArgMax"]);
    }

    #[test]
    fn what_cannot_be_exported_is_named() {
        let graph = network("conv");
        let mut weights = random_weights(&graph);
        weights.remove("conv.bias");
        let error = export(&graph, &weights, [5, 7], Output::Scores).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WeightsMismatch);
        assert!(error.to_string().contains("\"conv.bias\""), "{error}");

        let graph = network("input");
        let error = export(&graph, &random_weights(&graph), [5, 7], Output::Scores).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ModelUnsupported);
        assert!(error.to_string().contains("\"input\""), "{error}");
    }
}
