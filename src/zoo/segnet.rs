//! SegNet: VGG-16 and its mirror image, which puts values back where each max pooling found them.
//!
//! Badrinarayanan, Kendall, Cipolla, "SegNet: A Deep Convolutional Encoder-Decoder Architecture for Image Segmentation",
//! PAMI 2017, arXiv 1511.00561, section 3, figures 2 and 3.
//! Reference: github.com/alexgkendall/SegNet-Tutorial, `Models/segnet_inference.prototxt`, whose layer names these are.
//! Differences: a side that a pooling cannot halve is rounded down, as PyTorch does, where Caffe rounds up (none is at
//! multiples of 32), and the epsilon of the batch norms is PyTorch's default.

use super::vgg_16::{STAGES, scaled};
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, NodeId};

const EPSILON: f64 = 1e-5;

pub struct SegNet {
    /// Multiplies all channels but the scores'; 1 is the paper's network.
    pub width: f64,
    /// Rows of the last layer.
    pub classes: usize,
}

impl SegNet {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size from 32 on.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let mut x = image;
        let mut pooled = Vec::new();
        for (stage, (convolutions, channels)) in STAGES.into_iter().enumerate() {
            for i in 1..=convolutions {
                x = self.conv_bn_relu(g, &format!("conv{}_{i}", stage + 1), x, channels);
            }
            pooled.push(x);
            x = g.max_pool(x, 2, 2, 0);
        }
        for (stage, (convolutions, channels)) in STAGES.into_iter().enumerate().rev() {
            x = g.max_unpool(x, pooled[stage], 2, 2);
            for i in (2..=convolutions).rev() {
                x = self.conv_bn_relu(g, &format!("conv{}_{i}_D", stage + 1), x, channels);
            }
            // The first layer of a stage is its mirror image's last, and goes back to the channels of the stage before.
            let name = format!("conv{}_1_D", stage + 1);
            x = match stage.checked_sub(1) {
                None => g.conv(&name, x, Conv2d::new(self.classes, 3).bias()),
                Some(before) => self.conv_bn_relu(g, &name, x, STAGES[before].1),
            };
        }
        builder.build(x)
    }

    fn conv_bn_relu(&self, g: &mut GraphBuilder, name: &str, x: NodeId, channels: usize) -> NodeId {
        let x = g.conv(name, x, Conv2d::new(scaled(channels, self.width), 3).bias());
        let x = g.batch_norm(&format!("{name}_bn"), x, EPSILON);
        g.activation(x, Activation::Relu)
    }
}
