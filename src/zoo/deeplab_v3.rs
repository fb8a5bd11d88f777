//! DeepLab v3: atrous spatial pyramid pooling with batch norm and the image's own average.
//!
//! Chen, Papandreou, Schroff, Adam, "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017, arXiv 1706.05587,
//! section 3.3 and figure 5.
//! Reference: torchvision `models/segmentation/deeplabv3.py` (`deeplabv3_resnet50`, `_resnet101`, `_mobilenet_v3_large`).
//! Differences from the paper, which are torchvision's: rates 12, 24 and 36 whatever the stride, which is 8 with a ResNet and
//! 16 with MobileNetV3; a 3x3 convolution before the scores. Dropout and the auxiliary classifier, which only training uses,
//! are gone.

use super::encoders::mobilenet_v3;
use super::encoders::resnet::{Dilation, Resnet};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const EPSILON: f64 = 1e-5;
const CHANNELS: usize = 256;
const RATES: [usize; 3] = [12, 24, 36];

pub enum Encoder {
    /// Layers: 50 or 101.
    Resnet(usize),
    MobilenetV3Large,
}

pub struct DeepLabV3 {
    pub encoder: Encoder,
    /// Rows of the last layer.
    pub classes: usize,
}

impl DeepLabV3 {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let x = match self.encoder {
            Encoder::Resnet(layers) => {
                let dilation = Dilation::AfterFirstBlock;
                Resnet { layers, output_stride: 8, dilation }.features(g, "backbone", image, 5)[4]
            }
            Encoder::MobilenetV3Large => mobilenet_v3::LARGE.features(g, "backbone", image)[1],
        };
        let scores = head(g, x, self.classes);
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, false);
        builder.build(scores)
    }
}

/// The pyramid and the classifier on an encoder's last map; scores of its size.
pub fn head(g: &mut GraphBuilder, x: NodeId, classes: usize) -> NodeId {
    let mut branches = vec![conv_bn_relu(g, "classifier.0.convs.0", 0, x, Conv2d::new(CHANNELS, 1))];
    for (i, rate) in (1..).zip(RATES) {
        let conv = Conv2d::new(CHANNELS, 3).dilation(rate);
        branches.push(conv_bn_relu(g, &format!("classifier.0.convs.{i}"), 0, x, conv));
    }
    let average = g.global_avg_pool(x);
    let average = conv_bn_relu(g, "classifier.0.convs.4", 1, average, Conv2d::new(CHANNELS, 1));
    branches.push(g.resize_like(average, x, Interpolation::Bilinear, false));

    let joined = g.concat(&branches);
    let y = conv_bn_relu(g, "classifier.0.project", 0, joined, Conv2d::new(CHANNELS, 1));
    let y = conv_bn_relu(g, "classifier", 1, y, Conv2d::new(CHANNELS, 3));
    g.conv("classifier.4", y, Conv2d::new(classes, 1).bias())
}

/// `first` is the convolution's number in its module; the batch norm's is the next.
fn conv_bn_relu(g: &mut GraphBuilder, name: &str, first: usize, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.{first}"), x, conv);
    let x = g.batch_norm(&format!("{name}.{}", first + 1), x, EPSILON);
    g.activation(x, Activation::Relu)
}
