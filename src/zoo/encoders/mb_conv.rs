//! The block of EfficientNet: an inverted residual with swish and squeeze-and-excitation.
//!
//! Tan, Le, "EfficientNet", ICML 2019, arXiv 1905.11946, section 4, after Sandler et al., "MobileNetV2", arXiv 1801.04381.
//! Reference: segmentation_models_pytorch 0.6, `encoders/_efficientnet.py` (`MBConvBlock` and `Conv2dStaticSamePadding`).
//! Difference: stochastic depth, which inference does not have, is left out.

use super::dilation::strided_or_dilated;
use crate::graph::Activation::{Sigmoid, Silu};
use crate::graph::{Conv2d, GraphBuilder, NodeId};

/// TensorFlow's default, not torch's.
const EPSILON: f64 = 1e-3;

pub struct Block {
    pub c_in: usize,
    pub c_out: usize,
    pub kernel: usize,
    pub stride: usize,
    pub dilation: usize,
    pub expansion: usize,
    /// Side of the block's input in training, see [`same_conv`].
    pub side: usize,
}

/// Expand, convolve depthwise, weigh the channels, project.
pub fn mb_conv(g: &mut GraphBuilder, name: &str, x: NodeId, b: &Block) -> NodeId {
    let expanded = b.c_in * b.expansion;
    let mut y = x;
    if b.expansion != 1 {
        y = g.conv(&format!("{name}._expand_conv"), y, Conv2d::new(expanded, 1));
        y = bn_silu(g, &format!("{name}._bn0"), y);
    }
    let depthwise = Conv2d::new(expanded, b.kernel).groups(expanded);
    let depthwise = strided_or_dilated(depthwise, b.stride, b.dilation);
    y = same_conv(g, &format!("{name}._depthwise_conv"), y, depthwise, b.side);
    y = bn_silu(g, &format!("{name}._bn1"), y);
    y = squeeze_excite(g, name, y, expanded, b.c_in / 4);
    y = g.conv(&format!("{name}._project_conv"), y, Conv2d::new(b.c_out, 1));
    y = g.batch_norm(&format!("{name}._bn2"), y, EPSILON);
    if b.stride == 1 && b.c_in == b.c_out { g.add(y, x) } else { y }
}

/// Hu, Shen, Albanie, Sun, Wu, "Squeeze-and-Excitation Networks", arXiv 1709.01507, with swish in place of ReLU.
fn squeeze_excite(g: &mut GraphBuilder, name: &str, x: NodeId, channels: usize, squeezed: usize) -> NodeId {
    let gate = g.global_avg_pool(x);
    let gate = g.conv(&format!("{name}._se_reduce"), gate, Conv2d::new(squeezed, 1).bias());
    let gate = g.activation(gate, Silu);
    let gate = g.conv(&format!("{name}._se_expand"), gate, Conv2d::new(channels, 1).bias());
    let gate = g.activation(gate, Sigmoid);
    g.mul(x, gate)
}

/// A convolution with TensorFlow's "same" padding as it falls for a map of `side`, whatever this map's size: where a stride of
/// 2 meets an even side, there is one row and one column less before the map than after it.
pub fn same_conv(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d, side: usize) -> NodeId {
    if conv.stride == [1, 1] || side % 2 == 1 {
        return g.conv(name, x, conv);
    }
    let x = g.pad(x, [0, 1, 0, 1]);
    let before = conv.kernel[0] / 2 - 1;
    g.conv(name, x, conv.padding(before))
}

pub fn bn_silu(g: &mut GraphBuilder, name: &str, x: NodeId) -> NodeId {
    let x = g.batch_norm(name, x, EPSILON);
    g.activation(x, Silu)
}
