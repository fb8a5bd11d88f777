//! U-Net with a classification network as encoder.
//!
//! Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI 2015,
//! arXiv 1505.04597, figure 1.
//! Reference: segmentation_models_pytorch 0.6, `decoders/unet/` (`smp.Unet` with its defaults: five blocks, nearest
//! upsampling, batch norm, no attention).
//! Differences from the paper, which are the reference's: padded convolutions, nearest upsampling in place of transposed
//! convolutions, batch norm, and a last block without a skip that returns to full size. A mix transformer has no map at
//! stride 2, so its last but one block has no skip either. Without skips at all, which is no network of the reference's, each
//! block still enlarges to the size of the map that it would take.

use super::encoders::Encoder;
use super::smp::{conv_bn_relu, enlarge, segmentation_head};
use crate::graph::{Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const DECODER_WIDTHS: [usize; 5] = [256, 128, 64, 32, 16];

pub struct Unet {
    pub encoder: Encoder,
    /// Whether the decoder sees the encoder's finer maps.
    pub has_skips: bool,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Unet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size, with a mix transformer multiples of 4.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let mut maps = self.encoder.features(g, "encoder", image, 5, 32);

        let mut x = maps.pop().flatten().expect("an encoder has a map at stride 32");
        if matches!(self.encoder, Encoder::Vgg { .. }) {
            let [.., channels] = self.encoder.channels();
            for i in 0..2 {
                x = conv_bn_relu(g, &format!("decoder.center.{i}"), x, Conv2d::new(channels, 3));
            }
        }
        for (i, width) in DECODER_WIDTHS.into_iter().enumerate() {
            x = match maps.pop() {
                Some(Some(skip)) => self.join(g, x, skip),
                Some(None) => enlarge(g, x, Interpolation::Nearest, false, 2),
                None => g.resize_like(x, image, Interpolation::Nearest, false),
            };
            for conv in ["conv1", "conv2"] {
                x = conv_bn_relu(g, &format!("decoder.blocks.{i}.{conv}"), x, Conv2d::new(width, 3));
            }
        }
        let scores = segmentation_head(g, x, self.classes, 3, 1);
        builder.build(scores)
    }

    /// Enlarges to the size of the skip and puts it beside it.
    fn join(&self, g: &mut GraphBuilder, x: NodeId, skip: NodeId) -> NodeId {
        let x = g.resize_like(x, skip, Interpolation::Nearest, false);
        if self.has_skips { g.concat(&[x, skip]) } else { x }
    }
}
