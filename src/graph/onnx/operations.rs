//! Each operation of a graph in ONNX's terms.

use super::super::{Activation, Conv2d, Interpolation, NodeId, Op, Window};
use super::adaptive_pool;
use super::proto::AttributeProto;
use super::writer::{Writer, float, int, ints, text};
use crate::error::Result;

/// Adds the node `id`. Errors: `weights-mismatch`.
pub fn write(file: &mut Writer, id: NodeId) -> Result<()> {
    let node = file.graph.node(id);
    let inputs: Vec<String> = node.inputs.iter().map(|&input| file.value(input)).collect();
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let (name, x) = (node.name.as_str(), inputs[0]);
    let [n, c, height, width] = file.shapes[id];
    let in_channels = file.shapes[node.inputs[0]][1];
    match &node.op {
        Op::Input { .. } => unreachable!("the only input is node 0"),
        Op::Conv2d(conv) => {
            let [kh, kw] = conv.kernel;
            let kernel = file.weight(&node.weights[0], &[c, in_channels / conv.groups, kh, kw])?;
            let bias = node.weights.get(1).map(|bias| file.weight(bias, &[c])).transpose()?;
            let inputs: Vec<&str> = [x, &kernel].into_iter().chain(bias.as_deref()).collect();
            file.node(name, "Conv", &inputs, name, conv_attributes(conv));
        }
        Op::BatchNorm { epsilon } => {
            let mut inputs = vec![x.to_owned()];
            for weight in &node.weights {
                inputs.push(file.weight(weight, &[c])?);
            }
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let epsilon = float("epsilon", *epsilon as f32);
            file.node(name, "BatchNormalization", &inputs, name, vec![epsilon]);
        }
        Op::Affine => {
            let scale = file.weight(&node.weights[0], &[c, 1, 1])?;
            let shift = file.weight(&node.weights[1], &[c, 1, 1])?;
            let product = format!("{name}/product");
            file.node(&product, "Mul", &[x, &scale], &product, vec![]);
            file.node(name, "Add", &[&product, &shift], name, vec![]);
        }
        Op::Activation { function } => activation(file, id, *function, x)?,
        Op::MaxPool2d(window) => file.node(name, "MaxPool", &[x], name, window_attributes(window)),
        Op::AvgPool2d(window) => {
            let mut attributes = window_attributes(window);
            attributes.push(int("count_include_pad", 1));
            file.node(name, "AveragePool", &[x], name, attributes);
        }
        Op::AdaptiveAvgPool2d { .. } => adaptive_pool::write(file, id, x, file.shapes[node.inputs[0]]),
        Op::Resize { mode, align_corners, .. } => {
            let sizes = file.integers(&format!("{name}/sizes"), &[n, c, height, width]);
            file.node(name, "Resize", &[x, "", "", &sizes], name, resize_attributes(*mode, *align_corners));
        }
        Op::Concat => file.node(name, "Concat", &inputs, name, vec![int("axis", 1)]),
        Op::Add => file.node(name, "Add", &inputs, name, vec![]),
        Op::Mul => file.node(name, "Mul", &inputs, name, vec![]),
        Op::ChannelShuffle { groups } => {
            let split = [n, *groups, c / groups, height, width];
            let split = file.integers(&format!("{name}/split"), &split);
            let joined = file.integers(&format!("{name}/joined"), &[n, c, height, width]);
            let (grouped, transposed) = (format!("{name}/grouped"), format!("{name}/transposed"));
            file.node(&grouped, "Reshape", &[x, &split], &grouped, vec![]);
            let swap = ints("perm", &[0, 2, 1, 3, 4]);
            file.node(&transposed, "Transpose", &[&grouped], &transposed, vec![swap]);
            file.node(name, "Reshape", &[&transposed, &joined], name, vec![]);
        }
    }
    Ok(())
}

fn activation(file: &mut Writer, id: NodeId, function: Activation, x: &str) -> Result<()> {
    let node = file.graph.node(id);
    let name = node.name.as_str();
    match function {
        Activation::Relu => file.node(name, "Relu", &[x], name, vec![]),
        Activation::Relu6 => {
            let min = file.floats(&format!("{name}/min"), &[], &[0.0]);
            let max = file.floats(&format!("{name}/max"), &[], &[6.0]);
            file.node(name, "Clip", &[x, &min, &max], name, vec![]);
        }
        Activation::Prelu => {
            let slope = file.weight(&node.weights[0], &[file.shapes[id][1], 1, 1])?;
            file.node(name, "PRelu", &[x, &slope], name, vec![]);
        }
        Activation::Hardswish => file.node(name, "HardSwish", &[x], name, vec![]),
        Activation::Hardsigmoid => {
            let attributes = vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)];
            file.node(name, "HardSigmoid", &[x], name, attributes);
        }
        Activation::Sigmoid => file.node(name, "Sigmoid", &[x], name, vec![]),
    }
    Ok(())
}

fn conv_attributes(conv: &Conv2d) -> Vec<AttributeProto> {
    let [top, left] = conv.padding;
    vec![
        ints("kernel_shape", &conv.kernel),
        ints("strides", &conv.stride),
        ints("pads", &[top, left, top, left]),
        ints("dilations", &conv.dilation),
        int("group", conv.groups),
    ]
}

fn window_attributes(window: &Window) -> Vec<AttributeProto> {
    let [top, left] = window.padding;
    vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.stride),
        ints("pads", &[top, left, top, left]),
    ]
}

fn resize_attributes(mode: Interpolation, align_corners: bool) -> Vec<AttributeProto> {
    let coordinates = |name| text("coordinate_transformation_mode", name);
    match mode {
        Interpolation::Nearest => {
            vec![text("mode", "nearest"), coordinates("asymmetric"), text("nearest_mode", "floor")]
        }
        Interpolation::Bilinear => {
            vec![
                text("mode", "linear"),
                coordinates(if align_corners { "align_corners" } else { "half_pixel" }),
            ]
        }
    }
}
