//! ResNet-18.
//!
//! He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385, table 1.
//! Reference: torchvision `models/resnet.py` (`resnet18`), as segmentation_models_pytorch 0.6 `encoders/resnet.py` uses it.
//! Difference: the pooling and the classifier are left out.

use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

const EPSILON: f64 = 1e-5;
const WIDTHS: [usize; 4] = [64, 128, 256, 512];
const BLOCKS_PER_STAGE: usize = 2;

/// Adds the encoder to `g`, its names under `prefix`; returns the maps at strides 2, 4, 8, 16 and 32.
pub fn resnet18(g: &mut GraphBuilder, prefix: &str, image: NodeId) -> Vec<NodeId> {
    let x = g.conv(&format!("{prefix}.conv1"), image, Conv2d::new(64, 7).stride(2));
    let x = g.batch_norm(&format!("{prefix}.bn1"), x, EPSILON);
    let stem = g.activation(x, Activation::Relu);
    let pooled = g.max_pool(stem, 3, 2, 1);
    let mut maps = vec![stem];
    let (mut x, mut channels) = (pooled, 64);
    for (i, width) in WIDTHS.into_iter().enumerate() {
        for j in 0..BLOCKS_PER_STAGE {
            let stride = if i > 0 && j == 0 { 2 } else { 1 };
            x = basic_block(g, &format!("{prefix}.layer{}.{j}", i + 1), x, channels, width, stride);
            channels = width;
        }
        maps.push(x);
    }
    maps
}

/// Two 3x3 convolutions beside the identity, or beside a strided 1x1 where the shape changes (paper, figure 2).
fn basic_block(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    c_in: usize,
    c_out: usize,
    stride: usize,
) -> NodeId {
    let y = g.conv(&format!("{name}.conv1"), x, Conv2d::new(c_out, 3).stride(stride));
    let y = g.batch_norm(&format!("{name}.bn1"), y, EPSILON);
    let y = g.activation(y, Activation::Relu);
    let y = g.conv(&format!("{name}.conv2"), y, Conv2d::new(c_out, 3));
    let y = g.batch_norm(&format!("{name}.bn2"), y, EPSILON);
    let shortcut = if stride != 1 || c_in != c_out {
        let s = g.conv(&format!("{name}.downsample.0"), x, Conv2d::new(c_out, 1).stride(stride));
        g.batch_norm(&format!("{name}.downsample.1"), s, EPSILON)
    } else {
        x
    };
    let sum = g.add(y, shortcut);
    g.activation(sum, Activation::Relu)
}
