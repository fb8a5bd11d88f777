//! Makes a convolutional network narrower: what a scale does to a network that has no width of its own. Papers shrink their
//! networks so (Howard et al., "MobileNets", 2017, arXiv 1704.04861, section 3.3: the width multiplier).
//!
//! Twin: `training/narrow.py`, which does it to the reference.

use super::vgg_16::scaled;
use crate::graph::{Graph, Op};

/// Multiplies all channels by `width` but the image's and the scores', which the last convolution makes. Other operations take
/// their channels from their inputs.
pub fn narrow(mut graph: Graph, width: f64) -> Graph {
    let is_convolution = |op: &Op| matches!(op, Op::Conv2d(_) | Op::ConvTranspose2d(_));
    let last = graph.nodes.iter().rposition(|node| is_convolution(&node.op));
    for (i, node) in graph.nodes.iter_mut().enumerate() {
        let (out_channels, groups) = match &mut node.op {
            Op::Conv2d(conv) => (&mut conv.out_channels, &mut conv.groups),
            Op::ConvTranspose2d(conv) => (&mut conv.out_channels, &mut conv.groups),
            _ => continue,
        };
        if Some(i) != last {
            *out_channels = scaled(*out_channels, width);
        }
        // One group or, in a depthwise convolution, a group for each channel.
        if *groups > 1 {
            *groups = scaled(*groups, width);
        }
    }
    graph
}
