//! Weight layouts of the fast executors: one buffer of vectors of four 32-bit words, the same for every input size.

use std::collections::HashMap;

use super::planes;
use crate::graph::{Activation, Conv2d, Graph, NodeId, Op};
use crate::weights::{QuantisedWeights, Stored};

/// How convolution weights lie in the buffer; everything else is f32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WeightFormat {
    /// One byte a weight, expanded in the kernel, scaled per output channel after the sum.
    Int8,
    F32,
}

impl WeightFormat {
    /// Int8 if every convolution's weights are stored so.
    pub fn of(graph: &Graph, weights: &QuantisedWeights) -> Self {
        let mut convs = graph.nodes.iter().filter(|node| matches!(node.op, Op::Conv2d(_)));
        if convs.all(|node| matches!(weights.0[&node.weights[0]], Stored::Int8 { .. })) {
            Self::Int8
        } else {
            Self::F32
        }
    }
}

/// Which convolution kernel a layer needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConvKernel {
    /// 1x1, stride 1, no padding.
    Pointwise,
    /// Any window.
    Dense,
    /// One filter a channel.
    Depthwise,
}

/// The kernel for a convolution of `in_channels` channels.
pub fn conv_kernel(conv: &Conv2d, in_channels: usize) -> ConvKernel {
    if conv.groups == in_channels && conv.groups == conv.out_channels && conv.groups > 1 {
        ConvKernel::Depthwise
    } else if conv.kernel == [1, 1] && conv.stride == [1, 1] && conv.padding == [0, 0] {
        ConvKernel::Pointwise
    } else {
        ConvKernel::Dense
    }
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

/// All weights of a model in the executors' layout.
///
/// - Pointwise, dense: 4x4 blocks, `[out plane][tap][in plane of its span]`; in a block, one entry per input lane holds the
///   weights of four output lanes (one 32-bit word as int8, four as f32).
/// - Depthwise: `[plane][tap]`, an entry holds four channels.
/// - Biases, scales, slopes, affines: vectors of four channels, zero beyond the last.
pub struct PackedWeights {
    pub format: WeightFormat,
    pub words: Vec<[u32; 4]>,
    /// First vector of each affine and slope, by weight name.
    offsets: HashMap<String, usize>,
    /// First vectors of each convolution's kernel, scales and biases.
    convs: HashMap<NodeId, [usize; 3]>,
}

impl PackedWeights {
    /// Packs `weights` as `format`: int8 only if [`WeightFormat::of`] says so, f32 always.
    pub fn new(graph: &Graph, weights: &QuantisedWeights, format: WeightFormat) -> crate::Result<Self> {
        let channels = graph.channels()?;
        let mut packed = Self { format, words: Vec::new(), offsets: HashMap::new(), convs: HashMap::new() };
        for (id, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                Op::Conv2d(conv) => {
                    let bias = match node.weights.get(1) {
                        Some(bias) => weights.0[bias].dequantise().data,
                        None => vec![0.0; conv.out_channels],
                    };
                    let (kernel, scales) =
                        packed.push_kernel(conv, channels[node.inputs[0]], &weights.0[&node.weights[0]]);
                    let offsets = [kernel, packed.push_vector(&scales), packed.push_vector(&bias)];
                    packed.convs.insert(id, offsets);
                }
                Op::Affine | Op::Activation { function: Activation::Prelu } => {
                    for name in &node.weights {
                        let offset = packed.push_vector(&weights.0[name].dequantise().data);
                        packed.offsets.insert(name.clone(), offset);
                    }
                }
                _ => {}
            }
        }
        Ok(packed)
    }

    /// First vector of an affine's scale or shift, or of PReLU's slopes.
    pub fn offset(&self, name: &str) -> usize {
        self.offsets[name]
    }

    /// First vectors of a convolution's kernel, scales and biases.
    pub fn conv_offsets(&self, node: NodeId) -> [usize; 3] {
        self.convs[&node]
    }

    fn push_vector(&mut self, values: &[f32]) -> usize {
        let start = self.words.len();
        self.words.extend(values.chunks(4).map(|chunk| {
            let mut vector = [0; 4];
            vector.iter_mut().zip(chunk).for_each(|(word, value)| *word = value.to_bits());
            vector
        }));
        start
    }

    /// First vector of the kernel, and the scale of each output channel.
    fn push_kernel(&mut self, conv: &Conv2d, in_channels: usize, stored: &Stored) -> (usize, Vec<f32>) {
        let order = lane_order(conv, in_channels);
        let start = self.words.len();
        let scales = match (self.format, stored) {
            (WeightFormat::Int8, Stored::Int8 { values, scale, .. }) => {
                let words: Vec<u32> = order
                    .iter()
                    .map(|lanes| u32::from_le_bytes(lanes.map(|i| i.map_or(0, |i| values[i] as u8))))
                    .collect();
                self.words.extend(words.chunks(4).map(|chunk| {
                    let mut vector = [0; 4];
                    vector[..chunk.len()].copy_from_slice(chunk);
                    vector
                }));
                scale.clone()
            }
            _ => {
                let data = stored.dequantise().data;
                self.words
                    .extend(order.iter().map(|lanes| lanes.map(|i| i.map_or(0, |i| data[i].to_bits()))));
                vec![1.0; conv.out_channels]
            }
        };
        (start, scales)
    }
}

/// For every packed entry, the indices into PyTorch's `[out, in / groups, kh, kw]` tensor of its four output lanes.
fn lane_order(conv: &Conv2d, in_channels: usize) -> Vec<[Option<usize>; 4]> {
    let taps = conv.kernel[0] * conv.kernel[1];
    let out_planes = planes(conv.out_channels);
    let mut order = Vec::new();
    if conv_kernel(conv, in_channels) == ConvKernel::Depthwise {
        for plane in 0..out_planes {
            let index = |lane: usize, tap: usize| {
                let channel = plane * 4 + lane;
                (channel < conv.out_channels).then_some(channel * taps + tap)
            };
            order.extend((0..taps).map(|tap| [0, 1, 2, 3].map(|lane| index(lane, tap))));
            // Entries of int8 kernels share vectors; each plane starts a new one.
            order.resize(order.len().next_multiple_of(4), [None; 4]);
        }
        return order;
    }
    let read = InputPlanes::of(conv, in_channels);
    for plane in 0..out_planes {
        let inputs = read.first(plane) * 4..(read.first(plane) + read.span) * 4;
        for tap in 0..taps {
            order.extend(inputs.clone().map(|input| {
                [0, 1, 2, 3].map(|lane| {
                    let out = plane * 4 + lane;
                    let own = input.checked_sub(out / read.group_outputs * read.group_inputs)?;
                    let is_there = out < conv.out_channels && own < read.group_inputs;
                    is_there.then_some((out * read.group_inputs + own) * taps + tap)
                })
            }));
        }
    }
    order
}
