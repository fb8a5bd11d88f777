//! The effective receptive field: how much each pixel of the picture counts for one value of a network.

use crate::error::Result;
use crate::graph::{Graph, Shape, Tensor, Weights};
use crate::reference::{Position, input_gradient};

/// `[h, w]`: for each pixel the magnitude of the value's gradient, summed over the picture's channels (Luo et al. 2016, arXiv 1701.04128,
/// section 2: `|dy / dx|`; they average it over many pictures, this is the field on one).
///
/// `input` is `[1, c, h, w]`. Errors: as [`input_gradient`].
pub fn effective_field(
    graph: &Graph,
    weights: &Weights,
    input: &[f32],
    shape: Shape,
    at: Position,
) -> Result<Tensor> {
    let gradient = input_gradient(graph, weights, input, shape, at)?;
    let [_, _, height, width] = shape;
    let mut sums = vec![0.0; height * width];
    for plane in gradient.data.chunks(height * width) {
        for (sum, value) in sums.iter_mut().zip(plane) {
            *sum += value.abs();
        }
    }
    Ok(Tensor::new([height, width], sums))
}
