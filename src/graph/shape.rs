//! Shape inference, and the checks that make a graph from a file safe to run.

use super::graph::{Graph, Node, NodeId, invalid};
use super::op::{Conv2d, ConvTranspose2d, Op, Pair, Size, Window};
use crate::error::{Error, ErrorKind, Result};

/// `[n, c, h, w]`.
pub type Shape = [usize; 4];

/// No side of any tensor may exceed this; keeps products within `usize` on 32-bit wasm.
pub(crate) const MAX_SIDE: usize = 1 << 14;
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
            channels.push(output_channels(node, &channels)?);
        }
        Ok(channels)
    }

    /// Name and shape of every weight, in node order.
    pub fn weight_shapes(&self) -> Result<Vec<(String, Vec<usize>)>> {
        let channels = self.channels()?;
        let mut shapes = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            for (i, name) in node.weights.iter().enumerate() {
                let shape = match node.op.convolution() {
                    Some(Conv2d { kernel: [kh, kw], groups, .. }) if i == 0 => {
                        vec![channels[id], channels[node.inputs[0]] / groups, kh, kw]
                    }
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

/// Of a node that reads nodes with these numbers of channels.
///
/// Errors: `model-invalid` where they do not fit together.
pub(crate) fn output_channels(node: &Node, channels: &[usize]) -> Result<usize> {
    let of = |i: usize| channels[node.inputs[i]];
    for (channels, groups) in splits(&node.op, of) {
        if channels % groups != 0 {
            return Err(wrong(node, format!("{channels} channels do not split into {groups} groups")));
        }
    }
    let c = match &node.op {
        Op::Input { channels } | Op::Slice { channels, .. } => *channels,
        Op::Conv2d(Conv2d { out_channels, .. })
        | Op::ConvTranspose2d(ConvTranspose2d { out_channels, .. }) => *out_channels,
        Op::Concat => node.inputs.iter().fold(0usize, |sum, &i| sum.saturating_add(channels[i])),
        Op::Add | Op::Mul | Op::MaxUnpool2d(_) | Op::Attention { .. } => {
            if let Some(i) = (1..node.inputs.len()).find(|&i| of(i) != of(0)) {
                return Err(wrong(node, format!("inputs have {} and {} channels", of(0), of(i))));
            }
            of(0)
        }
        _ => of(0),
    };
    if c == 0 || c > MAX_CHANNELS {
        return Err(wrong(node, format!("{c} channels; 1 to {MAX_CHANNELS} are possible")));
    }
    Ok(c)
}

/// Numbers of channels that have to split into so many groups.
fn splits(op: &Op, of: impl Fn(usize) -> usize) -> [(usize, usize); 2] {
    if let Some(Conv2d { groups, out_channels, .. }) = op.convolution() {
        return [(of(0), groups), (out_channels, groups)];
    }
    match *op {
        Op::ChannelShuffle { groups } | Op::GroupNorm { groups, .. } | Op::Attention { heads: groups } => {
            [(of(0), groups); 2]
        }
        _ => [(0, 1); 2],
    }
}

pub(crate) fn check_node(node: &Node, id: NodeId) -> Result<()> {
    let arity_ok = match &node.op {
        Op::Input { .. } => node.inputs.is_empty() && id == 0,
        Op::Concat => !node.inputs.is_empty(),
        Op::Add
        | Op::Mul
        | Op::MaxUnpool2d(_)
        | Op::Crop2d { .. }
        | Op::AdaptiveAvgPool2d { size: Size::Like }
        | Op::Resize { size: Size::Like, .. } => node.inputs.len() == 2,
        Op::Attention { .. } => node.inputs.len() == 3,
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
    let hyper_ok = node.op.convolution().is_none_or(|conv| sane_conv(&conv))
        && match &node.op {
            Op::ConvTranspose2d(conv) => conv.output_padding.iter().zip(&conv.stride).all(|(o, s)| o < s),
            Op::MaxPool2d(w) | Op::AvgPool2d(w) | Op::MaxUnpool2d(w) => {
                sane(w.kernel, 1)
                    && sane(w.stride, 1)
                    && sane(w.padding, 0)
                    && w.padding.iter().zip(&w.kernel).all(|(p, k)| *p <= k / 2)
                    && (!w.ceil || matches!(node.op, Op::MaxPool2d(_)))
                    && (!matches!(node.op, Op::MaxUnpool2d(_))
                        || w.padding == [0, 0] && w.kernel.iter().zip(&w.stride).all(|(k, s)| k <= s))
            }
            Op::Pad2d { before, after } => sane(*before, 0) && sane(*after, 0),
            Op::Crop2d { before } => sane(*before, 0),
            Op::Slice { start, .. } => *start <= MAX_CHANNELS,
            Op::AdaptiveAvgPool2d { size } | Op::Resize { size, .. } => match size {
                Size::Fixed { height, width } => sane([*height, *width], 1),
                Size::Scale { factor, min } => {
                    factor.is_finite() && (0.0..=64.0).contains(factor) && *min >= 1
                }
                Size::Like => true,
            },
            Op::BatchNorm { epsilon } | Op::LayerNorm { epsilon } => sane_epsilon(*epsilon),
            Op::GroupNorm { groups, epsilon } => *groups >= 1 && sane_epsilon(*epsilon),
            Op::ChannelShuffle { groups } | Op::Attention { heads: groups } => *groups >= 1,
            _ => true,
        };
    if !hyper_ok {
        return Err(wrong(node, format!("its hyper-parameters are out of range: {:?}", node.op)));
    }
    Ok(())
}

fn sane(pair: Pair, min: usize) -> bool {
    pair.iter().all(|&v| (min..=MAX_SIDE).contains(&v))
}

fn sane_conv(c: &Conv2d) -> bool {
    sane(c.kernel, 1)
        && sane(c.stride, 1)
        && sane(c.dilation, 1)
        && sane(c.padding, 0)
        && c.groups >= 1
        && c.out_channels <= MAX_CHANNELS
        && c.kernel.iter().zip(&c.dilation).all(|(k, d)| k * d <= MAX_SIDE)
}

fn sane_epsilon(epsilon: f64) -> bool {
    epsilon.is_finite() && epsilon >= 0.0
}

/// Height and width of a node that reads nodes of these shapes; none if it would be empty or does not fit.
pub(crate) fn spatial(node: &Node, shapes: &[Shape], input: Pair) -> Option<Pair> {
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
        Op::ConvTranspose2d(conv) => {
            let ConvTranspose2d { kernel, stride, padding, output_padding, .. } = conv;
            let side = |i: usize| {
                let length = (of(0)[i] - 1) * stride[i] + kernel[i] + output_padding[i];
                length.checked_sub(2 * padding[i])
            };
            [side(0)?, side(1)?]
        }
        Op::MaxPool2d(window) | Op::AvgPool2d(window) => pooled(of(0), window)?,
        Op::MaxUnpool2d(window) => Some(of(1)).filter(|&like| pooled(like, window) == Some(of(0)))?,
        Op::Pad2d { before, after } => [0, 1].map(|i| of(0)[i] + before[i] + after[i]),
        Op::Crop2d { before } => {
            Some(of(1)).filter(|like| (0..2).all(|i| before[i] + like[i] <= of(0)[i]))?
        }
        // Keys and values are of the same pixels.
        Op::Attention { .. } if of(1) != of(2) => return None,
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

fn pooled(size: Pair, window: &Window) -> Option<Pair> {
    let Window { kernel, stride, padding, ceil } = window;
    let floor = strided(size, *kernel, *stride, *padding)?;
    // One more that begins within the map or the padding before it, where some of the map is left over.
    Some([0, 1].map(|i| {
        let is_one_more = *ceil
            && (floor[i] - 1) * stride[i] + kernel[i] < size[i] + 2 * padding[i]
            && floor[i] * stride[i] < size[i] + padding[i];
        floor[i] + usize::from(is_one_more)
    }))
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
