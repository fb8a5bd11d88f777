//! A network in figures, node by node: what lessons and the graph view draw.

use serde::Serialize;

use crate::error::Result;
use crate::graph::receptive_field::Extent;
use crate::graph::{Graph, Shape};

/// Everything about a graph that follows from its definition and the size of its input.
#[derive(Clone, Debug, Serialize)]
pub struct Description {
    /// `[height, width]` of the input.
    pub size: [usize; 2],
    pub nodes: Vec<NodeDescription>,
    /// Index of the node whose value is the answer.
    pub output: usize,
    pub parameters: usize,
    /// Multiply-accumulates for one picture.
    pub macs: u64,
}

#[derive(Clone, Debug, Serialize)]
pub struct NodeDescription {
    pub name: String,
    /// The operation's name, as in the graph's JSON.
    pub op: &'static str,
    /// Its hyper-parameters, as in the graph's JSON.
    pub options: serde_json::Value,
    /// Indices of the nodes it reads.
    pub inputs: Vec<usize>,
    /// `[n, c, h, w]`
    pub shape: Shape,
    pub weights: Vec<WeightDescription>,
    pub parameters: usize,
    pub macs: u64,
    /// `[vertical, horizontal]`
    pub field: [Field; 2],
}

#[derive(Clone, Debug, Serialize)]
pub struct WeightDescription {
    pub name: String,
    pub shape: Vec<usize>,
}

/// A theoretical receptive field along one axis, in pixels of the input; none where it is the whole picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Field {
    pub size: Option<f64>,
    /// Between the fields of neighbouring values.
    pub jump: Option<f64>,
    /// The first pixel that the value at position 0 reads; below 0 it is padding.
    pub first: Option<f64>,
}

impl Field {
    fn of(extent: Extent) -> Self {
        match extent {
            Extent::Window { first, last, jump } => {
                Self { size: Some(last - first + 1.0), jump: Some(jump), first: Some(first) }
            }
            Extent::Whole => Self { size: None, jump: None, first: None },
        }
    }
}

/// Describes `graph` for an input of `height x width`.
///
/// Errors: `input-size`.
pub fn describe(graph: &Graph, height: usize, width: usize) -> Result<Description> {
    let shapes = graph.shapes(1, height, width)?;
    let fields = graph.receptive_fields(height, width)?;
    let macs = graph.macs_by_node(height, width)?;
    let weight_shapes = graph.weight_shapes()?;
    let json: serde_json::Value =
        serde_json::from_slice(graph.to_json().as_bytes()).expect("a graph's JSON is JSON");
    let mut named = weight_shapes.into_iter();
    let nodes = graph.nodes.iter().enumerate().map(|(id, node)| {
        let weights: Vec<WeightDescription> = named
            .by_ref()
            .take(node.weights.len())
            .map(|(name, shape)| WeightDescription { name, shape })
            .collect();
        let is_statistic = |name: &str| name.ends_with(".running_mean") || name.ends_with(".running_var");
        let learnt = weights.iter().filter(|weight| !is_statistic(&weight.name));
        let mut options = json["nodes"][id].clone();
        if let Some(options) = options.as_object_mut() {
            for key in ["name", "op", "inputs", "weights"] {
                options.remove(key);
            }
        }
        NodeDescription {
            name: node.name.clone(),
            op: node.op.name(),
            options,
            inputs: node.inputs.clone(),
            shape: shapes[id],
            parameters: learnt.map(|weight| weight.shape.iter().product::<usize>()).sum(),
            weights,
            macs: macs[id],
            field: fields[id].map(Field::of),
        }
    });
    let nodes: Vec<NodeDescription> = nodes.collect();
    Ok(Description {
        size: [height, width],
        output: graph.output,
        parameters: nodes.iter().map(|node| node.parameters).sum(),
        macs: macs.iter().fold(0, |sum, macs| sum.saturating_add(*macs)),
        nodes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zoo::{self, Options};

    #[test]
    fn sums_and_fields_are_the_graphs() {
        let graph = zoo::build("unet_resnet18", &Options { scale: None, classes: 5 }).unwrap();
        let described = describe(&graph, 64, 96).unwrap();
        assert_eq!(described.parameters, graph.parameters().unwrap());
        assert_eq!(described.macs, graph.macs(64, 96).unwrap());
        assert_eq!(described.nodes.len(), graph.nodes.len());
        let first = &described.nodes[1];
        assert_eq!((first.op, first.options["kernel"].clone()), ("conv2d", serde_json::json!([7, 7])));
        assert_eq!(first.field[0], Field { size: Some(7.0), jump: Some(2.0), first: Some(-3.0) });
        assert_eq!(first.weights[0].shape, [64, 3, 7, 7]);
    }
}
