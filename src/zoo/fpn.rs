//! FPN for semantic segmentation: a pyramid of maps with the same channels, each enlarged to stride 4 and added up.
//!
//! Pyramid: Lin, Dollár, Girshick, He, Hariharan, Belongie, "Feature Pyramid Networks for Object Detection", CVPR 2017,
//! arXiv 1612.03144, section 3. Branches: Kirillov, Girshick, He, Dollár, "Panoptic Feature Pyramid Networks", CVPR 2019,
//! arXiv 1901.02446, section 3 and figure 3.
//! Reference: segmentation_models_pytorch 0.6, `decoders/fpn/` (`smp.FPN` with its defaults).
//! Differences from the papers, which are the reference's: no 3x3 convolution on the pyramid's maps, and upsampling with
//! aligned corners.

use super::encoders::Encoder;
use super::smp::{EPSILON, enlarge, feature_maps, segmentation_head};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const PYRAMID_CHANNELS: usize = 256;
const BRANCH_CHANNELS: usize = 128;
/// Of the branches' group norms.
const GROUPS: usize = 32;

pub struct Fpn {
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Fpn {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 32.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [.., c2, c3, c4, c5] = feature_maps(g, self.encoder, image)[..] else {
            panic!("an encoder has maps at strides 4 to 32")
        };

        let p5 = g.conv("decoder.p5", c5, Conv2d::new(PYRAMID_CHANNELS, 1).bias());
        let p4 = top_down(g, "decoder.p4", p5, c4);
        let p3 = top_down(g, "decoder.p3", p4, c3);
        let p2 = top_down(g, "decoder.p2", p3, c2);

        let s5 = branch(g, 0, p5, 3);
        let s4 = branch(g, 1, p4, 2);
        let s3 = branch(g, 2, p3, 1);
        let s2 = branch(g, 3, p2, 0);
        let x = [s4, s3, s2].into_iter().fold(s5, |sum, map| g.add(sum, map));
        let scores = segmentation_head(g, x, self.classes, 1, 4);
        builder.build(scores)
    }
}

/// The coarser map of the pyramid, doubled, plus the encoder's map (arXiv 1612.03144, figure 3).
fn top_down(g: &mut GraphBuilder, name: &str, coarser: NodeId, map: NodeId) -> NodeId {
    let x = enlarge(g, coarser, Interpolation::Nearest, false, 2);
    let lateral = g.conv(&format!("{name}.skip_conv"), map, Conv2d::new(PYRAMID_CHANNELS, 1).bias());
    g.add(x, lateral)
}

/// As many convolutions as doublings bring the map to stride 4; one where it is there already.
fn branch(g: &mut GraphBuilder, index: usize, mut x: NodeId, doublings: usize) -> NodeId {
    for i in 0..doublings.max(1) {
        let name = format!("decoder.seg_blocks.{index}.block.{i}.block");
        x = g.conv(&format!("{name}.0"), x, Conv2d::new(BRANCH_CHANNELS, 3));
        x = g.group_norm(&format!("{name}.1"), x, GROUPS, EPSILON);
        x = g.activation(x, Activation::Relu);
        if doublings > 0 {
            x = enlarge(g, x, Interpolation::Bilinear, true, 2);
        }
    }
    x
}
