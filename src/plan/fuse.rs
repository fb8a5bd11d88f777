//! Fusion: walks the graph once and lets each step swallow the nodes after it that only it feeds.

use super::arena::Views;
use super::conv::ConvKernel;
use super::layout::Layout;
use super::planes;
use super::steps::{ActivationStep, Affine, ChannelSource, NormSets, PixelLayer, PoolWindow, Step, StepOp};
use crate::graph::{Conv2d, Graph, NodeId, Op, Shape};

/// Steps for everything that `kept` needs. A fused step stands where its last node stood, so that everything it
/// reads has been computed.
pub fn fuse(
    graph: &Graph,
    shapes: &[Shape],
    views: &Views,
    kernels: &[Option<ConvKernel>],
    layouts: &[Layout],
    kept: &[NodeId],
) -> Vec<Step> {
    let needed = needed(graph, kept);
    let mut fuser = Fuser {
        graph,
        shapes,
        kernels,
        layouts,
        consumers: graph.consumers(),
        swallowed: vec![false; graph.nodes.len()],
        kept,
    };
    let mut steps = Vec::new();
    for (id, _) in needed.iter().enumerate().filter(|(id, needed)| **needed && *id > 0) {
        if !fuser.swallowed[id] && !views.is_concat(id) {
            steps.push(fuser.step_from(id));
        }
    }
    // A node that swallowed later ones moves back to where they stood.
    steps.sort_by_key(|step| step.output);
    steps
}

fn needed(graph: &Graph, kept: &[NodeId]) -> Vec<bool> {
    let mut needed = vec![false; graph.nodes.len()];
    let mut stack = kept.to_vec();
    while let Some(id) = stack.pop() {
        if !needed[id] {
            needed[id] = true;
            stack.extend(&graph.node(id).inputs);
        }
    }
    needed
}

struct Fuser<'a> {
    graph: &'a Graph,
    shapes: &'a [Shape],
    kernels: &'a [Option<ConvKernel>],
    layouts: &'a [Layout],
    consumers: Vec<Vec<NodeId>>,
    swallowed: Vec<bool>,
    kept: &'a [NodeId],
}

