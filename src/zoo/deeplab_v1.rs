//! DeepLab-LargeFOV: VGG-16 at stride 8, its classifier a 3x3 convolution that sees 25 pixels by an atrous rate of 12.
//!
//! Chen, Papandreou, Kokkinos, Murphy, Yuille, "Semantic Image Segmentation with Deep Convolutional Nets and Fully Connected
//! CRFs", ICLR 2015, arXiv 1412.7062, sections 3.1 and 3.2.
//! Reference: the authors' Caffe model DeepLab-LargeFOV (`train.prototxt`), whose layer names these are, with `fc8` for its
//! `fc8_voc12`.
//! Differences: dropout is gone; the fully connected CRF that follows is `lab/crf.rs`.

use super::vgg_16::{conv_relu, scaled, stage};
use crate::graph::{Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const FC_CHANNELS: usize = 1024;

pub struct DeepLabV1 {
    /// Multiplies all channels but the scores'; 1 is the paper's network.
    pub width: f64,
    /// Rows of the last layer.
    pub classes: usize,
}

impl DeepLabV1 {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let x = atrous_vgg_16(g, image, self.width);
        let x = g.avg_pool(x, 3, 1, 1);
        let channels = scaled(FC_CHANNELS, self.width);
        let x = conv_relu(g, "fc6", x, Conv2d::new(channels, 3).dilation(12));
        let x = conv_relu(g, "fc7", x, Conv2d::new(channels, 1));
        let scores = g.conv("fc8", x, Conv2d::new(self.classes, 1).bias());
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, true);
        builder.build(scores)
    }
}

/// VGG-16 without the strides of its last two poolings; the stage behind them is dilated instead. The poolings are 3x3, so that
/// their centres stay on the pixels of an image with sides of `8 k + 1`. Returns the map at stride 8.
pub fn atrous_vgg_16(g: &mut GraphBuilder, image: NodeId, width: f64) -> NodeId {
    let mut x = image;
    for number in 1..=5 {
        x = stage(g, number, x, if number == 5 { 2 } else { 1 }, width);
        x = if number <= 3 { g.max_pool_ceil(x, 3, 2, 1) } else { g.max_pool(x, 3, 1, 1) };
    }
    x
}
