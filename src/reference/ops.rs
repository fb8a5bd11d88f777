//! One operation of a graph on burn tensors. Tensors are `[n, c, h, w]`.

use burn::tensor::Tensor;
use burn::tensor::activation::{hard_sigmoid, hard_swish, relu, relu6, sigmoid};
use burn::tensor::module::{adaptive_avg_pool2d, avg_pool2d, conv2d, interpolate, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions};

use crate::graph::{Activation, Conv2d, Interpolation, Op, Shape};

/// `inputs` are the values of the node's inputs (the picture itself for [`Op::Input`]), `weights` its kernels and
/// vectors, the latter as `[1, c, 1, 1]`; `shape` is the output's, which [`crate::graph::Graph::shapes`] has inferred.
pub fn run(op: &Op, inputs: &[Tensor<4>], weights: &[Tensor<4>], shape: Shape) -> Tensor<4> {
    let x = inputs[0].clone();
    let weight = |i: usize| weights[i].clone();
    let [_, _, height, width] = shape;
    let y = match op {
        Op::Input { .. } => x,
        Op::Conv2d(conv) => convolve(x, weights, conv),
        Op::BatchNorm { epsilon } => {
            let [gamma, beta, mean, variance] = [0, 1, 2, 3].map(weight);
            (x - mean) / (variance + *epsilon).sqrt() * gamma + beta
        }
        Op::Affine => x * weight(0) + weight(1),
        Op::Activation { function } => activate(x, *function, weights),
        Op::MaxPool2d(window) => {
            let options =
                MaxPoolOptions::new(window.kernel).with_stride(window.stride).with_padding(window.padding);
            max_pool2d(x, options)
        }
        Op::AvgPool2d(window) => {
            let options = AvgPoolOptions::new(window.kernel)
                .with_stride(window.stride)
                .with_padding(window.padding)
                .with_count_include_pad(true);
            avg_pool2d(x, options)
        }
        Op::AdaptiveAvgPool2d { .. } => adaptive_avg_pool2d(x, [height, width]),
        Op::Resize { mode, align_corners, .. } => {
            let mode = match mode {
                Interpolation::Nearest => InterpolateMode::Nearest,
                Interpolation::Bilinear => InterpolateMode::Bilinear,
            };
            // burn aligns corners unless told otherwise, PyTorch does not.
            let options = InterpolateOptions::new(mode).with_align_corners(*align_corners);
            interpolate(x, options.with_output_size([height, width]))
        }
        Op::Concat => Tensor::cat(inputs.to_vec(), 1),
        Op::Add => x + inputs[1].clone(),
        Op::Mul => x * inputs[1].clone(),
        Op::ChannelShuffle { groups } => shuffle_channels(x, *groups),
    };
    debug_assert_eq!(y.dims(), shape, "shape inference and the reference disagree on {}", op.name());
    y
}

fn convolve(x: Tensor<4>, weights: &[Tensor<4>], conv: &Conv2d) -> Tensor<4> {
    let options = ConvOptions::new(conv.stride, conv.padding, conv.dilation, conv.groups);
    let bias = weights.get(1).map(|bias| bias.clone().reshape([conv.out_channels]));
    conv2d(x, weights[0].clone(), bias, options)
}

fn activate(x: Tensor<4>, function: Activation, weights: &[Tensor<4>]) -> Tensor<4> {
    match function {
        Activation::Relu => relu(x),
        Activation::Relu6 => relu6(x),
        Activation::Prelu => x.clone().clamp_min(0.0) + x.clamp_max(0.0) * weights[0].clone(),
        Activation::Hardswish => hard_swish(x),
        Activation::Hardsigmoid => hard_sigmoid(x, 1.0 / 6.0, 0.5),
        Activation::Sigmoid => sigmoid(x),
    }
}

/// `[n, groups, c / groups, h, w]` with the two middle axes transposed.
fn shuffle_channels(x: Tensor<4>, groups: usize) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    x.reshape([n, groups, c / groups, h, w]).swap_dims(1, 2).reshape([n, c, h, w])
}
