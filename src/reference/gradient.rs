//! Gradients of a network's values with respect to the picture.

use burn::tensor::{Device, Tensor as BurnTensor, TensorData};

use super::{Reference, to_host};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Graph, NodeId, Shape, Tensor, Weights};

/// A value of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub node: NodeId,
    /// None: the sum over all channels.
    pub channel: Option<usize>,
    pub y: usize,
    pub x: usize,
}

/// The gradient of one value, or of a pixel's sum over channels, with respect to `input`: a tensor of the input's shape.
///
/// Errors: `input-size`, `weights-mismatch`, `no-such-layer`, `out-of-range` for a position outside the value's map.
pub fn input_gradient(
    graph: &Graph,
    weights: &Weights,
    input: &[f32],
    shape: Shape,
    at: Position,
) -> Result<Tensor> {
    let device = Device::flex().autodiff();
    let reference = Reference::on(device.clone(), graph, weights)?;
    reference.check_input(input, shape)?;
    let picture = BurnTensor::<4>::from_data(TensorData::new(input.to_vec(), shape), &device).require_grad();
    let value = reference.compute_from(picture.clone(), &[at.node])?.remove(0);
    let [_, channels, height, width] = value.dims();
    if at.y >= height || at.x >= width || at.channel.is_some_and(|channel| channel >= channels) {
        let name = &graph.node(at.node).name;
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!(
                "layer \"{name}\" has {channels} channels of {width}x{height} values and none at {}, {} of channel {:?}",
                at.x, at.y, at.channel
            ),
        ));
    }
    let pixel = value.narrow(2, at.y, 1).narrow(3, at.x, 1);
    let value = match at.channel {
        Some(channel) => pixel.narrow(1, channel, 1),
        None => pixel,
    };
    // The input itself does not depend on anything that was differentiated through.
    let gradients = value.sum().backward();
    let gradient =
        picture.grad(&gradients).unwrap_or_else(|| BurnTensor::zeros(shape, &device.without_autodiff()));
    Ok(to_host(gradient))
}
