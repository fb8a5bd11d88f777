//! Shape inference, and the checks that make a graph from a file safe to run.

use super::graph::{Graph, Node, NodeId, invalid};
use super::op::{Conv2d, Op, Pair, Size, Window};
use crate::error::{Error, ErrorKind, Result};

/// `[n, c, h, w]`.
pub type Shape = [usize; 4];

/// No side of any tensor may exceed this; keeps products within `usize` on 32-bit wasm.
const MAX_SIDE: usize = 1 << 14;
const MAX_CHANNELS: usize = 1 << 14;
/// Values of one tensor: 256 MB of f32, more than any network of the zoo needs for a picture of 2048x2048.
const MAX_VALUES: u64 = 1 << 26;

impl Graph {
    /// Shapes of all nodes for an input of `[batch, channels, height, width]`.
    ///
    /// Errors: `input-size` if some layer would be empty or too large at this size.
    pub fn shapes(&self, batch: usize, height: usize, width: usize) -> Result<Vec<Shape>> {
        let channels = self.channels()?;
        let mut shapes: Vec<Shape> = Vec::with_capacity(self.nodes.len());
        for (id, node) in self.nodes.iter().enumerate() {
            let fits = |[h, w]: &Pair| {
                let values = [batch, channels[id], *h, *w].iter().map(|&v| v as u64).product::<u64>();
                *h <= MAX_SIDE && *w <= MAX_SIDE && values <= MAX_VALUES
            };
            let [h, w] = spatial(node, &shapes, [height, width]).filter(fits).ok_or_else(|| {
                let name = &node.name;
                Error::new(
                    ErrorKind::InputSize,
                    format!("layer \"{name}\" has no valid size for a {width}x{height} input; use another input size"),
                )
            })?;
            shapes.push([batch, channels[id], h, w]);
            if matches!(node.op, Op::Add | Op::Mul | Op::Concat) {
                check_same_size(node, &shapes)?;
            }
        }
        Ok(shapes)
    }

    /// Output channels of every node; needs no input size.
    ///
    /// Errors: `model-invalid` where channels do not fit together.
    pub fn channels(&self) -> Result<Vec<usize>> {
        let mut channels: Vec<usize> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let of = |i: usize| channels[node.inputs[i]];
            let c = match &node.op {
                Op::Input { channels } => *channels,
                Op::Conv2d(conv) => {
                    if of(0) % conv.groups != 0 || conv.out_channels % conv.groups != 0 {
                        return Err(wrong(
                            node,
                            format!("{} channels do not split into {} groups", of(0), conv.groups),
                        ));
                    }
                    conv.out_channels
                }
                Op::Concat => node.inputs.iter().fold(0usize, |sum, &i| sum.saturating_add(channels[i])),
                Op::Add | Op::Mul if of(0) != of(1) => {
                    return Err(wrong(node, format!("inputs have {} and {} channels", of(0), of(1))));
                }
                Op::ChannelShuffle { groups } if of(0) % groups != 0 => {
                    return Err(wrong(node, format!("{} channels do not split into {groups} groups", of(0))));
                }
                _ => of(0),
            };
            if c == 0 || c > MAX_CHANNELS {
                return Err(wrong(node, format!("{c} channels; 1 to {MAX_CHANNELS} are possible")));
            }
            channels.push(c);
        }
        Ok(channels)
    }

    /// Name and shape of every weight, in node order.
    pub fn weight_shapes(&self) -> Result<Vec<(String, Vec<usize>)>> {
        let channels = self.channels()?;
        let mut shapes = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            for (i, name) in node.weights.iter().enumerate() {
                let shape = match &node.op {
                    Op::Conv2d(conv) if i == 0 => vec![
                        conv.out_channels,
                        channels[node.inputs[0]] / conv.groups,
                        conv.kernel[0],
                        conv.kernel[1],
                    ],
                    _ => vec![channels[id]],
                };
                shapes.push((name.clone(), shape));
            }
        }
        Ok(shapes)
    }

    /// Checks arity, weights, hyper-parameters and channels; everything that does not depend on the input size.
    pub(super) fn check(&self) -> Result<()> {
        for (id, node) in self.nodes.iter().enumerate() {
            check_node(node, id)?;
        }
        if self.nodes.is_empty() {
            return Err(invalid("the graph has no nodes".into()));
        }
        self.channels().map(|_| ())
    }
}

