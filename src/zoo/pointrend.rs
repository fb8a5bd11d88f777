//! PointRend: a small perceptron that scores single points anew, from a fine map of features and from coarse scores.
//!
//! Kirillov, Wu, He, Girshick, "PointRend: Image Segmentation as Rendering", CVPR 2020, arXiv 1912.08193, sections 3 and 5.
//! Reference: detectron2 `projects/PointRend/point_rend/` (`semantic_seg.py`, `point_head.py`: `StandardPointHead`).
//! Differences: inference scores every point of one grid, where the paper doubles the grid of the scores step by step and at each
//! step scores only its least certain points; with as many points as the grid has, the two are the same. That grid has
//! stride 2; the paper's last is the image's, which would cost four times as much. A point at the border sees its
//! nearest pixels, where the reference fades to zero. Under DeepLab v3 is torchvision's ResNet at stride 8; the paper's has 16.

use super::encoders::resnet::{Dilation, Resnet};
use super::{deeplab_v3, panoptic_fpn};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId, Size};

const CHANNELS: usize = 256;
const LAYERS: usize = 3;

/// The network that gives the coarse scores.
pub enum Coarse {
    /// Its scores have stride 8; the features are the ResNet's at stride 4.
    DeepLabV3,
    /// Its scores have stride 4, and so have the features: P2.
    PanopticFpn,
}

pub struct PointRend {
    pub coarse: Coarse,
    /// Of the ResNet: 50 or 101.
    pub layers: usize,
    /// Rows of both last layers.
    pub classes: usize,
}

impl PointRend {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let (features, coarse) = match self.coarse {
            Coarse::DeepLabV3 => {
                let encoder =
                    Resnet { layers: self.layers, output_stride: 8, dilation: Dilation::AfterFirstBlock };
                let maps = encoder.features(g, "backbone", image, 5);
                (maps[1], deeplab_v3::head(g, maps[4], self.classes))
            }
            Coarse::PanopticFpn => {
                let pyramid = panoptic_fpn::pyramid(g, image, self.layers);
                (pyramid[0], panoptic_fpn::semantic_branch(g, pyramid, self.classes))
            }
        };
        let double = Size::Scale { factor: 2.0, min: 1 };
        let features = g.resize(features, Interpolation::Bilinear, false, double);
        let coarse = g.resize_like(coarse, features, Interpolation::Bilinear, false);
        let scores = point_head(g, features, coarse, self.classes);
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, false);
        builder.build(scores)
    }
}

/// The perceptron on each pixel; every layer sees the coarse scores again.
fn point_head(g: &mut GraphBuilder, features: NodeId, coarse: NodeId, classes: usize) -> NodeId {
    let mut x = g.concat(&[features, coarse]);
    for i in 1..=LAYERS {
        x = g.conv(&format!("point_head.fc{i}"), x, Conv2d::new(CHANNELS, 1).bias());
        x = g.activation(x, Activation::Relu);
        x = g.concat(&[x, coarse]);
    }
    g.conv("point_head.predictor", x, Conv2d::new(classes, 1).bias())
}
