//! The semantic branch of Panoptic FPN: the maps of a feature pyramid, each brought to stride 4 step by step, summed.
//!
//! Kirillov, Girshick, He, Dollár, "Panoptic Feature Pyramid Networks", CVPR 2019, arXiv 1901.02446, section 3.1 and figure 3.
//! The pyramid: Lin, Dollár, Girshick, He, Hariharan, Belongie, "Feature Pyramid Networks for Object Detection", CVPR 2017,
//! arXiv 1612.03144, section 3.
//! Reference: detectron2 `modeling/meta_arch/semantic_seg.py` (`SemSegFPNHead`) for the branch, torchvision
//! `models/detection/backbone_utils.py` (`resnet_fpn_backbone`) for the pyramid; names are theirs.
//! Difference: a map is enlarged to the size of the next finer one, which is twice its own at multiples of 32; the reference
//! pads the image to such a multiple. The instance branch is not here.

use super::encoders::resnet::{Dilation, Resnet};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const PYRAMID_CHANNELS: usize = 256;
const BRANCH_CHANNELS: usize = 128;
const GROUPS: usize = 32;
const EPSILON: f64 = 1e-5;

pub struct PanopticFpn {
    /// Of the ResNet: 50 or 101.
    pub layers: usize,
    /// Rows of the last layer.
    pub classes: usize,
}

impl PanopticFpn {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let pyramid = pyramid(g, image, self.layers);
        let scores = semantic_branch(g, pyramid, self.classes);
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, false);
        builder.build(scores)
    }
}

/// P2 to P5, at strides 4 to 32: each map of the ResNet plus the coarser levels.
pub fn pyramid(g: &mut GraphBuilder, image: NodeId, layers: usize) -> [NodeId; 4] {
    let encoder = Resnet { layers, output_stride: 32, dilation: Dilation::WholeStage };
    let maps = encoder.features(g, "backbone.body", image, 5);
    let inner = |g: &mut GraphBuilder, i: usize, x: NodeId| {
        g.conv(&format!("backbone.fpn.inner_blocks.{i}.0"), x, Conv2d::new(PYRAMID_CHANNELS, 1).bias())
    };
    let coarsest = inner(g, 3, maps[4]);
    let mut sums = [coarsest; 4];
    for i in (0..3).rev() {
        let lateral = inner(g, i, maps[i + 1]);
        let coarser = g.resize_like(sums[i + 1], lateral, Interpolation::Nearest, false);
        sums[i] = g.add(lateral, coarser);
    }
    [0, 1, 2, 3].map(|i| {
        g.conv(&format!("backbone.fpn.layer_blocks.{i}.0"), sums[i], Conv2d::new(PYRAMID_CHANNELS, 3).bias())
    })
}

/// Scores at stride 4.
pub fn semantic_branch(g: &mut GraphBuilder, pyramid: [NodeId; 4], classes: usize) -> NodeId {
    let mut sum = conv_norm_relu(g, "sem_seg_head.p2.0", pyramid[0]);
    for level in 1..4 {
        let mut x = pyramid[level];
        for (step, finer) in pyramid[..level].iter().rev().enumerate() {
            // The numbers between are the reference's upsampling modules.
            x = conv_norm_relu(g, &format!("sem_seg_head.p{}.{}", level + 2, 2 * step), x);
            x = g.resize_like(x, *finer, Interpolation::Bilinear, false);
        }
        sum = g.add(sum, x);
    }
    g.conv("sem_seg_head.predictor", sum, Conv2d::new(classes, 1).bias())
}

fn conv_norm_relu(g: &mut GraphBuilder, name: &str, x: NodeId) -> NodeId {
    let x = g.conv(name, x, Conv2d::new(BRANCH_CHANNELS, 3));
    let x = g.group_norm(&format!("{name}.norm"), x, GROUPS, EPSILON);
    g.activation(x, Activation::Relu)
}
