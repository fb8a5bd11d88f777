//! PAN: a small pyramid attends to the deepest map, and each coarser map attends to the channels of the finer one.
//!
//! Li, Xiong, An, Wang, "Pyramid Attention Network for Semantic Segmentation", BMVC 2018, arXiv 1805.10180, section 3 and
//! figures 3 and 4.
//! Reference: segmentation_models_pytorch 0.6, `decoders/pan/` (`smp.PAN` with its defaults).
//! Differences from the paper, which are the reference's: the pyramid's maps have one channel, 32 channels in the decoder,
//! biases before the batch norms, and aligned corners.

use super::encoders::Encoder;
use super::smp::{EPSILON, segmentation_head};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const CHANNELS: usize = 32;

pub struct Pan {
    /// One that can be dilated.
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl Pan {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 16, 128 at least: the pyramid halves the map
    /// of stride 16 three times.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [_, Some(c2), Some(c3), Some(c4), Some(c5)] =
            self.encoder.features(g, "encoder", image, 5, 16)[..]
        else {
            panic!("an encoder has maps at strides 4, 8, 16 and, dilated, 16")
        };

        let x = pyramid_attention(g, c5);
        let x = attention_upsample(g, "decoder.gau3", c4, x);
        let x = attention_upsample(g, "decoder.gau2", c3, x);
        let x = attention_upsample(g, "decoder.gau1", c2, x);
        let scores = segmentation_head(g, x, self.classes, 3, 4);
        builder.build(scores)
    }
}

/// Feature pyramid attention (paper, figure 3b): weighs each pixel by what kernels of 7, 5 and 3 see at strides 2, 4 and 8,
/// and adds the average of the map.
fn pyramid_attention(g: &mut GraphBuilder, map: NodeId) -> NodeId {
    let name = |part: &str| format!("decoder.fpa.{part}");
    let average = g.global_avg_pool(map);
    let average = conv_bn_relu(g, &name("branch1.1"), average, CHANNELS, 1);
    let average = enlarge_like(g, average, map);
    let middle = conv_bn_relu(g, &name("mid.0"), map, CHANNELS, 1);

    let x1 = halve(g, &name("down1.1"), map, 7);
    let x2 = halve(g, &name("down2.1"), x1, 5);
    let x3 = halve(g, &name("down3.1"), x2, 3);
    let x3 = conv_bn_relu(g, &name("down3.2"), x3, 1, 3);
    let x2 = conv_bn_relu(g, &name("conv2"), x2, 1, 5);
    let x1 = conv_bn_relu(g, &name("conv1"), x1, 1, 7);
    let x3 = enlarge_like(g, x3, x2);
    let x = g.add(x2, x3);
    let x = enlarge_like(g, x, x1);
    let x = g.add(x, x1);
    let attention = enlarge_like(g, x, map);

    // One channel for all of them.
    let attention = g.concat(&[attention; CHANNELS]);
    let x = g.mul(attention, middle);
    g.add(x, average)
}

fn halve(g: &mut GraphBuilder, name: &str, x: NodeId, kernel: usize) -> NodeId {
    let x = g.max_pool(x, 2, 2, 0);
    conv_bn_relu(g, name, x, 1, kernel)
}

/// Global attention upsample (paper, figure 4): the average of the coarser map weighs the channels of the finer one.
fn attention_upsample(g: &mut GraphBuilder, name: &str, fine: NodeId, coarse: NodeId) -> NodeId {
    let enlarged = enlarge_like(g, coarse, fine);
    let fine = conv_bn_relu(g, &format!("{name}.conv2"), fine, CHANNELS, 3);
    let weights = g.global_avg_pool(coarse);
    let weights = conv_bn(g, &format!("{name}.conv1.1"), weights, CHANNELS, 1);
    let weights = g.activation(weights, Activation::Sigmoid);
    let weighed = g.mul(fine, weights);
    g.add(enlarged, weighed)
}

fn enlarge_like(g: &mut GraphBuilder, x: NodeId, like: NodeId) -> NodeId {
    g.resize_like(x, like, Interpolation::Bilinear, true)
}

fn conv_bn(g: &mut GraphBuilder, name: &str, x: NodeId, c_out: usize, kernel: usize) -> NodeId {
    let x = g.conv(&format!("{name}.conv"), x, Conv2d::new(c_out, kernel).bias());
    g.batch_norm(&format!("{name}.bn"), x, EPSILON)
}

fn conv_bn_relu(g: &mut GraphBuilder, name: &str, x: NodeId, c_out: usize, kernel: usize) -> NodeId {
    let x = conv_bn(g, name, x, c_out, kernel);
    g.activation(x, Activation::Relu)
}
