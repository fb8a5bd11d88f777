//! UPerNet: pyramid pooling on the deepest map, a feature pyramid down to stride 4, and all of its levels fused.
//!
//! Xiao, Liu, Zhou, Jiang, Sun, "Unified Perceptual Parsing for Scene Understanding", ECCV 2018, arXiv 1807.10221,
//! section 3.1 and figure 4 (the head for objects).
//! Reference: segmentation_models_pytorch 0.6, `decoders/upernet/` (`smp.UPerNet` with its defaults).
//! Differences from the paper, which are the reference's: a layer norm on each of the encoder's maps, and 256 channels.

use super::encoders::Encoder;
use super::smp::{conv_bn_relu, feature_maps, segmentation_head};
use crate::graph::{Conv2d, Graph, GraphBuilder, Interpolation, NodeId, Size};

const CHANNELS: usize = 256;
/// Cells along a side of the pooling's grids.
const GRIDS: [usize; 4] = [1, 2, 3, 6];
const LAYER_NORM_EPSILON: f64 = 1e-6;

pub struct UperNet {
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl UperNet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 32.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [.., c2, c3, c4, c5] = feature_maps(g, self.encoder, image)[..] else {
            panic!("an encoder has maps at strides 4 to 32")
        };
        let mut norm =
            |i: usize, map| g.layer_norm(&format!("decoder.feature_norms.{i}"), map, LAYER_NORM_EPSILON);
        let [c2, c3, c4, c5] = [norm(0, c2), norm(1, c3), norm(2, c4), norm(3, c5)];

        let p5 = pyramid_pooling(g, c5);
        let p4 = top_down(g, 0, p5, c4);
        let p3 = top_down(g, 1, p4, c3);
        let p2 = top_down(g, 2, p3, c2);
        let mut smooth = |i: usize, map| {
            conv_bn_relu(g, &format!("decoder.fpn_conv_blocks.{i}"), map, Conv2d::new(CHANNELS, 3))
        };
        let [p4, p3, p2] = [smooth(0, p4), smooth(1, p3), smooth(2, p2)];
        let [p3, p4, p5] = [p3, p4, p5].map(|map| enlarge_like(g, map, p2));
        let x = g.concat(&[p2, p3, p4, p5]);
        let x = conv_bn_relu(g, "decoder.fusion_block", x, Conv2d::new(CHANNELS, 3));
        let scores = segmentation_head(g, x, self.classes, 1, 4);
        builder.build(scores)
    }
}

/// Zhao et al., "Pyramid Scene Parsing Network", arXiv 1612.01105, section 3.2.
fn pyramid_pooling(g: &mut GraphBuilder, x: NodeId) -> NodeId {
    let mut levels = vec![x];
    for (i, side) in GRIDS.into_iter().enumerate() {
        let cells = g.adaptive_avg_pool(x, Size::Fixed { height: side, width: side });
        let name = format!("decoder.psp.blocks.{i}.1");
        let cells = conv_bn_relu(g, &name, cells, Conv2d::new(CHANNELS, 1));
        levels.push(enlarge_like(g, cells, x));
    }
    let joined = g.concat(&levels);
    conv_bn_relu(g, "decoder.psp.out_conv", joined, Conv2d::new(CHANNELS, 3))
}

/// The coarser map of the pyramid, enlarged, plus the encoder's map.
fn top_down(g: &mut GraphBuilder, i: usize, coarser: NodeId, map: NodeId) -> NodeId {
    let name = format!("decoder.fpn_lateral_blocks.{i}.conv_norm_relu");
    let lateral = conv_bn_relu(g, &name, map, Conv2d::new(CHANNELS, 1));
    let enlarged = enlarge_like(g, coarser, map);
    g.add(enlarged, lateral)
}

fn enlarge_like(g: &mut GraphBuilder, x: NodeId, like: NodeId) -> NodeId {
    g.resize_like(x, like, Interpolation::Bilinear, false)
}
