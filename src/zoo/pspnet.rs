//! PSPNet: averages over coarse grids beside the map they come from tell a pixel about the whole scene.
//!
//! Zhao, Shi, Qi, Wang, Jia, "Pyramid Scene Parsing Network", CVPR 2017, arXiv 1612.01105, section 3.2 and figure 3.
//! Reference: segmentation_models_pytorch 0.6, `decoders/pspnet/` (`smp.PSPNet` with its defaults).
//! Differences from the paper, which are the reference's: the map of stride 8 is that of the encoder's third stage, where the
//! paper dilates the last two; the grid of one cell has a bias in place of a batch norm; the join is reduced by a 1x1
//! convolution to 512 channels before the classifier.

use super::encoders::Encoder;
use super::smp::{conv_bn_relu, segmentation_head};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId, Size};

/// Stages of the encoder; a checkpoint holds the others too.
pub const DEPTH: usize = 3;

/// Cells along a side of the paper's four grids.
const GRIDS: [usize; 4] = [1, 2, 3, 6];
const OUT_CHANNELS: usize = 512;

pub struct PspNet {
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl PspNet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 8.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let maps = self.encoder.features(g, "encoder", image, DEPTH, 32);
        let x = maps.last().copied().flatten().expect("an encoder has a map at stride 8");
        let channels = self.encoder.channels()[DEPTH - 1];

        let mut pyramid = Vec::new();
        for (i, side) in GRIDS.into_iter().enumerate() {
            let name = format!("decoder.psp.blocks.{i}.pool.1");
            pyramid.push(pyramid_level(g, &name, x, side, channels / GRIDS.len()));
        }
        pyramid.push(x);
        let x = g.concat(&pyramid);
        let x = conv_bn_relu(g, "decoder.conv", x, Conv2d::new(OUT_CHANNELS, 1));
        let scores = segmentation_head(g, x, self.classes, 3, 8);
        builder.build(scores)
    }
}

/// Averages over a grid of `side x side` cells, reduced to `c_out` channels and enlarged to the size of `x`.
fn pyramid_level(g: &mut GraphBuilder, name: &str, x: NodeId, side: usize, c_out: usize) -> NodeId {
    let cells = g.adaptive_avg_pool(x, Size::Fixed { height: side, width: side });
    let cells = if side == 1 {
        let cells = g.conv(&format!("{name}.0"), cells, Conv2d::new(c_out, 1).bias());
        g.activation(cells, Activation::Relu)
    } else {
        conv_bn_relu(g, name, cells, Conv2d::new(c_out, 1))
    };
    g.resize_like(cells, x, Interpolation::Bilinear, true)
}
