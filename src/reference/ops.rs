//! One operation of a graph on burn tensors. Tensors are `[n, c, h, w]`.

use burn::tensor::Tensor;
use burn::tensor::activation::{gelu, hard_sigmoid, hard_swish, relu, relu6, sigmoid, silu, softmax};
use burn::tensor::module::{
    adaptive_avg_pool2d, avg_pool2d, conv_transpose2d, conv2d, interpolate, max_pool2d,
};
use burn::tensor::ops::{
    AvgPoolOptions, ConvOptions, ConvTransposeOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions,
    PadMode,
};

use crate::graph::{Activation, Conv2d, ConvTranspose2d, Interpolation, Op, Shape, Window};

/// `inputs` are the values of the node's inputs (the picture itself for [`Op::Input`]), `weights` its kernels and
/// vectors, the latter as `[1, c, 1, 1]`; `shape` is the output's, which [`crate::graph::Graph::shapes`] has inferred.
pub fn run(op: &Op, inputs: &[Tensor<4>], weights: &[Tensor<4>], shape: Shape) -> Tensor<4> {
    let x = inputs[0].clone();
    let weight = |i: usize| weights[i].clone();
    let [_, _, height, width] = shape;
    let y = match op {
        Op::Input { .. } => x,
        Op::Conv2d(conv) => convolve(x, weights, conv),
        Op::ConvTranspose2d(conv) => convolve_transposed(x, weights, conv),
        Op::BatchNorm { epsilon } => {
            let [gamma, beta, mean, variance] = [0, 1, 2, 3].map(weight);
            (x - mean) / (variance + *epsilon).sqrt() * gamma + beta
        }
        Op::Affine => x * weight(0) + weight(1),
        Op::Activation { function } => activate(x, *function, weights),
        Op::MaxPool2d(window) => {
            let options = MaxPoolOptions::new(window.kernel)
                .with_stride(window.stride)
                .with_padding(window.padding)
                .with_ceil_mode(window.ceil);
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
        Op::MaxUnpool2d(window) => unpool(x, inputs[1].clone(), window),
        Op::Pad2d { before: [top, left], after: [bottom, right] } => {
            x.pad((*left, *right, *top, *bottom), PadMode::Constant(0.0))
        }
        Op::Crop2d { before: [top, left] } => x.narrow(2, *top, height).narrow(3, *left, width),
        Op::Slice { start, channels } => slice(x, *start, *channels),
        Op::Concat => Tensor::cat(inputs.to_vec(), 1),
        Op::Add => x + inputs[1].clone(),
        Op::Mul => x * inputs[1].clone(),
        Op::ChannelShuffle { groups } => shuffle_channels(x, *groups),
        Op::LayerNorm { epsilon } => normalise(x, 1, *epsilon) * weight(0) + weight(1),
        Op::GroupNorm { groups, epsilon } => {
            let [n, c, h, w] = x.dims();
            let grouped = x.reshape([n, *groups, c / groups * h * w, 1]);
            normalise(grouped, 2, *epsilon).reshape([n, c, h, w]) * weight(0) + weight(1)
        }
        Op::Attention { heads } => attend(x, inputs[1].clone(), inputs[2].clone(), *heads),
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
        Activation::Gelu => gelu(x),
        Activation::Silu => silu(x),
    }
}

/// `[n, groups, c / groups, h, w]` with the two middle axes transposed.
fn shuffle_channels(x: Tensor<4>, groups: usize) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    x.reshape([n, groups, c / groups, h, w]).swap_dims(1, 2).reshape([n, c, h, w])
}

fn convolve_transposed(x: Tensor<4>, weights: &[Tensor<4>], conv: &ConvTranspose2d) -> Tensor<4> {
    let ConvTranspose2d { stride, padding, output_padding, groups, .. } = conv.clone();
    let options = ConvTransposeOptions::new(stride, padding, output_padding, [1; 2], groups);
    // Back to `[in, out / groups, kh, kw]`.
    let [out, inputs, kh, kw] = weights[0].dims();
    let turned = weights[0].clone().reshape([groups, out / groups, inputs, kh * kw]).swap_dims(1, 2);
    let kernel = turned.reshape([groups * inputs, out / groups, kh, kw]);
    let bias = weights.get(1).map(|bias| bias.clone().reshape([out]));
    conv_transpose2d(x, kernel, bias, options)
}

