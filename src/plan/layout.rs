//! Where a value's channels lie in its planes.

use super::conv::ConvKernel;
use super::planes;
use crate::graph::{Graph, Shape};

/// Channels of a value, four to a plane.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    channels: usize,
    /// Every `terms` channels in a row lie at the same lane of planes that are equally far apart; 1 for channels in order.
    terms: usize,
}

impl Layout {
    pub fn planes(self) -> usize {
        self.terms * planes(self.channels / self.terms)
    }

    /// Plane and lane of a channel.
    pub fn place(self, channel: usize) -> [usize; 2] {
        let (group, term) = (channel / self.terms, channel % self.terms);
        [term * planes(self.channels / self.terms) + group / 4, group % 4]
    }
}

/// Of every node's value, given the kernel of each convolution.
pub fn layouts(graph: &Graph, shapes: &[Shape], kernels: &[Option<ConvKernel>]) -> Vec<Layout> {
    let mut layouts: Vec<Layout> =
        shapes.iter().map(|&[_, channels, ..]| Layout { channels, terms: 1 }).collect();
    for (node, kernel) in graph.nodes.iter().zip(kernels) {
        if let Some(ConvKernel::Depthwise { terms }) = *kernel {
            layouts[node.inputs[0]].terms = terms;
        }
    }
    layouts
}
