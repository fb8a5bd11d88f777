//! Plain tensors of weights: shape and data, as a checkpoint holds them.

use std::collections::BTreeMap;

/// Row-major f32 tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f32>,
}

impl Tensor {
    /// Panics if `data` does not hold exactly `shape`'s product, which only a bug in the caller can cause.
    pub fn new(shape: impl Into<Vec<usize>>, data: Vec<f32>) -> Self {
        let shape = shape.into();
        assert_eq!(shape.iter().product::<usize>(), data.len(), "shape {shape:?} and data length disagree");
        Self { shape, data }
    }
}

/// State dict: parameter name to tensor.
pub type Weights = BTreeMap<String, Tensor>;
