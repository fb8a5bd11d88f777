//! MobileNetV2.
//!
//! Sandler, Howard, Zhu, Zhmoginov, Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018,
//! arXiv 1801.04381, table 2.
//! Reference: torchvision `models/mobilenetv2.py`, as segmentation_models_pytorch 0.6 `encoders/mobilenet.py` uses it.
//! Difference: the pooling and the classifier are left out.

use super::dilation::{dilation, strided_or_dilated};
use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

const EPSILON: f64 = 1e-5;
const STEM_CHANNELS: usize = 32;
const LAST_CHANNELS: usize = 1280;

/// The paper's rows: expansion, output channels, blocks, stride of the first block.
const STAGES: [[usize; 4]; 7] = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
];
/// The features whose maps a decoder reads besides the last: the last at each of the strides 2, 4, 8 and 16.
const SKIPS: [usize; 4] = [1, 3, 6, 13];

struct Block {
    c_in: usize,
    c_out: usize,
    expansion: usize,
    stride: usize,
    dilation: usize,
}

/// Adds the encoder to `g`, its names under `prefix`; returns the first `depth` of the maps at strides 2, 4, 8, 16 and 32.
pub fn features(
    g: &mut GraphBuilder,
    prefix: &str,
    image: NodeId,
    depth: usize,
    output_stride: usize,
) -> Vec<NodeId> {
    let feature = |index: usize| format!("{prefix}.features.{index}");
    let mut x = conv_bn_relu6(g, &feature(0), image, Conv2d::new(STEM_CHANNELS, 3).stride(2));
    let mut maps = Vec::new();
    let mut c_in = STEM_CHANNELS;
    let mut reached = 2;
    let mut index = 0;
    for [expansion, c_out, blocks, first_stride] in STAGES {
        reached *= first_stride;
        for i in 0..blocks {
            index += 1;
            let stride = if i == 0 { first_stride } else { 1 };
            let block = Block { c_in, c_out, expansion, stride, dilation: dilation(reached, output_stride) };
            x = inverted_residual(g, &format!("{}.conv", feature(index)), x, &block);
            c_in = c_out;
            if SKIPS.contains(&index) {
                maps.push(x);
            }
            if maps.len() == depth {
                return maps;
            }
        }
    }
    maps.push(conv_bn_relu6(g, &feature(index + 1), x, Conv2d::new(LAST_CHANNELS, 1)));
    maps
}

/// Expand, convolve depthwise, project without activation (paper, figure 4). Children are numbered as they occur.
fn inverted_residual(g: &mut GraphBuilder, name: &str, x: NodeId, b: &Block) -> NodeId {
    let hidden = b.c_in * b.expansion;
    let mut y = x;
    let mut child = 0;
    if b.expansion != 1 {
        y = conv_bn_relu6(g, &format!("{name}.{child}"), y, Conv2d::new(hidden, 1));
        child += 1;
    }
    let depthwise = strided_or_dilated(Conv2d::new(hidden, 3).groups(hidden), b.stride, b.dilation);
    y = conv_bn_relu6(g, &format!("{name}.{child}"), y, depthwise);
    y = g.conv(&format!("{name}.{}", child + 1), y, Conv2d::new(b.c_out, 1));
    y = g.batch_norm(&format!("{name}.{}", child + 2), y, EPSILON);
    if b.stride == 1 && b.c_in == b.c_out { g.add(x, y) } else { y }
}

fn conv_bn_relu6(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.0"), x, conv);
    let x = g.batch_norm(&format!("{name}.1"), x, EPSILON);
    g.activation(x, Activation::Relu6)
}
