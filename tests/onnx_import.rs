//! ONNX files as model files: our own, back from the exporter, and those of `torch.onnx.export`
//! (python/golden/onnx_files.py), against PyTorch's outputs.
#![cfg(all(feature = "import", feature = "onnx", feature = "reference"))]

mod common;

use std::fs;

use common::{
    Golden, assert_close, exported_networks, golden_path, light_networks, magnitude, networks_where,
    same_argmax,
};
use prost::Message;
use segscope::Result;
use segscope::graph::Tensor;
use segscope::graph::onnx::proto::{
    AttributeProto, DataType, DimensionProto, GraphProto, ModelProto, NodeProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
};
use segscope::graph::onnx::{Output, export};
use segscope::graph::random::random_weight;
use segscope::reference::Reference;
use segscope::weights::import::import_onnx;
use segscope::weights::{Model, Precision};

/// Networks whose pyramid does not divide the map of their golden input.
const POOLED_UNEVENLY: [&str; 4] = ["espnet_v2_0.5", "espnet_v2_1.0", "espnet_v2_2.0", "pspnet_resnet18"];

fn imported(bytes: &[u8]) -> Result<Model> {
    import_onnx(bytes, "network", Precision::F32)
}

fn scores(model: &Model, case: &Golden) -> Tensor {
    Reference::new(&model.graph, &model.weights.dequantise()).unwrap().run(&case.input, case.shape).unwrap()
}

/// With the weights that `python/golden/weights.py` gave them.
fn filled(name: &str) -> Vec<u8> {
    let bytes = fs::read(golden_path("onnx").join(format!("{name}.onnx"))).unwrap();
    let mut model = ModelProto::decode(&bytes[..]).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let transposed: Vec<(String, usize)> = graph
        .node
        .iter()
        .filter(|node| node.op_type == "ConvTranspose")
        .map(|node| {
            let group = node.attribute.iter().find(|attribute| attribute.name == "group");
            (node.input[1].clone(), group.map_or(1, |group| group.i as usize))
        })
        .collect();
    for weight in &mut graph.initializer {
        if weight.data_type != i32::from(DataType::Float) || !is_empty(weight) {
            continue;
        }
        let shape: Vec<usize> = weight.dims.iter().map(|&side| side as usize).collect();
        let groups = transposed.iter().find(|(name, _)| *name == weight.name).map(|(_, groups)| *groups);
        let values = match (weight.name.strip_prefix("turned:"), groups) {
            (Some(name), _) => {
                let [rows, columns] = shape[..] else { panic!("{name} is {shape:?}") };
                // A linear layer is a graph's 1x1 convolution.
                let values = random_weight(name, vec![columns, rows, 1, 1]).data;
                (0..rows * columns).map(|i| values[i % columns * rows + i / columns]).collect()
            }
            // A graph has its outputs first, and so have the random weights.
            (_, Some(groups)) => {
                let [inputs, per_group, kh, kw] = shape[..] else { panic!("{shape:?}") };
                let ours = vec![per_group * groups, inputs / groups, kh, kw];
                random_weight(&weight.name, ours).turned(groups).data
            }
            _ if shape.len() == 2 => random_weight(&weight.name, vec![shape[0], shape[1], 1, 1]).data,
            _ => random_weight(&weight.name, shape).data,
        };
        weight.raw_data = values.into_iter().flat_map(f32::to_le_bytes).collect();
    }
    model.encode_to_vec()
}

fn is_empty(weight: &TensorProto) -> bool {
    weight.raw_data.is_empty() && weight.float_data.is_empty() && weight.dims.iter().product::<i64>() > 0
}

#[test]
fn files_of_pytorch_equal_pytorch() {
    let mut seen = 0;
    let files = fs::read_dir(golden_path("onnx")).unwrap().count();
    let has_file = |name: &str| golden_path("onnx").join(format!("{name}.onnx")).exists();
    for case in networks_where(has_file).chain(exported_networks().filter(|case| has_file(&case.name))) {
        seen += 1;
        let model = imported(&filled(&case.name)).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let ours = scores(&model, &case);
        let difference = assert_close(&case.name, &ours, &case.output, 2e-4 * magnitude(&case.output), 1e-3);
        println!("{}: {} nodes, {difference:e}", case.name, model.graph.nodes.len());
        let same = same_argmax(&ours, &case.output);
        assert!(same >= 0.9995, "{}: {same}", case.name);
    }
    assert_eq!(seen, files, "a file without a golden network");
}

#[test]
fn our_own_files_come_back() {
    for case in light_networks() {
        let [_, _, height, width] = case.shape;
        let bytes = export(&case.graph, &case.weights, [height, width], Output::Scores).unwrap();
        let model = match imported(&bytes) {
            Ok(model) => model,
            // Windows of unequal sizes are written as products with matrices, which are no layers.
            Err(error) if POOLED_UNEVENLY.contains(&case.name.as_str()) => {
                assert!(error.to_string().contains("MatMul \"adaptive_avg_pool2d"), "{}: {error}", case.name);
                continue;
            }
            Err(error) => panic!("{}: {error}", case.name),
        };
        let difference = assert_close(
            &case.name,
            &scores(&model, &case),
            &case.output,
            2e-4 * magnitude(&case.output),
            1e-3,
        );
        println!("{}: {} nodes, {difference:e}", case.name, model.graph.nodes.len());
    }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), ints: ints.to_vec(), ..AttributeProto::default() }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), i, ..AttributeProto::default() }
}

