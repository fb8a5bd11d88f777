//! Mix transformer (MiT) B0 to B5, the encoder of SegFormer.
//!
//! Xie, Wang, Yu, Anandkumar, Alvarez, Luo, "SegFormer: Simple and Efficient Design for Semantic Segmentation with
//! Transformers", NeurIPS 2021, arXiv 2105.15203, section 3.1 and table 6.
//! Reference: segmentation_models_pytorch 0.6, `encoders/mix_transformer.py`.
//! Differences: none in the numbers; tokens stay maps, so a linear layer is a 1x1 convolution.

use super::dilation::{dilation, strided_or_dilated};
use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

/// Of the norms in and after the blocks, and of those behind a convolution, which have torch's default.
const BLOCK_EPSILON: f64 = 1e-6;
const CONV_EPSILON: f64 = 1e-5;

const HEADS: [usize; 4] = [1, 2, 5, 8];
/// Side of the patches that become one key and one value (the paper's R, equation 2, is its square).
const REDUCTIONS: [usize; 4] = [8, 4, 2, 1];
/// Widening inside a Mix-FFN.
const EXPANSION: usize = 4;

struct Stage {
    channels: usize,
    heads: usize,
    reduction: usize,
    dilation: usize,
}

/// Blocks of each stage.
const DEPTHS: [[usize; 4]; 6] =
    [[2, 2, 2, 2], [2, 2, 2, 2], [3, 4, 6, 3], [3, 4, 18, 3], [3, 8, 27, 3], [3, 6, 40, 3]];

fn widths(size: usize) -> [usize; 4] {
    if size == 0 { [32, 64, 160, 256] } else { [64, 128, 320, 512] }
}

/// Channels of the maps at strides 2, 4, 8, 16 and 32; there is none at 2.
pub fn channels(size: usize) -> [usize; 5] {
    let [c1, c2, c3, c4] = widths(size);
    [0, c1, c2, c3, c4]
}

/// Adds B`size` to `g`, its names under `prefix`; returns the first `depth - 1` of the maps at strides 4, 8, 16 and 32.
pub fn features(
    g: &mut GraphBuilder,
    prefix: &str,
    image: NodeId,
    size: usize,
    depth: usize,
    output_stride: usize,
) -> Vec<NodeId> {
    let mut maps = Vec::new();
    let mut x = image;
    for (i, channels) in widths(size).into_iter().enumerate().take(depth - 1) {
        let dilation = dilation(4 << i, output_stride);
        let stage = Stage { channels, heads: HEADS[i], reduction: REDUCTIONS[i], dilation };
        let (kernel, stride) = if i == 0 { (7, 4) } else { (3, 2) };
        let name = format!("{prefix}.patch_embed{}", i + 1);
        let patches = strided_or_dilated(Conv2d::new(channels, kernel).bias(), stride, dilation);
        x = conv_norm(g, [&format!("{name}.proj"), &format!("{name}.norm")], x, patches);
        for j in 0..DEPTHS[size][i] {
            x = block(g, &format!("{prefix}.block{}.{j}", i + 1), x, &stage);
        }
        x = g.layer_norm(&format!("{prefix}.norm{}", i + 1), x, BLOCK_EPSILON);
        maps.push(x);
    }
    maps
}

fn block(g: &mut GraphBuilder, name: &str, x: NodeId, stage: &Stage) -> NodeId {
    let y = g.layer_norm(&format!("{name}.norm1"), x, BLOCK_EPSILON);
    let y = attention(g, &format!("{name}.attn"), y, stage);
    let x = g.add(x, y);
    let y = g.layer_norm(&format!("{name}.norm2"), x, BLOCK_EPSILON);
    let y = mix_ffn(g, &format!("{name}.mlp"), y, stage);
    g.add(x, y)
}

/// Self-attention whose keys and values come from a coarser map (paper, section 3.1, "Efficient Self-Attention").
fn attention(g: &mut GraphBuilder, name: &str, x: NodeId, stage: &Stage) -> NodeId {
    let c = stage.channels;
    let queries = linear(g, &format!("{name}.q"), x, c);
    let coarse = if stage.reduction == 1 {
        x
    } else {
        let conv = Conv2d::new(c, stage.reduction).padding(0).bias();
        let conv = strided_or_dilated(conv, stage.reduction, stage.dilation);
        conv_norm(g, [&format!("{name}.sr"), &format!("{name}.norm")], x, conv)
    };
    let keys_values = linear(g, &format!("{name}.kv"), coarse, 2 * c);
    let keys = g.slice(keys_values, 0..c);
    let values = g.slice(keys_values, c..2 * c);
    let y = g.attention(queries, keys, values, stage.heads);
    linear(g, &format!("{name}.proj"), y, c)
}

/// The convolution between the linear layers tells a token where it is; there is no positional encoding (paper, equation 3).
fn mix_ffn(g: &mut GraphBuilder, name: &str, x: NodeId, stage: &Stage) -> NodeId {
    let c = stage.channels * EXPANSION;
    let x = linear(g, &format!("{name}.fc1"), x, c);
    let depthwise = Conv2d::new(c, 3).groups(c).bias().dilation(stage.dilation);
    let x = g.conv(&format!("{name}.dwconv.dwconv"), x, depthwise);
    let x = g.activation(x, Activation::Gelu);
    linear(g, &format!("{name}.fc2"), x, stage.channels)
}

fn linear(g: &mut GraphBuilder, name: &str, x: NodeId, c_out: usize) -> NodeId {
    g.conv(name, x, Conv2d::new(c_out, 1).bias())
}

fn conv_norm(g: &mut GraphBuilder, [conv_name, norm_name]: [&str; 2], x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(conv_name, x, conv);
    g.layer_norm(norm_name, x, CONV_EPSILON)
}
