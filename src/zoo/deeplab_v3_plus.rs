//! DeepLabv3+: atrous spatial pyramid pooling at stride 16, sharpened by a map of stride 4.
//!
//! Chen, Zhu, Papandreou, Schroff, Adam, "Encoder-Decoder with Atrous Separable Convolution for Semantic Image
//! Segmentation", ECCV 2018, arXiv 1802.02611, section 3 and figure 2.
//! Reference: segmentation_models_pytorch 0.6, `decoders/deeplabv3/` (`smp.DeepLabV3Plus` with its defaults).
//! Differences from the paper, which are the reference's: rates 12, 24 and 36 at stride 16 (the paper: 6, 12, 18), a separable
//! convolution after the pyramid, one instead of two after the join, no batch norm between the two halves of a
//! separable convolution, and aligned corners.

use super::encoders::Encoder;
use super::smp::{EPSILON, conv_bn_relu, enlarge, segmentation_head};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const CHANNELS: usize = 256;
/// Of the map of stride 4: few, so that it does not outweigh the pyramid's (paper, section 4.1).
const LOW_LEVEL_CHANNELS: usize = 48;
const RATES: [usize; 3] = [12, 24, 36];

pub struct DeepLabV3Plus {
    /// One that can be dilated.
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl DeepLabV3Plus {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 16.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [_, Some(low), .., Some(high)] = self.encoder.features(g, "encoder", image, 5, 16)[..] else {
            panic!("an encoder has maps at strides 4 and 16")
        };
        let [.., c_high] = self.encoder.channels();

        let x = pyramid(g, high, c_high);
        let x = separable(g, "decoder.aspp", 1, x, CHANNELS, 1);
        let x = enlarge(g, x, Interpolation::Bilinear, true, 4);
        let low = conv_bn_relu(g, "decoder.block1", low, Conv2d::new(LOW_LEVEL_CHANNELS, 1));
        let x = g.concat(&[x, low]);
        let x = separable(g, "decoder.block2", 0, x, CHANNELS + LOW_LEVEL_CHANNELS, 1);
        let scores = segmentation_head(g, x, self.classes, 1, 4);
        builder.build(scores)
    }
}

/// The map at several atrous rates and its average, joined (Chen, Papandreou, Schroff, Adam, "Rethinking Atrous Convolution
/// for Semantic Image Segmentation", arXiv 1706.05587, section 3.3).
fn pyramid(g: &mut GraphBuilder, x: NodeId, c_in: usize) -> NodeId {
    let name = |i: usize| format!("decoder.aspp.0.convs.{i}");
    let mut branches = vec![conv_bn_relu(g, &name(0), x, Conv2d::new(CHANNELS, 1))];
    for (i, rate) in RATES.into_iter().enumerate() {
        branches.push(separable(g, &name(i + 1), 0, x, c_in, rate));
    }
    let average = g.global_avg_pool(x);
    let average = g.conv(&format!("{}.1", name(4)), average, Conv2d::new(CHANNELS, 1));
    let average = g.batch_norm(&format!("{}.2", name(4)), average, EPSILON);
    let average = g.activation(average, Activation::Relu);
    branches.push(g.resize_like(average, x, Interpolation::Bilinear, false));
    let joined = g.concat(&branches);
    conv_bn_relu(g, "decoder.aspp.0.project", joined, Conv2d::new(CHANNELS, 1))
}

/// A depthwise and a 1x1 convolution as child `child` of `name`, then batch norm and ReLU.
fn separable(g: &mut GraphBuilder, name: &str, child: usize, x: NodeId, c_in: usize, rate: usize) -> NodeId {
    let depthwise = Conv2d::new(c_in, 3).dilation(rate).groups(c_in);
    let x = g.conv(&format!("{name}.{child}.0"), x, depthwise);
    let x = g.conv(&format!("{name}.{child}.1"), x, Conv2d::new(CHANNELS, 1));
    let x = g.batch_norm(&format!("{name}.{}", child + 1), x, EPSILON);
    g.activation(x, Activation::Relu)
}
