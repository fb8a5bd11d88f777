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
    /// Likewise, and multiplied as bytes with pixels that are rounded to bytes.
    Int8Products,
    F32,
}

impl WeightFormat {
    /// Int8 if every convolution's weights are stored so.
    pub fn of(graph: &Graph, weights: &QuantisedWeights) -> Self {
        let mut convs =
            graph.nodes.iter().filter(|node| matches!(node.op, Op::Conv2d(_) | Op::ConvTranspose2d(_)));
        if convs.all(|node| matches!(weights.0[&node.weights[0]], Stored::Int8 { .. })) {
            Self::Int8
        } else {
            Self::F32
        }
    }
}

/// All weights of a model in the executors' layout.
///
/// - Pointwise, dense, transposed: 4x4 blocks, `[out plane][tap][in plane of its span]`; in a block, one entry per input lane holds the
///   weights of four output lanes (one 32-bit word as int8, four as f32). For int8 products one word per output lane holds
///   the weights of four input lanes, and the scales include the step of the input.
/// - Depthwise: `[plane][term][tap]`, an entry holds four channels.
/// - Biases, scales, slopes, affines: vectors of four channels, zero beyond the last.
pub struct PackedWeights {
    pub format: WeightFormat,
    pub words: Vec<[u32; 4]>,
    /// First vector of each affine and slope, by weight name.
    offsets: HashMap<String, usize>,
    /// First vectors of each convolution's kernel, scales and biases.
    convs: HashMap<NodeId, [usize; 3]>,
    /// Of the inputs of convolutions in int8 products.
    steps: HashMap<NodeId, f32>,
}

impl PackedWeights {
    /// Packs `weights` as `format`: int8 only if [`WeightFormat::of`] says so, f32 always.
    pub fn new(graph: &Graph, weights: &QuantisedWeights, format: WeightFormat) -> crate::Result<Self> {
        Self::pack(graph, weights, format, &conv_kernels(graph, &graph.channels()?), &[])
    }

    /// Packs int8 `weights` for int8 products, if `ranges` has the range of the input of every convolution that is not
    /// depthwise (`Calibration::ranges`).
    pub fn for_products(
        graph: &Graph,
        weights: &QuantisedWeights,
        ranges: &[Option<f32>],
    ) -> crate::Result<Option<Self>> {
        let kernels = conv_kernels(graph, &graph.channels()?);
        let is_product = |id: &NodeId| kernels[*id].is_some_and(ConvKernel::is_product);
        let has_range = |id| ranges.get(id).is_some_and(Option::is_some);
        let mut products = (0..kernels.len()).filter(is_product).peekable();
        let is_int8 = WeightFormat::of(graph, weights) == WeightFormat::Int8;
        if !is_int8 || products.peek().is_none() || !products.all(has_range) {
            return Ok(None);
        }
        Self::pack(graph, weights, WeightFormat::Int8Products, &kernels, ranges).map(Some)
    }