impl Fuser<'_> {
    fn step_from(&mut self, id: NodeId) -> Step {
        let node = self.graph.node(id);
        let mut inputs = node.inputs.clone();
        let mut last = id;
        let mut activation = None;
        let op = match &node.op {
            Op::Conv2d(_) | Op::ConvTranspose2d(_) => self.convolution(id, false, &mut inputs, &mut last),
            Op::MaxPool2d(window) => StepOp::MaxPool(PoolWindow::new(window)),
            Op::AvgPool2d(window) => StepOp::AvgPool(PoolWindow::new(window)),
            Op::MaxUnpool2d(window) => StepOp::MaxUnpool(PoolWindow::new(window)),
            Op::Pad2d { before, .. } => StepOp::AvgPool(PoolWindow::moved(before.map(|v| v as isize))),
            Op::Crop2d { before } => {
                inputs.truncate(1);
                StepOp::AvgPool(PoolWindow::moved(before.map(|v| -(v as isize))))
            }
            Op::AdaptiveAvgPool2d { .. } => {
                inputs.truncate(1);
                let layers = self.pixel_layers(&mut last);
                match layers.is_empty() {
                    true => StepOp::AdaptiveAvgPool,
                    false => {
                        return Step {
                            output: last,
                            op: StepOp::SqueezeExcite { layers },
                            inputs,
                            activation,
                        };
                    }
                }
            }
            Op::Resize { mode, align_corners, .. } => {
                inputs.truncate(1);
                StepOp::Resize { mode: *mode, align_corners: *align_corners }
            }
            Op::Mul if let Some((_, next)) = self.next_scaled(id) => {
                last = next;
                self.convolution(next, true, &mut inputs, &mut last)
            }
            Op::Mul | Op::Add => self.elementwise(id, &mut inputs, &mut last),
            Op::Affine => StepOp::Elementwise { multiply: false, add: false, affine: Some(self.affine(id)) },
            Op::Activation { .. } => {
                activation = Some(self.activation(id));
                StepOp::Elementwise { multiply: false, add: false, affine: None }
            }
            Op::Concat | Op::Slice { .. } | Op::ChannelShuffle { .. } => {
                self.gather(id, &mut last, &mut activation)
            }
            Op::LayerNorm { epsilon } => self.normalise(id, NormSets::Pixels, *epsilon),
            Op::GroupNorm { groups, epsilon } => self.normalise(id, NormSets::Groups(*groups), *epsilon),
            Op::Attention { heads } => StepOp::Attention { heads: *heads },
            Op::Input { .. } | Op::BatchNorm { .. } => unreachable!("the plan takes neither as a step"),
        };
        if activation.is_none()
            && let Some(next) = self.next(last, |op| matches!(op, Op::Activation { .. }))
        {
            activation = Some(self.activation(next));
            last = next;
        }
        Step { output: last, op, inputs, activation }
    }

    /// The only reader of `id`, if it is of the wanted kind and nobody else wants `id`'s own value; it is swallowed.
    fn next(&mut self, id: NodeId, wanted: impl Fn(&Op) -> bool) -> Option<NodeId> {
        let &[next] = self.consumers[id].as_slice() else { return None };
        if self.kept.contains(&id) || self.swallowed[next] || !wanted(&self.graph.node(next).op) {
            return None;
        }
        self.swallowed[next] = true;
        Some(next)
    }

    /// The sum that `id` alone feeds on one side, with a full-size other side.
    fn next_sum(&mut self, id: NodeId) -> Option<(NodeId, NodeId)> {
        let &[sum] = self.consumers[id].as_slice() else { return None };
        let [a, b] = *self.graph.node(sum).inputs.as_slice() else { return None };
        let other = if a == id { b } else { a };
        if other == id || self.shapes[other] != self.shapes[sum] || self.shapes[id] != self.shapes[sum] {
            return None;
        }
        self.next(id, |op| matches!(op, Op::Add)).map(|sum| (sum, other))
    }

    /// A convolution and a sum after it; `last` is its node.
    fn convolution(
        &mut self,
        node: NodeId,
        multiply: bool,
        inputs: &mut Vec<NodeId>,
        last: &mut NodeId,
    ) -> StepOp {
        let sum = self.next_sum(*last);
        if let Some((sum, other)) = sum {
            inputs.push(other);
            *last = sum;
        }
        let kernel = self.kernels[node].expect("every convolution has its kernel");
        let conv = self.graph.node(node).op.convolution().expect("the caller found one");
        StepOp::Conv { conv, node, kernel, multiply, add: sum.is_some() }
    }

    /// The pointwise convolution that alone reads the product `id` of a map and one pixel.
    fn next_scaled(&mut self, id: NodeId) -> Option<(Conv2d, NodeId)> {
        let [x, multiplier] = *self.graph.node(id).inputs.as_slice() else { return None };
        if self.shapes[x] != self.shapes[id] || self.shapes[multiplier][2..] != [1, 1] {
            return None;
        }
        self.next_pointwise(id)
    }

    fn next_pointwise(&mut self, id: NodeId) -> Option<(Conv2d, NodeId)> {
        let &[next] = self.consumers[id].as_slice() else { return None };
        if self.kernels[next] != Some(ConvKernel::Pointwise) {
            return None;
        }
        let next = self.next(id, |op| matches!(op, Op::Conv2d(conv) if conv.groups == 1))?;
        let Op::Conv2d(conv) = &self.graph.node(next).op else { unreachable!("just matched") };
        Some((conv.clone(), next))
    }

    /// Whether a value is one pixel for whose planes `squeeze_excite.wgsl` has an invocation each.
    fn is_short_pixel(&self, id: NodeId) -> bool {
        let [_, channels, h, w] = self.shapes[id];
        [h, w] == [1, 1] && planes(channels) <= 256
    }

    /// Up to two pointwise convolutions after a global average, each with its activation.
    fn pixel_layers(&mut self, last: &mut NodeId) -> Vec<PixelLayer> {
        let mut layers = Vec::new();
        while layers.len() < 2
            && self.is_short_pixel(*last)
            && self.consumers[*last].iter().all(|&next| self.is_short_pixel(next))
        {
            let Some((conv, node)) = self.next_pointwise(*last) else { break };
            *last = node;
            let activation = self.next(node, |op| matches!(op, Op::Activation { .. }));
            if let Some(activation) = activation {
                *last = activation;
            }
            layers.push(PixelLayer { conv, node, activation: activation.map(|id| self.activation(id)) });
        }
        layers
    }

    /// A product or sum, with a sum after a product, and an affine after either.
    fn elementwise(&mut self, id: NodeId, inputs: &mut Vec<NodeId>, last: &mut NodeId) -> StepOp {
        let mut add = matches!(self.graph.node(id).op, Op::Add);
        let multiply = !add;
        if multiply && let Some((sum, other)) = self.next_sum(*last) {
            inputs.push(other);
            *last = sum;
            add = true;
        }
        let affine = self.next(*last, |op| matches!(op, Op::Affine));
        if let Some(affine) = affine {
            *last = affine;
        }
        StepOp::Elementwise { multiply, add, affine: affine.map(|id| self.affine(id)) }
    }

    fn normalise(&self, id: NodeId, sets: NormSets, epsilon: f64) -> StepOp {
        StepOp::Normalise { sets, epsilon: epsilon as f32, affine: self.affine(id) }
    }

    /// A concatenation, slice or shuffle, with an affine, an activation and a shuffle after it.
    fn gather(&mut self, id: NodeId, last: &mut NodeId, activation: &mut Option<ActivationStep>) -> StepOp {
        let node = self.graph.node(id);
        let mut channels: Vec<Option<ChannelSource>> = Vec::new();
        for (input, &source) in node.inputs.iter().enumerate() {
            let of = |channel| Some(ChannelSource { input, channel, parameter: 0 });
            channels.extend((0..self.shapes[source][1]).map(of));
        }
        match node.op {
            Op::ChannelShuffle { groups } => channels = shuffled(&channels, groups),
            Op::Slice { start, channels: count } => {
                let slice = start..start + count;
                channels = slice.map(|channel| channels.get(channel).copied().flatten()).collect();
            }
            _ => {}
        }
        for (i, source) in channels.iter_mut().enumerate() {
            source.iter_mut().for_each(|source| source.parameter = i);
        }
        let mut affine = None;
        // An affine is of channels that are there.
        if !channels.contains(&None)
            && let Some(next) = self.next(*last, |op| matches!(op, Op::Affine))
        {
            affine = Some(self.affine(next));
            *last = next;
        }
        if let Some(next) = self.next(*last, |op| matches!(op, Op::Activation { .. })) {
            *activation = Some(self.activation(next));
            *last = next;
        }
        if let Some(next) = self.next(*last, |op| matches!(op, Op::ChannelShuffle { .. })) {
            let Op::ChannelShuffle { groups } = self.graph.node(next).op else {
                unreachable!("just matched")
            };
            channels = shuffled(&channels, groups);
            *last = next;
        }
        let layout = self.layouts[*last];
        let mut lanes = vec![None; layout.planes() * 4];
        for (channel, source) in channels.into_iter().enumerate() {
            let [plane, lane] = layout.place(channel);
            lanes[plane * 4 + lane] = source;
        }
        StepOp::Gather { lanes, affine }
    }

    fn affine(&self, id: NodeId) -> Affine {
        let weights = &self.graph.node(id).weights;
        Affine { scale: weights[0].clone(), shift: weights[1].clone() }
    }

    fn activation(&self, id: NodeId) -> ActivationStep {
        let node = self.graph.node(id);
        let Op::Activation { function } = node.op else { unreachable!("the caller matched an activation") };
        ActivationStep { function, slopes: node.weights.first().cloned() }
    }
}

/// Channel `j * groups + i` of the result is channel `i * (c / groups) + j`.
fn shuffled(channels: &[Option<ChannelSource>], groups: usize) -> Vec<Option<ChannelSource>> {
    let per_group = channels.len() / groups;
    (0..channels.len()).map(|c| channels[c % groups * per_group + c / groups]).collect()
}
