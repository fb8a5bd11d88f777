//! The block of MobileNetV3: an inverted residual with a hard swish and squeeze-and-excitation.
//!
//! Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv 1905.02244, sections 5.2 and 5.3, figure 4.
//! Reference: torchvision `models/mobilenetv3.py` (`InvertedResidual`) and `ops/misc.py` (`SqueezeExcitation`).

use crate::graph::Activation::{self, Hardsigmoid, Relu};
use crate::graph::{Conv2d, GraphBuilder, NodeId};

/// This family's batch norms use a larger epsilon than torch's default.
const EPSILON: f64 = 1e-3;

/// A row of the paper's tables: an inverted residual block.
#[derive(Clone, Copy)]
pub struct Block {
    pub kernel: usize,
    /// Channels of the expanded middle; there is no expansion where they equal the block's input.
    pub expanded: usize,
    pub out: usize,
    pub has_squeeze_excite: bool,
    pub activation: Activation,
    pub stride: usize,
}

pub const fn block(
    kernel: usize,
    expanded: usize,
    out: usize,
    se: bool,
    activation: Activation,
    stride: usize,
) -> Block {
    Block { kernel, expanded, out, has_squeeze_excite: se, activation, stride }
}

/// Expand, convolve depthwise, weigh the channels, project (paper, section 5). Children are numbered as they occur.
pub fn inverted_residual(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    c_in: usize,
    b: Block,
    dilated: bool,
) -> NodeId {
    let mut names = (0..).map(|i| format!("{name}.{i}"));
    let mut next_name = || names.next().expect("the range has no end");
    let mut y = x;
    if b.expanded != c_in {
        y = conv_bn_act(g, &next_name(), y, Conv2d::new(b.expanded, 1), b.activation);
    }
    let depthwise = Conv2d::new(b.expanded, b.kernel).groups(b.expanded);
    let depthwise = if dilated { depthwise.dilation(2) } else { depthwise.stride(b.stride) };
    y = conv_bn_act(g, &next_name(), y, depthwise, b.activation);
    if b.has_squeeze_excite {
        y = squeeze_excite(g, &next_name(), y, b.expanded);
    }
    y = conv_bn(g, &next_name(), y, Conv2d::new(b.out, 1));
    if b.stride == 1 && c_in == b.out { g.add(y, x) } else { y }
}

/// Hu, Shen, Albanie, Sun, Wu, "Squeeze-and-Excitation Networks", arXiv 1709.01507, with a hard sigmoid.
fn squeeze_excite(g: &mut GraphBuilder, name: &str, x: NodeId, channels: usize) -> NodeId {
    let y = g.global_avg_pool(x);
    let y = g.conv(&format!("{name}.fc1"), y, Conv2d::new(make_divisible(channels / 4), 1).bias());
    let y = g.activation(y, Relu);
    let y = g.conv(&format!("{name}.fc2"), y, Conv2d::new(channels, 1).bias());
    let gate = g.activation(y, Hardsigmoid);
    g.mul(x, gate)
}

/// The nearest multiple of 8, but not more than 10 % below.
pub fn make_divisible(channels: usize) -> usize {
    let rounded = ((channels + 4) / 8 * 8).max(8);
    if rounded * 10 < channels * 9 { rounded + 8 } else { rounded }
}

fn conv_bn(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.0"), x, conv);
    g.batch_norm(&format!("{name}.1"), x, EPSILON)
}

pub fn conv_bn_act(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    conv: Conv2d,
    activation: Activation,
) -> NodeId {
    let x = conv_bn(g, name, x, conv);
    g.activation(x, activation)
}