    fn pack(
        graph: &Graph,
        weights: &QuantisedWeights,
        format: WeightFormat,
        kernels: &[Option<ConvKernel>],
        ranges: &[Option<f32>],
    ) -> crate::Result<Self> {
        let channels = graph.channels()?;
        let mut packed = Self {
            format,
            words: Vec::new(),
            offsets: HashMap::new(),
            convs: HashMap::new(),
            steps: HashMap::new(),
        };
        for (id, node) in graph.nodes.iter().enumerate() {
            match &node.op {
                Op::Conv2d(_) | Op::ConvTranspose2d(_) => {
                    let conv = &node.op.convolution().expect("it is one");
                    let bias = match node.weights.get(1) {
                        Some(bias) => weights.0[bias].dequantise().data,
                        None => vec![0.0; conv.out_channels],
                    };
                    let stored = &weights.0[&node.weights[0]];
                    let (kernel, mut scales) = match kernels[id] {
                        Some(ConvKernel::Depthwise { terms }) => {
                            packed.push_kernel(conv, stored, depthwise_entries(conv, terms))
                        }
                        _ => packed.push_kernel(conv, stored, block_entries(conv, channels[node.inputs[0]])),
                    };
                    let is_product = kernels[id].is_some_and(ConvKernel::is_product);
                    if let Some(range) = ranges.get(id).copied().flatten().filter(|_| is_product) {
                        let step = range / 127.0;
                        scales.iter_mut().for_each(|scale| *scale *= step);
                        packed.steps.insert(id, step);
                        packed.turn_blocks(kernel);
                    }
                    let offsets = [kernel, packed.push_vector(&scales), packed.push_vector(&bias)];
                    packed.convs.insert(id, offsets);
                }
                Op::Affine
                | Op::LayerNorm { .. }
                | Op::GroupNorm { .. }
                | Op::Activation { function: Activation::Prelu } => {
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

    /// First vector of an affine's or a normalisation's scale or shift, or of PReLU's slopes.
    pub fn offset(&self, name: &str) -> usize {
        self.offsets[name]
    }

    /// First vectors of a convolution's kernel, scales and biases.
    pub fn conv_offsets(&self, node: NodeId) -> [usize; 3] {
        self.convs[&node]
    }

    /// What one unit of a convolution's input is in int8, where it is multiplied so.
    pub fn input_step(&self, node: NodeId) -> Option<f32> {
        self.steps.get(&node).copied()
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
    fn push_kernel(
        &mut self,
        conv: &Conv2d,
        stored: &Stored,
        entries: impl Iterator<Item = Lanes>,
    ) -> (usize, Vec<f32>) {
        let start = self.words.len();
        let scales = match (self.format, stored) {
            (WeightFormat::Int8 | WeightFormat::Int8Products, Stored::Int8 { values, scale, .. }) => {
                let words: Vec<u32> = entries
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
                self.words.extend(entries.map(|lanes| lanes.map(|i| i.map_or(0, |i| data[i].to_bits()))));
                vec![1.0; conv.out_channels]
            }
        };
        (start, scales)
    }

    /// From a word an input lane to a word an output lane, in the blocks from `first` on.
    fn turn_blocks(&mut self, first: usize) {
        for block in &mut self.words[first..] {
            let lanes = block.map(u32::to_le_bytes);
            *block = [0, 1, 2, 3].map(|out| u32::from_le_bytes(lanes.map(|bytes| bytes[out])));
        }
    }
}

/// The indices into PyTorch's `[out, in / groups, kh, kw]` tensor of a packed entry's four output lanes.
type Lanes = [Option<usize>; 4];

/// In the order of the packed kernel, one entry at a time: together they take more memory than the weights.
fn depthwise_entries(conv: &Conv2d, terms: usize) -> impl Iterator<Item = Lanes> {
    let channels = conv.out_channels;
    let entries = terms * conv.kernel[0] * conv.kernel[1];
    (0..planes(channels)).flat_map(move |plane| {
        // Entries of int8 kernels share vectors; each plane starts a new one.
        (0..entries.next_multiple_of(4)).map(move |entry| {
            [0, 1, 2, 3].map(|lane| {
                let channel = plane * 4 + lane;
                (channel < channels && entry < entries).then_some(channel * entries + entry)
            })
        })
    })
}

/// Likewise.
fn block_entries(conv: &Conv2d, in_channels: usize) -> impl Iterator<Item = Lanes> {
    let channels = conv.out_channels;
    let taps = conv.kernel[0] * conv.kernel[1];
    let read = InputPlanes::of(conv, in_channels);
    (0..planes(channels)).flat_map(move |plane| {
        let inputs = read.first(plane) * 4..(read.first(plane) + read.span) * 4;
        (0..taps).flat_map(move |tap| {
            inputs.clone().map(move |input| {
                [0, 1, 2, 3].map(|lane| {
                    let out = plane * 4 + lane;
                    let own = input.checked_sub(out / read.group_outputs * read.group_inputs)?;
                    let is_there = out < channels && own < read.group_inputs;
                    is_there.then_some((out * read.group_inputs + own) * taps + tap)
                })
            })
        })
    })
}
