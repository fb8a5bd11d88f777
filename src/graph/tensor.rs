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

    /// A convolution's kernel with inputs and outputs in each other's place: from `[groups * a, b, kh, kw]` to
    /// `[groups * b, a, kh, kw]`, between PyTorch's layout of a transposed convolution's weights and the graph's.
    #[must_use]
    pub fn turned(&self, groups: usize) -> Self {
        let [rows, b, kh, kw] = self.shape[..] else { unreachable!("kernels have four dimensions") };
        let (a, taps) = (rows / groups, kh * kw);
        let filters = (0..groups).flat_map(|group| {
            (0..b).flat_map(move |column| (0..a).map(move |row| (group * a + row) * b + column))
        });
        let data = filters.flat_map(|filter| &self.data[filter * taps..][..taps]).copied().collect();
        Self::new([groups * b, a, kh, kw], data)
    }
}

/// State dict: parameter name to tensor.
pub type Weights = BTreeMap<String, Tensor>;
