//! Builds a graph one line per layer, so that an architecture reads like the paper's figure.

use std::collections::HashMap;
use std::ops::Range;

use super::graph::{Graph, Node, NodeId};
use super::op::{Activation, Conv2d, ConvTranspose2d, Interpolation, Op, Size, Window};

/// Layers with weights are named by the caller after their PyTorch module; the others are numbered as torch's
/// exporter numbers them: `add`, `add_1`, ...
pub struct GraphBuilder {
    nodes: Vec<Node>,
    counts: HashMap<String, usize>,
}

impl GraphBuilder {
    /// A graph whose input has `channels` channels; returns the input's id too.
    pub fn new(channels: usize) -> (Self, NodeId) {
        let mut builder = Self { nodes: Vec::new(), counts: HashMap::new() };
        let input = builder.push("x".into(), Op::Input { channels }, vec![]);
        (builder, input)
    }

    pub fn conv(&mut self, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
        self.push(name.into(), Op::Conv2d(conv), vec![x])
    }

    pub fn conv_transpose(&mut self, name: &str, x: NodeId, conv: ConvTranspose2d) -> NodeId {
        self.push(name.into(), Op::ConvTranspose2d(conv), vec![x])
    }

    pub fn batch_norm(&mut self, name: &str, x: NodeId, epsilon: f64) -> NodeId {
        self.push(name.into(), Op::BatchNorm { epsilon }, vec![x])
    }

    pub fn layer_norm(&mut self, name: &str, x: NodeId, epsilon: f64) -> NodeId {
        self.push(name.into(), Op::LayerNorm { epsilon }, vec![x])
    }

    pub fn group_norm(&mut self, name: &str, x: NodeId, groups: usize, epsilon: f64) -> NodeId {
        self.push(name.into(), Op::GroupNorm { groups, epsilon }, vec![x])
    }

    pub fn prelu(&mut self, name: &str, x: NodeId) -> NodeId {
        self.push(name.into(), Op::Activation { function: Activation::Prelu }, vec![x])
    }

    /// Any activation without weights.
    pub fn activation(&mut self, x: NodeId, function: Activation) -> NodeId {
        let stem = format!("{function:?}").to_lowercase();
        self.push_numbered(&stem, Op::Activation { function }, vec![x])
    }

    pub fn max_pool(&mut self, x: NodeId, kernel: usize, stride: usize, padding: usize) -> NodeId {
        self.push_numbered("max_pool2d", Op::MaxPool2d(window(kernel, stride, padding)), vec![x])
    }

    /// With PyTorch's `ceil_mode`.
    pub fn max_pool_ceil(&mut self, x: NodeId, kernel: usize, stride: usize, padding: usize) -> NodeId {
        let window = Window { ceil: true, ..window(kernel, stride, padding) };
        self.push_numbered("max_pool2d", Op::MaxPool2d(window), vec![x])
    }

    /// Undoes a max pooling of `pooled`, the map that was given to it.
    pub fn max_unpool(&mut self, x: NodeId, pooled: NodeId, kernel: usize, stride: usize) -> NodeId {
        self.push_numbered("max_unpool2d", Op::MaxUnpool2d(window(kernel, stride, 0)), vec![x, pooled])
    }

    pub fn avg_pool(&mut self, x: NodeId, kernel: usize, stride: usize, padding: usize) -> NodeId {
        self.push_numbered("avg_pool2d", Op::AvgPool2d(window(kernel, stride, padding)), vec![x])
    }

    pub fn adaptive_avg_pool(&mut self, x: NodeId, size: Size) -> NodeId {
        self.push_numbered("adaptive_avg_pool2d", Op::AdaptiveAvgPool2d { size }, vec![x])
    }

    /// Adaptive average pooling to the size of `like`.
    pub fn adaptive_avg_pool_like(&mut self, x: NodeId, like: NodeId) -> NodeId {
        self.push_numbered("adaptive_avg_pool2d", Op::AdaptiveAvgPool2d { size: Size::Like }, vec![x, like])
    }

