//! Weight layouts of the fast executors: one buffer of vectors of four 32-bit words, the same for every input size.

use std::collections::HashMap;

use super::conv::{ConvKernel, InputPlanes, conv_kernels};
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

/// All weights of a model in the executors' layout.
///
/// - Pointwise, dense: 4x4 blocks, `[out plane][tap][in plane of its span]`; in a block, one entry per input lane holds the
///   weights of four output lanes (one 32-bit word as int8, four as f32).
/// - Depthwise: `[plane][term][tap]`, an entry holds four channels.
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
        let kernels = conv_kernels(graph, &channels);
        let mut packed = Self { format, words: Vec::new(), offsets: HashMap::new(), convs: HashMap::new() };
        for (id, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                Op::Conv2d(conv) => {
                    let order = match kernels[id] {
                        Some(ConvKernel::Depthwise { terms }) => depthwise_order(conv, terms),
                        _ => block_order(conv, channels[node.inputs[0]]),
                    };
                    let bias = match node.weights.get(1) {
                        Some(bias) => weights.0[bias].dequantise().data,
                        None => vec![0.0; conv.out_channels],
                    };
                    let (kernel, scales) = packed.push_kernel(conv, &order, &weights.0[&node.weights[0]]);
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
    fn push_kernel(&mut self, conv: &Conv2d, order: &[Lanes], stored: &Stored) -> (usize, Vec<f32>) {
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

/// The indices into PyTorch's `[out, in / groups, kh, kw]` tensor of a packed entry's four output lanes.
type Lanes = [Option<usize>; 4];

fn depthwise_order(conv: &Conv2d, terms: usize) -> Vec<Lanes> {
    let taps = conv.kernel[0] * conv.kernel[1];
    let mut order = Vec::new();
    for plane in 0..planes(conv.out_channels) {
        let index = |lane: usize, entry: usize| {
            let channel = plane * 4 + lane;
            (channel < conv.out_channels).then_some(channel * terms * taps + entry)
        };
        order.extend((0..terms * taps).map(|entry| [0, 1, 2, 3].map(|lane| index(lane, entry))));
        // Entries of int8 kernels share vectors; each plane starts a new one.
        order.resize(order.len().next_multiple_of(4), [None; 4]);
    }
    order
}

fn block_order(conv: &Conv2d, in_channels: usize) -> Vec<Lanes> {
    let taps = conv.kernel[0] * conv.kernel[1];
    let read = InputPlanes::of(conv, in_channels);
    let mut order = Vec::new();
    for plane in 0..planes(conv.out_channels) {
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
