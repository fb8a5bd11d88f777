//! FCN-32s, FCN-16s and FCN-8s: VGG-16 turned into convolutions, its scores enlarged by transposed convolutions and summed
//! with those of finer pools.
//!
//! Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015, arXiv 1411.4038, sections
//! 3 and 4, figure 3.
//! Reference: github.com/shelhamer/fcn.berkeleyvision.org, `voc-fcn{32,16,8}s/net.py`, whose layer names these are; they are
//! also those of github.com/wkentaro/pytorch-fcn, `torchfcn/models/`.
//! Differences: dropout is gone. The variants trained "at once" scale the pools before they score them; these do not.

use super::vgg_16::{conv_relu, scaled, stage};
use crate::graph::{Conv2d, ConvTranspose2d, Graph, GraphBuilder, NodeId};

const FC_CHANNELS: usize = 4096;

/// The image gets a border of 100, so that a small one still leaves something for the 7x7 window of `fc6`: 99 here and one
/// by the first convolution itself.
const BORDER: usize = 99;

/// A pool that adds its own scores to those from below.
struct Skip {
    /// The transposed convolution that enlarges what comes from below.
    upscore: &'static str,
    score: &'static str,
    /// Where the enlarged map begins within the pool's, which still has the border. These offsets line up the pixels'
    /// centres; the authors' code works them out of the layers between.
    offset: usize,
}

/// Coarsest first: `pool4` and `pool3`.
const SKIPS: [Skip; 2] = [
    Skip { upscore: "upscore2", score: "score_pool4", offset: 5 },
    Skip { upscore: "upscore_pool4", score: "score_pool3", offset: 9 },
];

pub struct FcnVgg {
    /// How many pools are joined: 0 makes FCN-32s, 1 FCN-16s, 2 FCN-8s.
    pub skips: usize,
    /// Multiplies all channels but the scores'; 1 is the paper's network.
    pub width: f64,
    /// Rows of every scoring layer.
    pub classes: usize,
}

impl FcnVgg {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let mut x = g.pad(image, [BORDER; 4]);
        let mut pools = Vec::new();
        for number in 1..=5 {
            x = stage(g, number, x, 1, self.width);
            x = g.max_pool_ceil(x, 2, 2, 0);
            pools.push(x);
        }
        pools.pop();
        let fc_channels = scaled(FC_CHANNELS, self.width);
        x = conv_relu(g, "fc6", x, Conv2d::new(fc_channels, 7).padding(0));
        x = conv_relu(g, "fc7", x, Conv2d::new(fc_channels, 1));
        x = self.score(g, "score_fr", x);

        for skip in SKIPS.iter().take(self.skips) {
            x = self.upscore(g, skip.upscore, x, 2);
            let pool = pools.pop().expect("there are four pools and two skips");
            let scores = self.score(g, skip.score, pool);
            let cropped = g.crop_like(scores, x, [skip.offset; 2]);
            x = g.add(x, cropped);
        }
        let (name, stride, offset) =
            [("upscore", 32, 19), ("upscore16", 16, 27), ("upscore8", 8, 31)][self.skips];
        let scores = self.upscore(g, name, x, stride);
        let scores = g.crop_like(scores, image, [offset; 2]);
        builder.build(scores)
    }

    fn score(&self, g: &mut GraphBuilder, name: &str, x: NodeId) -> NodeId {
        g.conv(name, x, Conv2d::new(self.classes, 1).bias())
    }

    /// Enlarges `factor` times; the kernel, of twice that size, starts as bilinear interpolation.
    fn upscore(&self, g: &mut GraphBuilder, name: &str, x: NodeId, factor: usize) -> NodeId {
        g.conv_transpose(name, x, ConvTranspose2d::new(self.classes, 2 * factor).stride(factor))
    }
}