fn node(op_type: &str, input: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    let input = input.iter().map(|&name| name.into()).collect();
    NodeProto {
        input,
        output: vec![output.into()],
        op_type: op_type.into(),
        attribute,
        ..NodeProto::default()
    }
}

/// A file for pictures of `side`, with the constants `three` (f32 [3]), `five` (f32 [5]), `grid` (i64 [2, 3]), `ends` (i64, least and greatest),
/// `none` (i64, empty), whose output is `scores`.
fn file(side: i64, node: Vec<NodeProto>) -> Vec<u8> {
    let floats = |name: &str, values: Vec<f32>| TensorProto {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: DataType::Float.into(),
        float_data: values,
        ..TensorProto::default()
    };
    let integers = |name: &str, dims: &[i64], values: Vec<i64>| TensorProto {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: DataType::Int64.into(),
        int64_data: values,
        ..TensorProto::default()
    };
    let shape =
        TensorShapeProto { dim: [1, 3, side, side].map(|dim_value| DimensionProto { dim_value }).to_vec() };
    let tensor_type = Some(TensorTypeProto { elem_type: DataType::Float.into(), shape: Some(shape) });
    let value = |name: &str, r#type| ValueInfoProto { name: name.into(), r#type };
    let graph = GraphProto {
        node,
        initializer: vec![
            floats("three", vec![1.0; 3]),
            floats("five", vec![1.0; 5]),
            integers("grid", &[2, 3], vec![1; 6]),
            integers("ends", &[2], vec![i64::MIN, i64::MAX]),
            integers("least", &[], vec![i64::MIN]),
            integers("most", &[], vec![i64::MAX]),
            integers("one", &[1], vec![1]),
            integers("minus", &[1], vec![-1]),
            integers("zero", &[1], vec![0]),
            integers("none", &[0], vec![]),
        ],
        input: vec![value("image", Some(TypeProto { tensor_type }))],
        output: vec![value("scores", None)],
        ..GraphProto::default()
    };
    ModelProto { graph: Some(graph), ..ModelProto::default() }.encode_to_vec()
}

/// Each asks for something that a careless reader does: to count, to allocate or to look beyond an end.
#[test]
fn hostile_files_are_refused() {
    let doubled = (0..60).map(|i| {
        let (from, to) = (if i == 0 { "five".into() } else { format!("d{i}") }, format!("d{}", i + 1));
        node("Concat", &[&from, &from], &to, vec![int("axis", 0)])
    });
    let cases = [
        ("many pixels", file(1 << 40, vec![node("Relu", &["image"], "scores", vec![])])),
        ("a constant for other channels", file(64, vec![node("Add", &["image", "five"], "scores", vec![])])),
        (
            "an order that is none",
            file(64, vec![node("Transpose", &["grid"], "scores", vec![ints("perm", &[0, 0])])]),
        ),
        (
            "large squares",
            file(64, vec![node("SpaceToDepth", &["image"], "scores", vec![int("blocksize", 1 << 30)])]),
        ),
        (
            "larger squares",
            file(64, vec![node("DepthToSpace", &["image"], "scores", vec![int("blocksize", i64::MAX)])]),
        ),
        (
            "a pixel many times",
            file(64, vec![node("Gather", &["image", "grid"], "scores", vec![int("axis", 2)])]),
        ),
        ("an endless range", file(64, vec![node("Range", &["least", "most", "one"], "scores", vec![])])),
        (
            "nothing backwards",
            file(64, vec![node("Slice", &["none", "minus", "zero", "zero", "minus"], "scores", vec![])]),
        ),
        ("a large size", file(64, vec![node("Resize", &["image", "", "", "ends"], "scores", vec![])])),
        ("doubling", file(64, doubled.collect())),
        ("no operation", file(64, vec![node("Mystery", &[], "scores", vec![])])),
    ];
    for (name, bytes) in cases {
        let error = imported(&bytes).expect_err(name);
        assert!(["model-invalid", "model-unsupported"].contains(&error.kind().code()), "{name}: {error}");
    }
    // The same file with something to do is good.
    let good = file(64, vec![node("Mul", &["image", "spread"], "scores", vec![])]);
    let mut model = ModelProto::decode(&good[..]).unwrap();
    let graph = model.graph.as_mut().unwrap();
    graph.initializer.push(TensorProto {
        name: "spread".into(),
        dims: vec![3, 1, 1],
        data_type: DataType::Float.into(),
        float_data: vec![1.0, 2.0, 3.0],
        ..TensorProto::default()
    });
    assert_eq!(imported(&model.encode_to_vec()).unwrap().graph.nodes.len(), 2);
}
