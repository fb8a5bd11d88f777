//! LinkNet: a light decoder of transposed convolutions that adds the encoder's maps instead of joining them.
//!
//! Chaurasia, Culurciello, "LinkNet: Exploiting Encoder Representations for Efficient Semantic Segmentation", VCIP 2017,
//! arXiv 1707.03718, section 3 and figures 1 and 3.
//! Reference: segmentation_models_pytorch 0.6, `decoders/linknet/` (`smp.Linknet` with its defaults).
//! Differences from the paper, which are the reference's: a transposed convolution of kernel 4 in each block, a block for
//! every stage of the encoder, the last one without a skip, and one 1x1 convolution as head.

use super::encoders::Encoder;
use super::smp::{EPSILON, conv_bn_relu, feature_maps, segmentation_head};
use crate::graph::{Activation, Conv2d, ConvTranspose2d, Graph, GraphBuilder, NodeId};

/// Channels of the map at full size.
const LAST_CHANNELS: usize = 32;

pub struct Linknet {
    /// Not a mix transformer: there must be a map at every stride.
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Linknet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 32.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let mut maps = feature_maps(g, self.encoder, image);
        let [c1, c2, c3, c4, c5] = self.encoder.channels();

        let mut x = maps.pop().expect("an encoder has five maps");
        for (i, [c_in, c_out]) in
            [[c5, c4], [c4, c3], [c3, c2], [c2, c1], [c1, LAST_CHANNELS]].into_iter().enumerate()
        {
            x = decoder_block(g, &format!("decoder.blocks.{i}.block"), x, c_in, c_out);
            if let Some(skip) = maps.pop() {
                x = g.add(x, skip);
            }
        }
        let scores = segmentation_head(g, x, self.classes, 1, 1);
        builder.build(scores)
    }
}

/// Reduces to a quarter of the channels, doubles the size, and expands to `c_out` (paper, figure 3).
fn decoder_block(g: &mut GraphBuilder, name: &str, x: NodeId, c_in: usize, c_out: usize) -> NodeId {
    let x = conv_bn_relu(g, &format!("{name}.0"), x, Conv2d::new(c_in / 4, 1));
    let double = ConvTranspose2d::new(c_in / 4, 4).stride(2).padding(1).bias();
    let x = g.conv_transpose(&format!("{name}.1.0"), x, double);
    let x = g.batch_norm(&format!("{name}.1.1"), x, EPSILON);
    let x = g.activation(x, Activation::Relu);
    conv_bn_relu(g, &format!("{name}.2"), x, Conv2d::new(c_out, 1))
}
