//! The numbers that a model file carries for self-tests.

use super::Reference;
use crate::error::Result;
use crate::graph::Graph;
use crate::weights::{QuantisedWeights, ReferenceNumbers, Sketch};

/// Runs the graph on the test picture of `size`, on the weights as they are stored; `ranges` as for
/// [`Reference::with_rounded_inputs`].
pub fn reference_numbers(
    graph: &Graph,
    weights: &QuantisedWeights,
    ranges: &[Option<f32>],
    size: [usize; 2],
) -> Result<ReferenceNumbers> {
    let mut numbers = ReferenceNumbers { size, tolerance: 0.0, nodes: Vec::new() };
    let shape = [1, graph.channels()?[0], size[0], size[1]];
    let reference = Reference::new(graph, &weights.dequantise())?.with_rounded_inputs(ranges);
    let values = reference.run_all(&numbers.picture(shape[1]), shape)?;
    numbers.nodes = values.iter().map(|value| Some(Sketch::of(&value.data))).collect();
    Ok(numbers)
}
