//! Each operation of a graph in ONNX's terms.

use super::super::{Activation, Conv2d, ConvTranspose2d, Interpolation, NodeId, Op, Tensor, Window};
use super::proto::AttributeProto;
use super::writer::{Writer, float, int, ints, text};
use super::{adaptive_pool, attention, norms};
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
        Op::ConvTranspose2d(conv) => {
            let kernel = turned_kernel(file, id, conv)?;
            let bias = node.weights.get(1).map(|bias| file.weight(bias, &[c])).transpose()?;
            let inputs: Vec<&str> = [x, &kernel].into_iter().chain(bias.as_deref()).collect();
            let mut attributes = conv_attributes(&node.op.convolution().expect("it has one's weights"));
            attributes.push(ints("output_padding", &conv.output_padding));
            file.node(name, "ConvTranspose", &inputs, name, attributes);
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
        Op::MaxUnpool2d(window) => {
            // The pooling again, for its switches.
            let (pooled, switches) = (format!("{name}/pooled"), format!("{name}/switches"));
            file.node(&pooled, "MaxPool", &[inputs[1]], &pooled, window_attributes(window));
            file.add_output(&switches);
            let size = file.integers(&format!("{name}/size"), &[n, c, height, width]);
            file.node(name, "MaxUnpool", &[x, &switches, &size], name, window_attributes(window));
        }
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
        Op::Pad2d { before: [top, left], after: [bottom, right] } => {
            let pads = file.integers(&format!("{name}/pads"), &[0, 0, *top, *left, 0, 0, *bottom, *right]);
            file.node(name, "Pad", &[x, &pads], name, vec![]);
        }
        Op::Crop2d { before: [top, left] } => {
            slice(file, name, x, &[2, 3], &[*top, *left], &[top + height, left + width]);
        }
        Op::Slice { start, channels } => {
            let end = (start + channels).min(in_channels).max(*start);
            if end == start + channels {
                slice(file, name, x, &[1], &[*start], &[end]);
            } else {
                let there = format!("{name}/there");
                slice(file, &there, x, &[1], &[*start], &[end]);
                let pads = [0, 0, 0, 0, 0, start + channels - end, 0, 0];
                let pads = file.integers(&format!("{name}/pads"), &pads);
                file.node(name, "Pad", &[&there, &pads], name, vec![]);
            }
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
        Op::LayerNorm { epsilon } => norms::layer_norm(file, id, x, *epsilon as f32)?,
        Op::GroupNorm { groups, epsilon } => norms::group_norm(file, id, x, *groups, *epsilon as f32)?,
        Op::Attention { heads } => attention::write(file, id, &inputs, *heads),
    }
    Ok(())
}

fn slice(file: &mut Writer, name: &str, x: &str, axes: &[usize], starts: &[usize], ends: &[usize]) {
    let starts = file.integers(&format!("{name}/starts"), starts);
    let ends = file.integers(&format!("{name}/ends"), ends);
    let axes = file.integers(&format!("{name}/axes"), axes);
    file.node(name, "Slice", &[x, &starts, &ends, &axes], name, vec![]);
}

/// The kernel as PyTorch and ONNX have it, `[in, out / groups, kh, kw]`.
fn turned_kernel(file: &mut Writer, id: NodeId, conv: &ConvTranspose2d) -> Result<String> {
    let node = file.graph.node(id);
    let ([kh, kw], groups) = (conv.kernel, conv.groups);
    let shape = [conv.out_channels, file.shapes[node.inputs[0]][1] / groups, kh, kw];
    let ours = file.values(&node.weights[0], shape.iter().product())?;
    let turned = Tensor::new(shape, ours.to_vec()).turned(groups);
    Ok(file.floats(&node.weights[0], &turned.shape, &turned.data))
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
        Activation::Silu => {
            let gate = format!("{name}/gate");
            file.node(&gate, "Sigmoid", &[x], &gate, vec![]);
            file.node(name, "Mul", &[x, &gate], name, vec![]);
        }
        Activation::Gelu => {
            // Gelu became an operator with set 20.
            let parts = ["scaled", "erf", "gate", "double"].map(|part| format!("{name}/{part}"));
            let [scaled, erf, gate, double] = parts.each_ref().map(String::as_str);
            let root = file.floats(&format!("{name}/root"), &[], &[std::f32::consts::FRAC_1_SQRT_2]);
            let one = file.floats(&format!("{name}/one"), &[], &[1.0]);
            let half = file.floats(&format!("{name}/half"), &[], &[0.5]);
            file.node(scaled, "Mul", &[x, &root], scaled, vec![]);
            file.node(erf, "Erf", &[scaled], erf, vec![]);
            file.node(gate, "Add", &[erf, &one], gate, vec![]);
            file.node(double, "Mul", &[x, gate], double, vec![]);
            file.node(name, "Mul", &[double, &half], name, vec![]);
        }
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
    let mut attributes = vec![
        ints("kernel_shape", &window.kernel),
        ints("strides", &window.stride),
        ints("pads", &[top, left, top, left]),
    ];
    if window.ceil {
        attributes.push(int("ceil_mode", 1));
    }
    attributes
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
