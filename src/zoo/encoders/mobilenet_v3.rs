//! MobileNetV3, Large and Small, dilated so that its last map has stride 16.
//!
//! Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam, "Searching for MobileNetV3", ICCV 2019,
//! arXiv 1905.02244, section 5 and tables 1 and 2.
//! Reference: torchvision `models/mobilenetv3.py` with `dilated=True`.
//! Differences: the pooling and the classifier are left out; names carry the caller's prefix in place of `features`.

use crate::graph::Activation::{self, Hardsigmoid, Hardswish, Relu};
use crate::graph::{Conv2d, GraphBuilder, NodeId};

/// This family's batch norms use a larger epsilon than torch's default.
const EPSILON: f64 = 1e-3;
const STEM_CHANNELS: usize = 16;
/// The blocks from C4 on trade their stride for dilation 2; there are three in both tables.
const DILATED_BLOCKS: usize = 3;

/// A row of the paper's tables: an inverted residual block.
#[derive(Clone, Copy)]
struct Block {
    kernel: usize,
    /// Channels of the expanded middle; there is no expansion where they equal the block's input.
    expanded: usize,
    out: usize,
    has_squeeze_excite: bool,
    activation: Activation,
    stride: usize,
}

const fn block(kernel: usize, expanded: usize, out: usize, se: bool, activation: Activation, stride: usize) -> Block {
    Block { kernel, expanded, out, has_squeeze_excite: se, activation, stride }
}

pub struct MobileNetV3 {
    blocks: &'static [Block],
    /// Which block gives the map at stride 8, counted from 1 as in torchvision's `features` (0 is the stem).
    low: usize,
    high_channels: usize,
}

/// Table 1.
pub const LARGE: MobileNetV3 = MobileNetV3 {
    blocks: &[
        block(3, 16, 16, false, Relu, 1),
        block(3, 64, 24, false, Relu, 2),
        block(3, 72, 24, false, Relu, 1),
        block(5, 72, 40, true, Relu, 2),
        block(5, 120, 40, true, Relu, 1),
        block(5, 120, 40, true, Relu, 1),
        block(3, 240, 80, false, Hardswish, 2),
        block(3, 200, 80, false, Hardswish, 1),
        block(3, 184, 80, false, Hardswish, 1),
        block(3, 184, 80, false, Hardswish, 1),
        block(3, 480, 112, true, Hardswish, 1),
        block(3, 672, 112, true, Hardswish, 1),
        block(5, 672, 160, true, Hardswish, 2),
        block(5, 960, 160, true, Hardswish, 1),
        block(5, 960, 160, true, Hardswish, 1),
    ],
    low: 4,
    high_channels: 960,
};

/// Table 2.
pub const SMALL: MobileNetV3 = MobileNetV3 {
    blocks: &[
        block(3, 16, 16, true, Relu, 2),
        block(3, 72, 24, false, Relu, 2),
        block(3, 88, 24, false, Relu, 1),
        block(5, 96, 40, true, Hardswish, 2),
        block(5, 240, 40, true, Hardswish, 1),
        block(5, 240, 40, true, Hardswish, 1),
        block(5, 120, 48, true, Hardswish, 1),
        block(5, 144, 48, true, Hardswish, 1),
        block(5, 288, 96, true, Hardswish, 2),
        block(5, 576, 96, true, Hardswish, 1),
        block(5, 576, 96, true, Hardswish, 1),
    ],
    low: 2,
    high_channels: 576,
};

impl MobileNetV3 {
    /// Adds the encoder to `g`, its names under `prefix`; returns the maps at strides 8 and 16.
    pub fn features(&self, g: &mut GraphBuilder, prefix: &str, image: NodeId) -> [NodeId; 2] {
        let stem = Conv2d::new(STEM_CHANNELS, 3).stride(2);
        let mut x = conv_bn_act(g, &format!("{prefix}.0"), image, stem, Hardswish);
        let mut low = x;
        let mut channels = STEM_CHANNELS;
        for (i, block) in self.blocks.iter().enumerate() {
            let dilated = i + DILATED_BLOCKS >= self.blocks.len();
            x = inverted_residual(g, &format!("{prefix}.{}.block", i + 1), x, channels, *block, dilated);
            channels = block.out;
            if i + 1 == self.low {
                low = x;
            }
        }
        let last = format!("{prefix}.{}", self.blocks.len() + 1);
        [low, conv_bn_act(g, &last, x, Conv2d::new(self.high_channels, 1), Hardswish)]
    }
}

/// Expand, convolve depthwise, weigh the channels, project (paper, section 5). Children are numbered as they occur.
fn inverted_residual(g: &mut GraphBuilder, name: &str, x: NodeId, c_in: usize, b: Block, dilated: bool) -> NodeId {
    let mut names = (0..).map(|i| format!("{name}.{i}"));
    let mut next_name = || names.next().expect("the range has no end");
    let mut y = x;
    if b.expanded != c_in {
        y = conv_bn_act(g, &next_name(), y, Conv2d::new(b.expanded, 1), b.activation);
    }
    let depthwise = Conv2d::new(b.expanded, b.kernel).groups(b.expanded);
    let depthwise = if dilated { depthwise.dilation(2) } else { depthwise.stride(b.stride) };
    y = conv_bn_act(g, &next_name(), y, depthwise, b.activation);
    if b.has_squeeze_excite {
        y = squeeze_excite(g, &next_name(), y, b.expanded);
    }
    y = conv_bn(g, &next_name(), y, Conv2d::new(b.out, 1));
    if b.stride == 1 && c_in == b.out { g.add(y, x) } else { y }
}

/// Hu, Shen, Albanie, Sun, Wu, "Squeeze-and-Excitation Networks", arXiv 1709.01507, with a hard sigmoid.
fn squeeze_excite(g: &mut GraphBuilder, name: &str, x: NodeId, channels: usize) -> NodeId {
    let y = g.global_avg_pool(x);
    let y = g.conv(&format!("{name}.fc1"), y, Conv2d::new(make_divisible(channels / 4), 1).bias());
    let y = g.activation(y, Relu);
    let y = g.conv(&format!("{name}.fc2"), y, Conv2d::new(channels, 1).bias());
    let gate = g.activation(y, Hardsigmoid);
    g.mul(x, gate)
}

/// The nearest multiple of 8, but not more than 10 % below.
fn make_divisible(channels: usize) -> usize {
    let rounded = ((channels + 4) / 8 * 8).max(8);
    if rounded * 10 < channels * 9 { rounded + 8 } else { rounded }
}

fn conv_bn(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.0"), x, conv);
    g.batch_norm(&format!("{name}.1"), x, EPSILON)
}

fn conv_bn_act(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d, activation: Activation) -> NodeId {
    let x = conv_bn(g, name, x, conv);
    g.activation(x, activation)
}
