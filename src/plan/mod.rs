//! A graph made ready to run fast at one input size: fused steps, tensors placed in one arena, weights packed.
//!
//! Both fast executors run the same plan. Activations are channel-packed: a tensor `[c, h, w]` is `ceil(c / 4)` planes of
//! `h * w` vectors of four channels, so that any slice of whole planes is contiguous and an aligned concatenation costs
//! nothing: its inputs are written straight into its planes.

mod arena;
mod conv;
mod fuse;
mod layout;
mod pack;
mod scores;
pub mod steady;
mod steps;
mod tiles;
mod window;

pub use conv::{ConvKernel, InputPlanes, conv_kernels};
pub use layout::Layout;
pub use pack::{PackedWeights, WeightFormat};
pub use scores::ScoresShape;
pub use steps::{ActivationStep, Affine, ChannelSource, NormSets, PixelLayer, PoolWindow, Step, StepOp};
pub use tiles::{Blend, Tap, Tiles};
pub use window::Window;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Graph, Interpolation, NodeId, Op, Shape};

/// A graph planned for one input size.
pub struct Plan {
    /// Steps in the order they run.
    pub steps: Vec<Step>,
    /// Shape of every node of the graph, `[1, c, h, w]`.
    pub shapes: Vec<Shape>,
    /// How every node's channels lie in its planes.
    pub layouts: Vec<Layout>,
    /// Where each node's value lives, in vectors of four floats from the arena's start; `None` if a fusion swallowed it.
    pub offsets: Vec<Option<usize>>,
    /// Size of the arena in vectors of four floats.
    pub arena_len: usize,
    /// The node that holds the scores `paint` interpolates, before the last resize.
    pub logits: NodeId,
    /// How PyTorch's last resize would interpolate them to the input's size.
    pub logits_align_corners: bool,
}

impl Plan {
    /// Plans `graph` (batch norms already folded) for one picture of `height x width`. The values of `taps` stay
    /// readable after a run: nothing is fused across them and nothing overwrites them.
    ///
    /// Errors: `input-size` if the network cannot take this size, `model-unsupported` for operations only a training
    /// graph has.
    pub fn new(graph: &Graph, height: usize, width: usize, taps: &[NodeId]) -> Result<Self> {
        let shapes = graph.shapes(1, height, width)?;
        if let Some(node) = graph.nodes.iter().find(|n| matches!(n.op, Op::BatchNorm { .. })) {
            return Err(Error::new(
                ErrorKind::ModelUnsupported,
                format!(
                    "\"{}\" is an unfolded batch norm; fold it when the model file is written",
                    node.name
                ),
            ));
        }
        let (logits, logits_align_corners) = split_last_resize(graph, &shapes, taps);
        let mut kept = taps.to_vec();
        kept.push(logits);
        let channels: Vec<usize> = shapes.iter().map(|shape| shape[1]).collect();
        let kernels = conv::conv_kernels(graph, &channels);
        let layouts = layout::layouts(graph, &shapes, &kernels);
        let views = arena::concat_views(graph, &shapes, logits);
        let steps = fuse::fuse(graph, &shapes, &views, &kernels, &layouts, &kept);
        let arena = arena::place(graph, &shapes, &layouts, &steps, &views, &kept);
        Ok(Self {
            steps,
            shapes,
            layouts,
            offsets: arena.offsets,
            arena_len: arena.len,
            logits,
            logits_align_corners,
        })
    }

    /// Where a value that is readable after a run lives.
    ///
    /// Errors: `no-such-layer` if it is fused into another one.
    pub fn kept_offset(&self, node: NodeId) -> Result<usize> {
        self.offsets[node].ok_or_else(|| {
            Error::new(
                ErrorKind::NoSuchLayer,
                "this layer is fused into another one; plan the network with it as a tap",
            )
        })
    }

    /// Where a value that some step reads or writes lives.
    pub fn offset(&self, node: NodeId) -> usize {
        self.offsets[node].expect("steps only name nodes that the arena placed")
    }
}

/// Planes of four channels.
pub fn planes(channels: usize) -> usize {
    channels.div_ceil(4)
}

/// The scores before a bilinear resize to the input's own size, which `paint` does on the fly, and its corner convention.
fn split_last_resize(graph: &Graph, shapes: &[Shape], taps: &[NodeId]) -> (NodeId, bool) {
    let node = graph.node(graph.output);
    match node.op {
        Op::Resize { mode: Interpolation::Bilinear, align_corners, .. }
            if shapes[graph.output][2..] == shapes[0][2..] && !taps.contains(&graph.output) =>
        {
            (node.inputs[0], align_corners)
        }
        _ => (graph.output, false),
    }
}
