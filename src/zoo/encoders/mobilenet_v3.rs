//! MobileNetV3, Large and Small, dilated so that its last map has stride 16.
//!
//! Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam, "Searching for MobileNetV3", ICCV 2019,
//! arXiv 1905.02244, section 5 and tables 1 and 2.
//! Reference: torchvision `models/mobilenetv3.py` with `dilated=True`.
//! Differences: the pooling and the classifier are left out; names carry the caller's prefix in place of `features`.

use super::inverted_residual::{Block, block, conv_bn_act, inverted_residual};
use crate::graph::Activation::{Hardswish, Relu};
use crate::graph::{Conv2d, GraphBuilder, NodeId};

pub(super) const STEM_CHANNELS: usize = 16;
/// The blocks from C4 on trade their stride for dilation 2; there are three in both tables.
const DILATED_BLOCKS: usize = 3;

pub struct MobileNetV3 {
    pub(super) blocks: &'static [Block],
    /// Which block gives the map at stride 8, counted from 1 as in torchvision's `features` (0 is the stem).
    low: usize,
    pub(super) high_channels: usize,
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
