//! SegFormer's decoder, of linear layers only, on any encoder.
//!
//! Xie, Wang, Yu, Anandkumar, Alvarez, Luo, "SegFormer: Simple and Efficient Design for Semantic Segmentation with
//! Transformers", NeurIPS 2021, arXiv 2105.15203, section 3.2 and figure 2.
//! Reference: segmentation_models_pytorch 0.6, `decoders/segformer/` (`smp.Segformer` with its defaults).
//! Differences from the paper, which are the reference's: 256 channels whatever the encoder, the map of stride 2 takes part
//! where there is one, and the scores are enlarged with aligned corners.

use super::encoders::Encoder;
use super::smp::{conv_bn_relu, feature_maps, segmentation_head};
use crate::graph::{Conv2d, Graph, GraphBuilder, Interpolation};

const CHANNELS: usize = 256;

pub struct Segformer {
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Segformer {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 32.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let maps = feature_maps(g, self.encoder, image);
        let [.., quarter, _, _, _] = maps[..] else { panic!("an encoder has maps at strides 4 to 32") };

        let mut joined = Vec::new();
        for (i, map) in maps.into_iter().rev().enumerate() {
            let name = format!("decoder.mlp_stage.{i}.linear");
            let x = g.conv(&name, map, Conv2d::new(CHANNELS, 1).bias());
            let is_there = map == quarter;
            joined.push(if is_there { x } else { g.resize_like(x, quarter, Interpolation::Bilinear, false) });
        }
        let x = g.concat(&joined);
        let x = conv_bn_relu(g, "decoder.fuse_stage", x, Conv2d::new(CHANNELS, 1));
        let scores = segmentation_head(g, x, self.classes, 1, 4);
        builder.build(scores)
    }
}
