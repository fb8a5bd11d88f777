//! EfficientNet B0 to B3.
//!
//! Tan, Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019, arXiv 1905.11946, table 1
//! and section 4.
//! Reference: segmentation_models_pytorch 0.6, `encoders/efficientnet.py` and `encoders/_efficientnet.py`.
//! Differences: the last 1x1 convolution, which the reference's encoder holds but does not apply, the pooling and the
//! classifier are left out.

use super::dilation::dilation;
use super::mb_conv::{Block, bn_silu, mb_conv, same_conv};
use crate::graph::{Conv2d, GraphBuilder, NodeId};

const STEM_CHANNELS: usize = 32;

/// The rows of table 1: kernel, stride of the first block, expansion, output channels, blocks.
const ROWS: [[usize; 5]; 7] = [
    [3, 1, 1, 16, 1],
    [3, 2, 6, 24, 2],
    [5, 2, 6, 40, 2],
    [3, 2, 6, 80, 3],
    [5, 1, 6, 112, 3],
    [5, 2, 6, 192, 4],
    [3, 1, 6, 320, 1],
];

/// What makes one size of the family (paper, section 3.3).
struct Scale {
    width: f64,
    depth: f64,
    /// Side of the pictures it was trained on, which the reference's padding depends on.
    side: usize,
    /// The blocks whose maps have strides 4, 8, 16 and 32. B0's third is in the middle of a row, as in the reference.
    outputs: [usize; 4],
}

const SCALES: [Scale; 4] = [
    Scale { width: 1.0, depth: 1.0, side: 224, outputs: [2, 4, 8, 15] },
    Scale { width: 1.0, depth: 1.1, side: 240, outputs: [4, 7, 15, 22] },
    Scale { width: 1.1, depth: 1.2, side: 260, outputs: [4, 7, 15, 22] },
    Scale { width: 1.2, depth: 1.4, side: 300, outputs: [4, 7, 17, 25] },
];

impl Scale {
    /// The nearest multiple of 8, but not more than 10 % below.
    fn channels(&self, channels: usize) -> usize {
        let scaled = channels as f64 * self.width;
        let rounded = (scaled + 4.0) as usize / 8 * 8;
        if (rounded as f64) < 0.9 * scaled { rounded + 8 } else { rounded }
    }

    fn blocks(&self, blocks: usize) -> usize {
        (blocks as f64 * self.depth).ceil() as usize
    }
}

/// Channels of the maps at strides 2, 4, 8, 16 and 32.
pub fn channels(size: usize) -> [usize; 5] {
    [STEM_CHANNELS, 24, 40, 112, 320].map(|channels| SCALES[size].channels(channels))
}

/// Adds B`size` to `g`, its names under `prefix`; returns the first `depth` of the maps at strides 2, 4, 8, 16 and 32.
pub fn features(
    g: &mut GraphBuilder,
    prefix: &str,
    image: NodeId,
    size: usize,
    depth: usize,
    output_stride: usize,
) -> Vec<NodeId> {
    let scale = &SCALES[size];
    let mut c_in = scale.channels(STEM_CHANNELS);
    let mut side = scale.side;
    let x = same_conv(g, &format!("{prefix}._conv_stem"), image, Conv2d::new(c_in, 3).stride(2), side);
    let mut x = bn_silu(g, &format!("{prefix}._bn0"), x);
    side = side.div_ceil(2);
    let mut maps = vec![x];
    let mut index = 0;
    for [kernel, first_stride, expansion, out, blocks] in ROWS {
        let c_out = scale.channels(out);
        for i in 0..scale.blocks(blocks) {
            if maps.len() == depth {
                return maps;
            }
            let stride = if i == 0 { first_stride } else { 1 };
            // Stages end where maps are taken, so one may begin with blocks that come before its stride.
            let dilation = dilation(2 << maps.len(), output_stride);
            let block = Block { c_in, c_out, kernel, stride, dilation, expansion, side };
            x = mb_conv(g, &format!("{prefix}._blocks.{index}"), x, &block);
            c_in = c_out;
            side = side.div_ceil(stride);
            if scale.outputs.contains(&index) {
                maps.push(x);
            }
            index += 1;
        }
    }
    maps
}
