//! MobileNetV3, Large and Small, as timm writes it.
//!
//! Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv 1905.02244, section 5 and tables 1 and 2.
//! Reference: timm 1.0 `models/mobilenetv3.py` (`mobilenetv3_large_100` and `mobilenetv3_small_100` with `features_only`),
//! as segmentation_models_pytorch 0.6 `encoders/timm_universal.py` uses it.
//! Differences: the pooling and the classifier are left out. From `mobilenet_v3.rs`, which is torchvision's: the names, the
//! batch norms' epsilon, and that a strided block which is dilated instead keeps the dilation of the block before it.

use super::inverted_residual::{Block, make_divisible};
use super::mobilenet_v3::{self, STEM_CHANNELS};
use crate::graph::Activation::{Hardsigmoid, Hardswish, Relu};
use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

const EPSILON: f64 = 1e-5;

pub struct MobileNetV3 {
    architecture: &'static mobilenet_v3::MobileNetV3,
    /// Blocks of each stage but the last, which is a 1x1 convolution.
    stages: &'static [usize],
}

pub const LARGE: MobileNetV3 =
    MobileNetV3 { architecture: &mobilenet_v3::LARGE, stages: &[1, 2, 3, 4, 2, 3] };
pub const SMALL: MobileNetV3 = MobileNetV3 { architecture: &mobilenet_v3::SMALL, stages: &[1, 2, 3, 2, 3] };

impl MobileNetV3 {
    /// Adds the encoder to `g`, its names under `prefix`; returns the first `depth` of the maps at strides 2, 4, 8, 16 and 32:
    /// what goes into each strided block but the first layer, and the last map.
    pub fn features(
        &self,
        g: &mut GraphBuilder,
        prefix: &str,
        image: NodeId,
        depth: usize,
        output_stride: usize,
    ) -> Vec<NodeId> {
        let name = format!("{prefix}.model");
        let x = g.conv(&format!("{name}.conv_stem"), image, Conv2d::new(STEM_CHANNELS, 3).stride(2));
        let mut x = bn_act(g, &format!("{name}.bn1"), x, Hardswish);
        let mut maps = Vec::new();
        let mut channels = STEM_CHANNELS;
        let mut blocks = self.architecture.blocks.iter();
        let (mut reached, mut dilation) = (2, 1);
        for (i, &count) in self.stages.iter().enumerate() {
            for (j, block) in blocks.by_ref().take(count).enumerate() {
                let mut conv = Conv2d::new(block.expanded, block.kernel).groups(block.expanded);
                conv = conv.dilation(dilation);
                if block.stride > 1 {
                    maps.push(x);
                    if maps.len() == depth {
                        return maps;
                    }
                    if reached < output_stride {
                        reached *= block.stride;
                        conv = conv.stride(block.stride);
                    } else {
                        dilation *= block.stride;
                    }
                }
                x = inverted_residual(g, &format!("{name}.blocks.{i}.{j}"), x, channels, *block, conv);
                channels = block.out;
            }
        }
        let last = format!("{name}.blocks.{}.0", self.stages.len());
        let x = g.conv(&format!("{last}.conv"), x, Conv2d::new(self.architecture.high_channels, 1));
        maps.push(bn_act(g, &format!("{last}.bn1"), x, Hardswish));
        maps
    }
}

/// Expand, convolve depthwise, weigh the channels, project. Without expansion, the projection takes the expansion's name and
/// the norms move up.
fn inverted_residual(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    c_in: usize,
    b: Block,
    depthwise: Conv2d,
) -> NodeId {
    let mut y = x;
    let (depthwise_bn, projection, projection_bn) = if b.expanded == c_in {
        ("bn1", "conv_pw", "bn2")
    } else {
        y = g.conv(&format!("{name}.conv_pw"), y, Conv2d::new(b.expanded, 1));
        y = bn_act(g, &format!("{name}.bn1"), y, b.activation);
        ("bn2", "conv_pwl", "bn3")
    };
    y = g.conv(&format!("{name}.conv_dw"), y, depthwise);
    y = bn_act(g, &format!("{name}.{depthwise_bn}"), y, b.activation);
    if b.has_squeeze_excite {
        y = squeeze_excite(g, &format!("{name}.se"), y, b.expanded);
    }
    y = g.conv(&format!("{name}.{projection}"), y, Conv2d::new(b.out, 1));
    y = g.batch_norm(&format!("{name}.{projection_bn}"), y, EPSILON);
    if b.stride == 1 && c_in == b.out { g.add(y, x) } else { y }
}

fn squeeze_excite(g: &mut GraphBuilder, name: &str, x: NodeId, channels: usize) -> NodeId {
    let gate = g.global_avg_pool(x);
    let reduced = Conv2d::new(make_divisible(channels / 4), 1).bias();
    let gate = g.conv(&format!("{name}.conv_reduce"), gate, reduced);
    let gate = g.activation(gate, Relu);
    let gate = g.conv(&format!("{name}.conv_expand"), gate, Conv2d::new(channels, 1).bias());
    let gate = g.activation(gate, Hardsigmoid);
    g.mul(x, gate)
}

fn bn_act(g: &mut GraphBuilder, name: &str, x: NodeId, activation: Activation) -> NodeId {
    let x = g.batch_norm(name, x, EPSILON);
    g.activation(x, activation)
}
