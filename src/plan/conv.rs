//! How convolutions are computed: with which kernel, and what of their input each output plane reads.

use super::planes;
use crate::graph::{Conv2d, Graph, NodeId, Op};

/// Which convolution kernel a layer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConvKernel {
    /// 1x1, stride 1, no padding.
    Pointwise,
    /// Any window.
    Dense,
    /// Each output channel reads `terms` channels that no other reads: one in a depthwise convolution; more after a channel
    /// shuffle, whose output then has a [`super::Layout`] in which they are whole planes apart, so that it is a sum of
    /// depthwise convolutions.
    Depthwise { terms: usize },
    /// A transposed convolution with any window and stride.
    Transposed,
}

impl ConvKernel {
    /// Whether it multiplies 4x4 blocks of weights: what int8 products are for, and what a calibration has ranges of.
    pub fn is_product(self) -> bool {
        matches!(self, Self::Pointwise | Self::Dense)
    }
}

/// The kernel of each node that is a convolution. `channels` are those of every node.
pub fn conv_kernels(graph: &Graph, channels: &[usize]) -> Vec<Option<ConvKernel>> {
    let consumers = graph.consumers();
    let kernel = |id: NodeId| {
        let node = graph.node(id);
        let conv = match &node.op {
            Op::Conv2d(conv) => conv,
            Op::ConvTranspose2d(_) => return Some(ConvKernel::Transposed),
            _ => return None,
        };
        let input = node.inputs[0];
        let terms = channels[input] / conv.groups;
        // The graph's output is read by `paint` too, which takes channels as they come.
        let is_shuffled = matches!(graph.node(input).op, Op::ChannelShuffle { .. })
            && consumers[input].len() == 1
            && input != graph.output;
        Some(if conv.is_depthwise() && (terms == 1 || is_shuffled) {
            ConvKernel::Depthwise { terms }
        } else if conv.kernel == [1, 1] && conv.stride == [1, 1] && conv.padding == [0, 0] {
            ConvKernel::Pointwise
        } else {
            ConvKernel::Dense
        })
    };
    (0..graph.nodes.len()).map(kernel).collect()
}

/// The input planes that each output plane of a pointwise or dense convolution reads: the same number for all.
///
/// Where groups do not fill whole planes, an output plane also reads channels of groups that are not its own, with zero
/// weights: whole vectors times blocks of zeros are several times faster than gathering single channels.
#[derive(Clone, Copy, Debug)]
pub struct InputPlanes {
    /// Channels per group.
    pub group_inputs: usize,
    pub group_outputs: usize,
    /// Planes that an output plane reads.
    pub span: usize,
    /// The last plane at which such a span can start.
    pub last_first: usize,
}

impl InputPlanes {
    pub fn of(conv: &Conv2d, in_channels: usize) -> Self {
        let [group_inputs, group_outputs] = [in_channels / conv.groups, conv.out_channels / conv.groups];
        let span_of = |plane: usize| {
            let last_out = (plane * 4 + 3).min(conv.out_channels - 1);
            let first = plane * 4 / group_outputs * group_inputs;
            let last = (last_out / group_outputs + 1) * group_inputs - 1;
            last / 4 - first / 4 + 1
        };
        let span = (0..planes(conv.out_channels)).map(span_of).max().expect("a convolution has channels");
        Self { group_inputs, group_outputs, span, last_first: planes(in_channels) - span }
    }

    /// Where the span of an output plane starts. Keep in sync with `first_input_plane` in conv_common.wgsl.
    pub fn first(&self, plane: usize) -> usize {
        (plane * 4 / self.group_outputs * self.group_inputs / 4).min(self.last_first)
    }
}