    /// Average over the whole map: `[n, c, 1, 1]`.
    pub fn global_avg_pool(&mut self, x: NodeId) -> NodeId {
        self.adaptive_avg_pool(x, Size::Fixed { height: 1, width: 1 })
    }

    pub fn resize(&mut self, x: NodeId, mode: Interpolation, align_corners: bool, size: Size) -> NodeId {
        self.push_numbered("resize", Op::Resize { mode, align_corners, size }, vec![x])
    }

    /// Resize to the size of `like`.
    pub fn resize_like(
        &mut self,
        x: NodeId,
        like: NodeId,
        mode: Interpolation,
        align_corners: bool,
    ) -> NodeId {
        self.push_numbered("resize", Op::Resize { mode, align_corners, size: Size::Like }, vec![x, like])
    }

    /// Zeros at top, bottom, left and right.
    pub fn pad(&mut self, x: NodeId, [top, bottom, left, right]: [usize; 4]) -> NodeId {
        let op = Op::Pad2d { before: [top, left], after: [bottom, right] };
        self.push_numbered("pad", op, vec![x])
    }

    /// The part of `x` from `[top, left]` on that has the size of `like`.
    pub fn crop_like(&mut self, x: NodeId, like: NodeId, before: [usize; 2]) -> NodeId {
        self.push_numbered("crop", Op::Crop2d { before }, vec![x, like])
    }

    pub fn concat(&mut self, inputs: &[NodeId]) -> NodeId {
        self.push_numbered("cat", Op::Concat, inputs.to_vec())
    }

    /// Some of the channels.
    pub fn slice(&mut self, x: NodeId, channels: Range<usize>) -> NodeId {
        self.push_numbered("slice", Op::Slice { start: channels.start, channels: channels.len() }, vec![x])
    }

    /// All channels, and zeros after them up to `channels`.
    pub fn pad_channels(&mut self, x: NodeId, channels: usize) -> NodeId {
        self.push_numbered("slice", Op::Slice { start: 0, channels }, vec![x])
    }

    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.push_numbered("add", Op::Add, vec![a, b])
    }

    pub fn mul(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.push_numbered("mul", Op::Mul, vec![a, b])
    }

    pub fn channel_shuffle(&mut self, x: NodeId, groups: usize) -> NodeId {
        self.push_numbered("channel_shuffle", Op::ChannelShuffle { groups }, vec![x])
    }

    pub fn attention(&mut self, queries: NodeId, keys: NodeId, values: NodeId, heads: usize) -> NodeId {
        self.push_numbered("attention", Op::Attention { heads }, vec![queries, keys, values])
    }

    /// Panics if the graph does not hold together: an architecture file is wrong then, not its input.
    pub fn build(self, output: NodeId) -> Graph {
        let graph = Graph { nodes: self.nodes, output };
        if let Err(error) = graph.check() {
            panic!("this architecture does not hold together: {error}");
        }
        graph
    }

    fn push_numbered(&mut self, stem: &str, op: Op, inputs: Vec<NodeId>) -> NodeId {
        let count = self.counts.entry(stem.into()).or_default();
        let name = if *count == 0 { stem.into() } else { format!("{stem}_{count}") };
        *count += 1;
        self.push(name, op, inputs)
    }

    fn push(&mut self, name: String, op: Op, inputs: Vec<NodeId>) -> NodeId {
        let weights = op.weight_suffixes().iter().map(|suffix| format!("{name}.{suffix}")).collect();
        self.nodes.push(Node { name, op, inputs, weights });
        self.nodes.len() - 1
    }
}

fn window(kernel: usize, stride: usize, padding: usize) -> Window {
    Window { kernel: [kernel; 2], stride: [stride; 2], padding: [padding; 2], ceil: false }
}
