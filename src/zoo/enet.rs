//! ENet: an encoder that halves the image's size twice within five layers, and a small decoder.
//!
//! Paszke, Chaurasia, Kim, Culurciello, "ENet: A Deep Neural Network Architecture for Real-Time Semantic Segmentation",
//! 2016, arXiv 1606.02147, section 3 and table 1, whose names these are.
//! Reference: github.com/e-lab/ENet-training, `train/models/encoder.lua` and `decoder.lua`.
//! Differences from the paper, which are the authors' code's: see `enet_bottleneck.rs`.

use super::enet_bottleneck::{EPSILON, Middle, PRELU, RELU, downsample, regular, upsample};
use super::vgg_16::scaled;
use crate::graph::{Conv2d, ConvTranspose2d, Graph, GraphBuilder};

/// Channels at strides 2, 4 and 8.
const WIDTHS: [usize; 3] = [16, 64, 128];

/// Bottlenecks 2.1 to 2.8, and once more as section 3.
const CONTEXT: [Middle; 8] = [
    Middle::Dilated(1),
    Middle::Dilated(2),
    Middle::Asymmetric,
    Middle::Dilated(4),
    Middle::Dilated(1),
    Middle::Dilated(8),
    Middle::Asymmetric,
    Middle::Dilated(16),
];

pub struct ENet {
    /// Multiplies all channels but the scores'; 1 is the paper's network.
    pub width: f64,
    /// Rows of the last layer.
    pub classes: usize,
}

impl ENet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 8.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [c1, c2, c3] = WIDTHS.map(|channels| scaled(channels, self.width));

        let convolved = g.conv("initial.conv", image, Conv2d::new(c1 - 3, 3).stride(2).bias());
        let pooled = g.max_pool(image, 2, 2, 0);
        let x = g.concat(&[convolved, pooled]);
        let x = g.batch_norm("initial.bn", x, EPSILON);
        let f1 = g.prelu("initial.act", x);

        let mut x = downsample(g, "bottleneck1.0", f1, c2);
        for i in 1..=4 {
            x = regular(g, &format!("bottleneck1.{i}"), x, Middle::Dilated(1), c2, PRELU);
        }
        let f2 = x;
        x = downsample(g, "bottleneck2.0", f2, c3);
        for (section, first) in [(2, 1), (3, 0)] {
            for (i, middle) in CONTEXT.into_iter().enumerate() {
                x = regular(g, &format!("bottleneck{section}.{}", first + i), x, middle, c3, PRELU);
            }
        }
        x = upsample(g, "bottleneck4.0", x, f2, c2);
        for i in 1..=2 {
            x = regular(g, &format!("bottleneck4.{i}"), x, Middle::Dilated(1), c2, RELU);
        }
        x = upsample(g, "bottleneck5.0", x, f1, c1);
        x = regular(g, "bottleneck5.1", x, Middle::Dilated(1), c1, RELU);
        let scores = g.conv_transpose("fullconv", x, ConvTranspose2d::new(self.classes, 2).stride(2).bias());
        builder.build(scores)
    }
}
