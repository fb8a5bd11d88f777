//! DeepLab v2: atrous spatial pyramid pooling, four classifiers with different atrous rates whose scores are summed.
//!
//! Chen, Papandreou, Kokkinos, Murphy, Yuille, "DeepLab: Semantic Image Segmentation with Deep Convolutional Nets, Atrous
//! Convolution, and Fully Connected CRFs", PAMI 2018, arXiv 1606.00915, section 3.2, figures 4 and 7 (ASPP-L).
//! Reference: the authors' Caffe models DeepLabv2_VGG16 and DeepLabv2_ResNet101, whose names the classifiers have, without
//! the `voc12` in them; the names of the ResNet are torchvision's.
//! Differences: one scale of the image, where the paper takes the maximum over three; dropout is gone; the CRF is
//! `lab/crf.rs`. A stage of the ResNet has its stride in the 3x3 convolution, as torchvision has it, not in the 1x1 before.

use super::deeplab_v1::atrous_vgg_16;
use super::encoders::resnet::{Dilation, Resnet};
use super::vgg_16::{conv_relu, scaled};
use crate::graph::{Conv2d, Graph, GraphBuilder, Interpolation, NodeId};

const RATES: [usize; 4] = [6, 12, 18, 24];
const FC_CHANNELS: usize = 1024;

pub enum Encoder {
    /// `width` multiplies all channels but the scores'; 1 is the paper's.
    Vgg16 {
        width: f64,
    },
    Resnet101,
}

pub struct DeepLabV2 {
    pub encoder: Encoder,
    /// Rows of the four classifiers.
    pub classes: usize,
}

impl DeepLabV2 {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let branches = match self.encoder {
            Encoder::Vgg16 { width } => {
                let x = atrous_vgg_16(g, image, width);
                RATES.map(|rate| self.vgg_branch(g, x, rate, scaled(FC_CHANNELS, width)))
            }
            Encoder::Resnet101 => {
                let encoder = Resnet { layers: 101, output_stride: 8, dilation: Dilation::WholeStage };
                let x = encoder.features(g, "backbone", image, 5)[4];
                RATES.map(|rate| {
                    let name = format!("fc1_c{}", rate / 6 - 1);
                    g.conv(&name, x, Conv2d::new(self.classes, 3).dilation(rate).bias())
                })
            }
        };
        let scores = branches.into_iter().reduce(|sum, branch| g.add(sum, branch)).expect("four branches");
        let scores = g.resize_like(scores, image, Interpolation::Bilinear, true);
        builder.build(scores)
    }

    /// Each branch has a whole LargeFOV classifier.
    fn vgg_branch(&self, g: &mut GraphBuilder, x: NodeId, rate: usize, channels: usize) -> NodeId {
        let number = rate / 6;
        let x = conv_relu(g, &format!("fc6_{number}"), x, Conv2d::new(channels, 3).dilation(rate));
        let x = conv_relu(g, &format!("fc7_{number}"), x, Conv2d::new(channels, 1));
        g.conv(&format!("fc8_{number}"), x, Conv2d::new(self.classes, 1).bias())
    }
}
