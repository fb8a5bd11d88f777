//! U-Net with a classification network as encoder.
//!
//! Ronneberger, Fischer, Brox, "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI 2015,
//! arXiv 1505.04597, figure 1.
//! Reference: segmentation_models_pytorch 0.6, `decoders/unet/` (`smp.Unet` with its defaults: five blocks, nearest
//! upsampling, batch norm, no attention).
//! Differences from the paper, which are the reference's: padded convolutions, nearest upsampling in place of transposed
//! convolutions, batch norm, and a last block without a skip that returns to full size.

use super::encoders::{mobilenet_v2::mobilenet_v2, resnet::resnet18};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const EPSILON: f64 = 1e-5;
const DECODER_WIDTHS: [usize; 5] = [256, 128, 64, 32, 16];

pub enum Encoder {
    Resnet18,
    MobilenetV2,
}

pub struct Unet {
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Unet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let mut maps = match self.encoder {
            Encoder::Resnet18 => resnet18(g, "encoder", image),
            Encoder::MobilenetV2 => mobilenet_v2(g, "encoder", image),
        };

        let mut x = maps.pop().expect("an encoder returns five maps");
        for (i, width) in DECODER_WIDTHS.into_iter().enumerate() {
            x = decoder_block(g, &format!("decoder.blocks.{i}"), x, maps.pop(), image, width);
        }
        let scores = g.conv("segmentation_head.0", x, Conv2d::new(self.classes, 3).bias());
        builder.build(scores)
    }
}

/// Enlarges to the size of the skip, joins it, and convolves twice; the last block has no skip and enlarges to the image.
fn decoder_block(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    skip: Option<NodeId>,
    image: NodeId,
    width: usize,
) -> NodeId {
    let mut x = g.resize_like(x, skip.unwrap_or(image), Interpolation::Nearest, false);
    if let Some(skip) = skip {
        x = g.concat(&[x, skip]);
    }
    for conv in ["conv1", "conv2"] {
        x = g.conv(&format!("{name}.{conv}.0"), x, Conv2d::new(width, 3));
        x = g.batch_norm(&format!("{name}.{conv}.1"), x, EPSILON);
        x = g.activation(x, Activation::Relu);
    }
    x
}