fn check_node(node: &Node, id: NodeId) -> Result<()> {
    let arity_ok = match &node.op {
        Op::Input { .. } => node.inputs.is_empty() && id == 0,
        Op::Concat => !node.inputs.is_empty(),
        Op::Add
        | Op::Mul
        | Op::AdaptiveAvgPool2d { size: Size::Like }
        | Op::Resize { size: Size::Like, .. } => node.inputs.len() == 2,
        _ => node.inputs.len() == 1,
    };
    if !arity_ok || (id == 0) != matches!(node.op, Op::Input { .. }) {
        return Err(wrong(
            node,
            format!("{} inputs are not possible for {} here", node.inputs.len(), node.op.name()),
        ));
    }
    let expected = node.op.weight_suffixes().len();
    if node.weights.len() != expected {
        return Err(wrong(node, format!("{} weights are named, {expected} are needed", node.weights.len())));
    }
    let sane = |pair: Pair, min: usize| pair.iter().all(|&v| (min..=MAX_SIDE).contains(&v));
    let hyper_ok = match &node.op {
        Op::Conv2d(c) => {
            sane(c.kernel, 1)
                && sane(c.stride, 1)
                && sane(c.dilation, 1)
                && sane(c.padding, 0)
                && c.groups >= 1
                && c.out_channels <= MAX_CHANNELS
                && c.kernel.iter().zip(&c.dilation).all(|(k, d)| k * d <= MAX_SIDE)
        }
        Op::MaxPool2d(w) | Op::AvgPool2d(w) => {
            sane(w.kernel, 1)
                && sane(w.stride, 1)
                && sane(w.padding, 0)
                && w.padding.iter().zip(&w.kernel).all(|(p, k)| *p <= k / 2)
        }
        Op::AdaptiveAvgPool2d { size } | Op::Resize { size, .. } => match size {
            Size::Fixed { height, width } => sane([*height, *width], 1),
            Size::Scale { factor, min } => factor.is_finite() && (0.0..=64.0).contains(factor) && *min >= 1,
            Size::Like => true,
        },
        Op::BatchNorm { epsilon } => epsilon.is_finite() && *epsilon >= 0.0,
        Op::ChannelShuffle { groups } => *groups >= 1,
        _ => true,
    };
    if !hyper_ok {
        return Err(wrong(node, format!("its hyper-parameters are out of range: {:?}", node.op)));
    }
    Ok(())
}

fn spatial(node: &Node, shapes: &[Shape], input: Pair) -> Option<Pair> {
    let of = |i: usize| {
        let [_, _, h, w] = shapes[node.inputs[i]];
        [h, w]
    };
    let size = match &node.op {
        Op::Input { .. } => input,
        Op::Conv2d(Conv2d { kernel, stride, padding, dilation, .. }) => {
            let extent = [dilation[0] * (kernel[0] - 1) + 1, dilation[1] * (kernel[1] - 1) + 1];
            strided(of(0), extent, *stride, *padding)?
        }
        Op::MaxPool2d(Window { kernel, stride, padding })
        | Op::AvgPool2d(Window { kernel, stride, padding }) => strided(of(0), *kernel, *stride, *padding)?,
        Op::AdaptiveAvgPool2d { size } | Op::Resize { size, .. } => match size {
            Size::Fixed { height, width } => [*height, *width],
            Size::Scale { factor, min } => of(0).map(|v| ((v as f64 * factor).ceil() as usize).max(*min)),
            Size::Like => of(1),
        },
        _ => of(0),
    };
    (size[0] > 0 && size[1] > 0).then_some(size)
}

/// `floor((size + 2 * padding - extent) / stride) + 1`, or none if the window does not fit.
fn strided(size: Pair, extent: Pair, stride: Pair, padding: Pair) -> Option<Pair> {
    let side = |i: usize| Some((size[i] + 2 * padding[i]).checked_sub(extent[i])? / stride[i] + 1);
    Some([side(0)?, side(1)?])
}

fn check_same_size(node: &Node, shapes: &[Shape]) -> Result<()> {
    let [_, _, h, w] = shapes[node.inputs[0]];
    for (i, &input) in node.inputs.iter().enumerate().skip(1) {
        let [_, _, hi, wi] = shapes[input];
        let broadcast = i == 1 && !matches!(node.op, Op::Concat) && [hi, wi] == [1, 1];
        if [hi, wi] != [h, w] && !broadcast {
            return Err(Error::new(
                ErrorKind::InputSize,
                format!(
                    "layer \"{}\" would join maps of {w}x{h} and {wi}x{hi}; \
                     use an input whose sides are multiples of this network's stride",
                    node.name
                ),
            ));
        }
    }
    Ok(())
}

fn wrong(node: &Node, what: String) -> Error {
    invalid(format!("node \"{}\": {what}", node.name))
}
