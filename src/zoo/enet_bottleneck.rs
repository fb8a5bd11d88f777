//! ENet's bottleneck: a residual unit that is narrow inside.
//!
//! Paszke et al., "ENet", 2016, arXiv 1606.02147, section 3 and figure 2b.
//! Reference: github.com/e-lab/ENet-training, `train/models/encoder.lua` (`_bottleneck`) and `decoder.lua` (`bottleneck`).
//! Differences from the paper, which are the authors' code's: the decoder has ReLU in place of PReLU, and the two halves of an
//! asymmetric convolution have neither batch norm nor activation between them. Dropout is gone.

use crate::graph::{Activation, Conv2d, ConvTranspose2d, GraphBuilder, NodeId};

pub const EPSILON: f64 = 1e-3;
/// A bottleneck is this many times narrower inside.
const REDUCTION: usize = 4;

/// What stands in the middle of a bottleneck.
#[derive(Clone, Copy)]
pub enum Middle {
    /// 3x3.
    Dilated(usize),
    /// 1x5 and 5x1.
    Asymmetric,
    /// 3x3, transposed, to twice the size.
    Transposed,
}

/// Adds an activation whose weights, if it has any, have this name.
pub type Activate = fn(&mut GraphBuilder, &str, NodeId) -> NodeId;
pub const PRELU: Activate = |g, name, x| g.prelu(name, x);
pub const RELU: Activate = |g, _, x| g.activation(x, Activation::Relu);

pub fn regular(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    middle: Middle,
    c: usize,
    act: Activate,
) -> NodeId {
    let branch = branch(g, name, x, Conv2d::new(c / REDUCTION, 1), middle, c, act);
    join(g, name, x, branch, act)
}

/// Halves the size; the pooled map gets the channels it lacks as zeros.
pub fn downsample(g: &mut GraphBuilder, name: &str, x: NodeId, c_out: usize) -> NodeId {
    let reduce = Conv2d::new(c_out / REDUCTION, 2).stride(2).padding(0);
    let branch = branch(g, name, x, reduce, Middle::Dilated(1), c_out, PRELU);
    let main = g.max_pool(x, 2, 2, 0);
    let main = g.pad_channels(main, c_out);
    join(g, name, main, branch, PRELU)
}

/// Doubles the size; `pooled` is the map whose downsampling it undoes.
pub fn upsample(g: &mut GraphBuilder, name: &str, x: NodeId, pooled: NodeId, c_out: usize) -> NodeId {
    let branch = branch(g, name, x, Conv2d::new(c_out / REDUCTION, 1), Middle::Transposed, c_out, RELU);
    let main = g.conv(&format!("{name}.main.0"), x, Conv2d::new(c_out, 1));
    let main = g.batch_norm(&format!("{name}.main.1"), main, EPSILON);
    let main = g.max_unpool(main, pooled, 2, 2);
    join(g, name, main, branch, RELU)
}

/// Reduce, convolve, expand (paper, figure 2b). Only the middle has biases.
fn branch(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    reduce: Conv2d,
    middle: Middle,
    c_out: usize,
    act: Activate,
) -> NodeId {
    let c = reduce.out_channels;
    let x = g.conv(&format!("{name}.reduce.0"), x, reduce);
    let x = g.batch_norm(&format!("{name}.reduce.1"), x, EPSILON);
    let x = act(g, &format!("{name}.reduce.2"), x);
    let conv = |i: usize| format!("{name}.conv.{i}");
    let (x, next) = match middle {
        Middle::Dilated(rate) => (g.conv(&conv(0), x, Conv2d::new(c, 3).dilation(rate).bias()), 1),
        Middle::Asymmetric => {
            let row = Conv2d { kernel: [1, 5], padding: [0, 2], ..Conv2d::new(c, 5) };
            let column = Conv2d { kernel: [5, 1], padding: [2, 0], ..Conv2d::new(c, 5).bias() };
            let x = g.conv(&conv(0), x, row);
            (g.conv(&conv(1), x, column), 2)
        }
        Middle::Transposed => {
            let transposed = ConvTranspose2d::new(c, 3).stride(2).padding(1).output_padding(1).bias();
            (g.conv_transpose(&conv(0), x, transposed), 1)
        }
    };
    let x = g.batch_norm(&conv(next), x, EPSILON);
    let x = act(g, &conv(next + 1), x);
    let x = g.conv(&format!("{name}.expand.0"), x, Conv2d::new(c_out, 1));
    g.batch_norm(&format!("{name}.expand.1"), x, EPSILON)
}

fn join(g: &mut GraphBuilder, name: &str, main: NodeId, branch: NodeId, act: Activate) -> NodeId {
    let sum = g.add(main, branch);
    act(g, &format!("{name}.act"), sum)
}