/// The value of each window where `pooled` has that window's first maximum. The window at its place moves over the whole map:
/// one tap at a time, the best of the taps before it is kept.
fn unpool(x: Tensor<4>, pooled: Tensor<4>, window: &Window) -> Tensor<4> {
    let [n, c, h, w] = pooled.dims();
    let [_, _, rows, columns] = x.dims();
    let ([kh, kw], [sy, sx]) = (window.kernel, window.stride);
    let device = pooled.device();
    // As if the map ended with a stride; what is added is no maximum.
    let (beyond_x, beyond_y) = ((columns * sx).saturating_sub(w), (rows * sy).saturating_sub(h));
    let pooled = pooled.pad((0, beyond_x, 0, beyond_y), PadMode::Constant(f32::MIN));
    let blocks = |map: Tensor<4>| {
        let whole = map.narrow(2, 0, rows * sy).narrow(3, 0, columns * sx);
        whole.reshape([n * c, rows, sy, columns, sx])
    };
    let blocks = blocks(pooled);
    let tap = |ky: usize, kx: usize| blocks.clone().narrow(2, ky, 1).narrow(4, kx, 1);
    let taps: Vec<[usize; 2]> = (0..kh).flat_map(|ky| (0..kw).map(move |kx| [ky, kx])).collect();
    let largest =
        taps.iter().map(|&[ky, kx]| tap(ky, kx)).reduce(Tensor::max_pair).expect("a window has taps");
    let value = x.reshape([n * c, rows, 1, columns, 1]);
    let mut is_free = Tensor::<5>::ones([n * c, rows, 1, columns, 1], &device);
    let mut result = Tensor::<5>::zeros([n * c, rows, sy, columns, sx], &device);
    for [ky, kx] in taps {
        let is_first = tap(ky, kx).equal(largest.clone()).float() * is_free.clone();
        is_free = is_free - is_first.clone();
        result = result
            .slice_assign([0..n * c, 0..rows, ky..ky + 1, 0..columns, kx..kx + 1], value.clone() * is_first);
    }
    let result = result.reshape([n, c, rows * sy, columns * sx]);
    let (below, beside) = (h.saturating_sub(rows * sy), w.saturating_sub(columns * sx));
    result.pad((0, beside, 0, below), PadMode::Constant(0.0)).narrow(2, 0, h).narrow(3, 0, w)
}

fn slice(x: Tensor<4>, start: usize, channels: usize) -> Tensor<4> {
    let [n, c, h, w] = x.dims();
    let device = x.device();
    let there = channels.min(c.saturating_sub(start));
    let zeros = Tensor::zeros([n, channels - there, h, w], &device);
    match there {
        0 => zeros,
        _ if there == channels => x.narrow(1, start, there),
        _ => Tensor::cat(vec![x.narrow(1, start, there), zeros], 1),
    }
}

/// To mean 0 and variance 1 along a dimension.
fn normalise(x: Tensor<4>, dim: usize, epsilon: f64) -> Tensor<4> {
    let centred = x.clone() - x.mean_dim(dim);
    let variance = centred.clone().powi_scalar(2).mean_dim(dim);
    centred / (variance + epsilon).sqrt()
}

fn attend(queries: Tensor<4>, keys: Tensor<4>, values: Tensor<4>, heads: usize) -> Tensor<4> {
    let [n, c, h, w] = queries.dims();
    let size = c / heads;
    // `[n, heads, pixels, size]`
    let split = |map: Tensor<4>| {
        let [_, _, h, w] = map.dims();
        map.reshape([n, heads, size, h * w]).swap_dims(2, 3)
    };
    let scores = split(queries).matmul(split(keys).swap_dims(2, 3)) * (size as f64).powf(-0.5);
    softmax(scores, 3).matmul(split(values)).swap_dims(2, 3).reshape([n, c, h, w])
}
