//! The thirteen convolutions of VGG-16, as FCN and DeepLab build on them, under the layer names of its Caffe release.
//!
//! Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, arXiv 1409.1556,
//! table 1, configuration D.
//! Differences: the poolings between the stages and all that follows them are each network's own; a width multiplier, which
//! the paper does not have, makes compact variants.

use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

/// The five stages: their 3x3 convolutions, and the channels of each.
pub const STAGES: [(usize, usize); 5] = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)];

/// Adds stage `number`, 1 to 5: the convolutions `conv<number>_1`, `conv<number>_2`, ...
pub fn stage(g: &mut GraphBuilder, number: usize, mut x: NodeId, dilation: usize, width: f64) -> NodeId {
    let (convolutions, channels) = STAGES[number - 1];
    for i in 1..=convolutions {
        let conv = Conv2d::new(scaled(channels, width), 3).dilation(dilation);
        x = conv_relu(g, &format!("conv{number}_{i}"), x, conv);
    }
    x
}

/// VGG has biases and no batch norm.
pub fn conv_relu(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(name, x, conv.bias());
    g.activation(x, Activation::Relu)
}

/// The paper's `channels` under a width multiplier.
pub fn scaled(channels: usize, width: f64) -> usize {
    (channels as f64 * width) as usize
}
