//! A network's weights as the CPU multiplies them.

use std::collections::HashMap;

use wide::{f32x4, i16x8};

use super::kernels::{IntWeights, Parameters, is_product};
use crate::error::Result;
use crate::graph::{Conv2d, Graph, NodeId, Op};
use crate::plan::{ConvKernel, InputPlanes, PackedWeights, WeightFormat, conv_kernels, planes};
use crate::weights::QuantisedWeights;

/// A graph and its weights: in f32, and those of matrix products as integers where the file holds int8.
pub struct Network {
    pub graph: Graph,
    /// Where each layer's values lie in `values`.
    weights: PackedWeights,
    values: Vec<f32x4>,
    integers: HashMap<NodeId, IntWeights>,
}

impl Network {
    /// `graph` must have its batch norms folded, and `weights` must hold all it names.
    pub fn new(graph: Graph, weights: &QuantisedWeights) -> Result<Self> {
        let integers = match WeightFormat::of(&graph, weights) {
            WeightFormat::F32 => HashMap::new(),
            _ => integers(&graph, weights)?,
        };
        let mut weights = PackedWeights::new(&graph, weights, WeightFormat::F32)?;
        let words = std::mem::take(&mut weights.words);
        let values = words.into_iter().map(vector).collect();
        Ok(Self { graph, weights, values, integers })
    }

    pub(super) fn parameters(&self) -> Parameters<'_> {
        Parameters { weights: &self.weights, values: &self.values, integers: &self.integers }
    }

    pub fn bytes(&self) -> u64 {
        let integers = self.integers.values().map(|layer| size_of_val(&*layer.blocks)).sum::<usize>();
        (size_of_val(&*self.values) + integers) as u64
    }
}

fn vector(words: [u32; 4]) -> f32x4 {
    f32x4::from(words.map(f32::from_bits))
}

/// The integer weights of every matrix product.
fn integers(graph: &Graph, weights: &QuantisedWeights) -> Result<HashMap<NodeId, IntWeights>> {
    let packed = PackedWeights::new(graph, weights, WeightFormat::Int8)?;
    let channels = graph.channels()?;
    let kernels = conv_kernels(graph, &channels);
    let mut integers = HashMap::new();
    for (id, node) in graph.nodes.iter().enumerate() {
        let Op::Conv2d(conv) = &node.op else { continue };
        if kernels[id].is_some_and(ConvKernel::is_product) && is_product(conv) {
            integers.insert(id, layer(&packed, id, conv, channels[node.inputs[0]]));
        }
    }
    Ok(integers)
}

fn layer(packed: &PackedWeights, id: NodeId, conv: &Conv2d, in_channels: usize) -> IntWeights {
    let [kernel, scale, _] = packed.conv_offsets(id);
    let out_planes = planes(conv.out_channels);
    let taps = conv.kernel[0] * conv.kernel[1];
    let count = out_planes * taps * InputPlanes::of(conv, in_channels).span;
    IntWeights {
        blocks: packed.words[kernel..kernel + count].iter().map(|block| pairs(*block)).collect(),
        scales: packed.words[scale..scale + out_planes].iter().map(|words| vector(*words)).collect(),
    }
}

/// From four input lanes of four output lanes' bytes each to, for two pairs of input lanes, each output lane's two weights.
fn pairs(block: [u32; 4]) -> [i16x8; 2] {
    let lanes = block.map(|word| word.to_le_bytes().map(|byte| i16::from(byte as i8)));
    [0, 2].map(|first| {
        let mut weights = [0; 8];
        for out in 0..4 {
            weights[2 * out] = lanes[first][out];
            weights[2 * out + 1] = lanes[first + 1][out];
        }
        i16x8::from(weights)
    })
}
