//! ResNet with 18, 34, 50 or 101 layers.
//!
//! He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, arXiv 1512.03385, table 1.
//! Reference: torchvision `models/resnet.py`, as segmentation_models_pytorch 0.6 `encoders/resnet.py` and torchvision's
//! `models/segmentation` use it.
//! Differences: the pooling and the classifier are left out. From the paper, which is torchvision's: a bottleneck has its
//! stride in the 3x3 convolution, not in the first 1x1.

use super::dilation::dilation;
use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

const EPSILON: f64 = 1e-5;
const STEM_CHANNELS: usize = 64;
/// Channels of the blocks' 3x3 convolutions in each stage.
const WIDTHS: [usize; 4] = [64, 128, 256, 512];

pub struct Resnet {
    /// 18, 34, 50 or 101.
    pub layers: usize,
    /// Stride of the last map: 32, or 16 or 8 with dilation.
    pub output_stride: usize,
    pub dilation: Dilation,
}

/// Which blocks are dilated in a stage whose stride is traded for dilation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dilation {
    /// All: segmentation_models_pytorch's `make_dilated`.
    WholeStage,
    /// The first keeps the dilation of the stage before: torchvision's `replace_stride_with_dilation`.
    AfterFirstBlock,
}

struct Block {
    width: usize,
    /// How many times wider than its middle the block's output is.
    expansion: usize,
    stride: usize,
    dilation: usize,
}

/// Blocks of each stage, and the expansion of a block.
fn stages(layers: usize) -> ([usize; 4], usize) {
    match layers {
        18 => ([2, 2, 2, 2], 1),
        34 => ([3, 4, 6, 3], 1),
        50 => ([3, 4, 6, 3], 4),
        101 => ([3, 4, 23, 3], 4),
        _ => panic!("there is no ResNet-{layers}"),
    }
}

/// Channels of the maps at strides 2, 4, 8, 16 and 32.
pub fn channels(layers: usize) -> [usize; 5] {
    let (_, expansion) = stages(layers);
    let [c1, c2, c3, c4] = WIDTHS.map(|width| width * expansion);
    [STEM_CHANNELS, c1, c2, c3, c4]
}

impl Resnet {
    /// Adds the encoder to `g`, its names under `prefix`; returns the first `depth` of the maps at strides 2, 4, 8, 16 and 32.
    pub fn features(&self, g: &mut GraphBuilder, prefix: &str, image: NodeId, depth: usize) -> Vec<NodeId> {
        let (blocks, expansion) = stages(self.layers);
        let stem = conv_bn_relu(g, prefix, 1, image, Conv2d::new(STEM_CHANNELS, 7).stride(2));
        let mut maps = vec![stem];
        let mut channels = STEM_CHANNELS;
        for (i, width) in WIDTHS.into_iter().enumerate().take(depth - 1) {
            let mut x = maps[i];
            if i == 0 {
                x = g.max_pool(x, 3, 2, 1);
            }
            for j in 0..blocks[i] {
                let (stride, dilation) = self.sampling(i, j);
                let block = Block { width, expansion, stride, dilation };
                x = residual(g, &format!("{prefix}.layer{}.{j}", i + 1), x, channels, &block);
                channels = width * expansion;
            }
            maps.push(x);
        }
        maps
    }

    /// Stride and dilation of block `j` of stage `i`, both counted from 0.
    fn sampling(&self, i: usize, j: usize) -> (usize, usize) {
        let reached = 4 << i;
        let is_strided = i > 0 && j == 0 && reached <= self.output_stride;
        let keeps_dilation = j == 0 && self.dilation == Dilation::AfterFirstBlock;
        let dilated_for = if keeps_dilation { reached / 2 } else { reached };
        (if is_strided { 2 } else { 1 }, dilation(dilated_for, self.output_stride))
    }
}

/// Two 3x3 convolutions, or one between two 1x1, beside the identity or, where the channels change, a 1x1 convolution
/// (paper, figures 2 and 5).
fn residual(g: &mut GraphBuilder, name: &str, x: NodeId, c_in: usize, b: &Block) -> NodeId {
    let c_out = b.width * b.expansion;
    let middle = Conv2d::new(b.width, 3).dilation(b.dilation);
    let y = if b.expansion == 1 {
        let y = conv_bn_relu(g, name, 1, x, middle.clone().stride(b.stride));
        conv_bn(g, name, 2, y, middle)
    } else {
        let y = conv_bn_relu(g, name, 1, x, Conv2d::new(b.width, 1));
        let y = conv_bn_relu(g, name, 2, y, middle.stride(b.stride));
        conv_bn(g, name, 3, y, Conv2d::new(c_out, 1))
    };
    let shortcut = if c_in == c_out {
        x
    } else {
        let s = g.conv(&format!("{name}.downsample.0"), x, Conv2d::new(c_out, 1).stride(b.stride));
        g.batch_norm(&format!("{name}.downsample.1"), s, EPSILON)
    };
    let sum = g.add(y, shortcut);
    g.activation(sum, Activation::Relu)
}

fn conv_bn_relu(g: &mut GraphBuilder, name: &str, index: usize, x: NodeId, conv: Conv2d) -> NodeId {
    let x = conv_bn(g, name, index, x, conv);
    g.activation(x, Activation::Relu)
}

fn conv_bn(g: &mut GraphBuilder, name: &str, index: usize, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.conv{index}"), x, conv);
    g.batch_norm(&format!("{name}.bn{index}"), x, EPSILON)
}
