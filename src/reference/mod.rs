//! The graph on burn tensors, node by node and unfused: the oracle that every kernel is tested against.
//!
//! It runs on burn's CPU backend (burn-flex) unless told otherwise, with PyTorch's semantics throughout.

#[cfg(feature = "gradients")]
mod gradient;
mod numbers;
mod ops;

#[cfg(feature = "gradients")]
pub use gradient::{Position, input_gradient};
pub use numbers::reference_numbers;

use burn::tensor::{Device, Tensor as BurnTensor, TensorData};

use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Graph, NodeId, Shape, Tensor, Weights};

/// A graph and its weights, ready to run.
pub struct Reference {
    graph: Graph,
    /// For each node its weights, in the order of [`crate::graph::Node::weights`]: kernels as they are, vectors as
    /// `[1, c, 1, 1]` so that they broadcast over a map.
    weights: Vec<Vec<BurnTensor<4>>>,
    /// By node, the range of the first input if that is rounded to int8.
    ranges: Vec<Option<f32>>,
    device: Device,
}

impl Reference {
    /// Errors: `weights-mismatch`, naming every weight that is missing or misshaped.
    pub fn new(graph: &Graph, weights: &Weights) -> Result<Self> {
        Self::on(Device::flex(), graph, weights)
    }

    /// On another device of burn's: what the benchmark compares with. Errors as for [`Reference::new`].
    pub fn on(device: Device, graph: &Graph, weights: &Weights) -> Result<Self> {
        check_weights(graph, weights)?;
        let on_device = |name: &String| {
            let Tensor { shape, data } = &weights[name];
            let shape: Shape = match shape[..] {
                [n, c, h, w] => [n, c, h, w],
                _ => [1, data.len(), 1, 1],
            };
            BurnTensor::from_data(TensorData::new(data.clone(), shape), &device)
        };
        let weights = graph.nodes.iter().map(|node| node.weights.iter().map(on_device).collect()).collect();
        Ok(Self { graph: graph.clone(), weights, ranges: Vec::new(), device })
    }

    /// Rounds the inputs of convolutions to int8 as executors with products in int8 do: `ranges`, by node, are the magnitudes
    /// of 127 steps, as [`crate::weights::Calibration`] has them.
    #[must_use]
    pub fn with_rounded_inputs(self, ranges: &[Option<f32>]) -> Self {
        Self { ranges: ranges.to_vec(), ..self }
    }

    /// The output for `input`, row-major `[n, c, h, w]` of the given shape.
    ///
    /// Errors: `input-size` if the shape is not that of the data or cannot go through the network.
    pub fn run(&self, input: &[f32], shape: Shape) -> Result<Tensor> {
        let mut outputs = self.run_nodes(input, shape, &[self.graph.output])?;
        Ok(outputs.remove(0))
    }

    /// The output of every node, in the order of the graph's nodes. Errors as for [`Reference::run`].
    pub fn run_all(&self, input: &[f32], shape: Shape) -> Result<Vec<Tensor>> {
        let all: Vec<NodeId> = (0..self.graph.nodes.len()).collect();
        self.run_nodes(input, shape, &all)
    }

    /// The outputs of the nodes `wanted`, in that order. Errors as for [`Reference::run`], and `no-such-layer`.
    pub fn run_nodes(&self, input: &[f32], shape: Shape, wanted: &[NodeId]) -> Result<Vec<Tensor>> {
        Ok(self.compute(input, shape, wanted)?.into_iter().map(to_host).collect())
    }

    /// As [`Reference::run_nodes`], left on the device: a browser reads only asynchronously.
    pub fn compute(&self, input: &[f32], shape: Shape, wanted: &[NodeId]) -> Result<Vec<BurnTensor<4>>> {
        self.check_input(input, shape)?;
        let picture = BurnTensor::from_data(TensorData::new(input.to_vec(), shape), &self.device);
        self.compute_from(picture, wanted)
    }

    /// As [`Reference::compute`], of a picture on the reference's device, such as one whose gradient is wanted.
    fn compute_from(&self, picture: BurnTensor<4>, wanted: &[NodeId]) -> Result<Vec<BurnTensor<4>>> {
        let [batch, _, height, width] = picture.dims();
        let shapes = self.graph.shapes(batch, height, width)?;
        if let Some(id) = wanted.iter().find(|&&id| id >= self.graph.nodes.len()) {
            let count = self.graph.nodes.len();
            return Err(Error::new(
                ErrorKind::NoSuchLayer,
                format!("there is no node {id}; this graph has the nodes 0 to {}", count - 1),
            ));
        }
        let mut reads = self.graph.consumers().iter().map(Vec::len).collect::<Vec<_>>();
        wanted.iter().for_each(|&id| reads[id] += 1);
        let mut values: Vec<Option<BurnTensor<4>>> = vec![None; self.graph.nodes.len()];
        let mut picture = Some(picture);
        let last = wanted.iter().copied().max().unwrap_or(0);
        for (id, node) in self.graph.nodes.iter().enumerate().take(last + 1) {
            let mut inputs: Vec<BurnTensor<4>> = match picture.take() {
                Some(picture) => vec![picture],
                None => node.inputs.iter().map(|&i| read(&mut values, &mut reads, i)).collect(),
            };
            if let Some(range) = self.ranges.get(id).copied().flatten() {
                let step = range / 127.0;
                let steps = inputs[0].clone().mul_scalar(1.0 / step).round().clamp(-127.0, 127.0);
                inputs[0] = steps.mul_scalar(step);
            }
            values[id] = Some(ops::run(&node.op, &inputs, &self.weights[id], shapes[id]));
        }
        Ok(wanted.iter().map(|&id| read(&mut values, &mut reads, id)).collect())
    }

    fn check_input(&self, input: &[f32], shape: Shape) -> Result<()> {
        let channels = self.graph.channels()?[0];
        if input.len() == shape.iter().product::<usize>() && shape[1] == channels && shape[0] > 0 {
            return Ok(());
        }
        let count = input.len();
        Err(Error::new(
            ErrorKind::InputSize,
            format!(
                "{count} values are no input of shape {shape:?} with {channels} channels; pass [n, c, h, w]"
            ),
        ))
    }
}

/// Takes a value out at its last read, so that only live maps stay in memory.
fn read(values: &mut [Option<BurnTensor<4>>], reads: &mut [usize], id: NodeId) -> BurnTensor<4> {
    reads[id] -= 1;
    let value = if reads[id] == 0 { values[id].take() } else { values[id].clone() };
    value.expect("nodes are in topological order and reads are counted")
}

fn to_host(value: BurnTensor<4>) -> Tensor {
    let shape = value.dims();
    let data = value.into_data().try_to_vec::<f32>().expect("every tensor of the reference is f32");
    Tensor::new(shape, data)
}

fn check_weights(graph: &Graph, weights: &Weights) -> Result<()> {
    let mut problems = Vec::new();
    for (name, shape) in graph.weight_shapes()? {
        match weights.get(&name) {
            None => problems.push(format!("{name} is missing")),
            Some(tensor) if tensor.shape != shape => {
                problems.push(format!("{name} is {:?}, not {shape:?}", tensor.shape));
            }
            Some(_) => {}
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::WeightsMismatch,
        format!(
            "the weights do not fit the graph: {}; use the weights of this architecture",
            problems.join(", ")
        ),
    ))
}
