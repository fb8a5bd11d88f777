//! FCN on a dilated ResNet: two convolutions on its last map.
//!
//! Long, Shelhamer, Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015, arXiv 1411.4038.
//! Reference: torchvision `models/segmentation/fcn.py` (`fcn_resnet50`, `fcn_resnet101`).
//! Differences from the paper, which are torchvision's: a ResNet at stride 8 in place of VGG-16, a 3x3 convolution before
//! the scores, bilinear interpolation in place of skips and transposed convolutions (`fcn_vgg.rs` has those). Dropout and the
//! auxiliary classifier, which only training uses, are gone.

use super::encoders::resnet::{Dilation, Resnet};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation};

const EPSILON: f64 = 1e-5;
const INNER_CHANNELS: usize = 512;

pub struct Fcn {
    /// Of the ResNet: 50 or 101.
    pub layers: usize,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Fcn {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let encoder = Resnet { layers: self.layers, output_stride: 8, dilation: Dilation::AfterFirstBlock };
        let maps = encoder.features(g, "backbone", image, 5);
        let x = g.conv("classifier.0", maps[4], Conv2d::new(INNER_CHANNELS, 3));
        let x = g.batch_norm("classifier.1", x, EPSILON);
        let x = g.activation(x, Activation::Relu);
        let scores = g.conv("classifier.4", x, Conv2d::new(self.classes, 1).bias());
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, false);
        builder.build(scores)
    }
}
