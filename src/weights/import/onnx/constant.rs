//! Tensors that do not depend on the picture: weights, and the numbers that sizes are computed from.

use super::{damaged, unsupported};
use crate::error::Result;
use crate::graph::onnx::proto::{DataType, TensorProto};

/// Row-major. No list of numbers that a size is computed from is as long; weights are as long as the file has bytes for.
const MAX_COMPUTED: usize = 1 << 20;

#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    pub shape: Vec<usize>,
    pub data: Data,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Floats(Vec<f32>),
    /// Of any width, and booleans.
    Integers(Vec<i64>),
}

impl Constant {
    pub fn floats(shape: Vec<usize>, data: Vec<f32>) -> Self {
        Self { shape, data: Data::Floats(data) }
    }

    pub fn integers(shape: Vec<usize>, data: Vec<i64>) -> Self {
        Self { shape, data: Data::Integers(data) }
    }

    /// Errors: `model-invalid` where data and shape disagree, `model-unsupported` for other numbers than these.
    pub fn read(tensor: &TensorProto) -> Result<Self> {
        let name = &tensor.name;
        if tensor.data_location != 0 {
            return Err(unsupported(format!(
                "the weight \"{name}\" lies in another file; save the model with its weights inside, as \
                 onnx.save(model, path) does for models below 2 GB"
            )));
        }
        let shape: Vec<usize> = tensor
            .dims
            .iter()
            .map(|&size| {
                usize::try_from(size).map_err(|_| damaged(&format!("\"{name}\" has a negative size")))
            })
            .collect::<Result<_>>()?;
        let data = Data::read(tensor)?;
        let count = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
        if count != Some(data.len()) {
            let length = data.len();
            return Err(damaged(&format!("\"{name}\" has {length} numbers for the shape {shape:?}")));
        }
        Ok(Self { shape, data })
    }

    /// A copy for every position of `shape`, into which this one broadcasts; none if it does not, or if that is too large.
    pub fn broadcast(&self, shape: &[usize]) -> Option<Self> {
        let added = shape.len().checked_sub(self.shape.len())?;
        let count = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))?;
        let fits = |(own, wanted): (&usize, &usize)| own == wanted || *own == 1;
        if count > MAX_COMPUTED || !self.shape.iter().zip(&shape[added..]).all(fits) {
            return None;
        }
        let source = |position: usize| {
            let (mut rest, mut index, mut stride) = (position, 0, 1);
            for (dim, &size) in shape.iter().enumerate().rev() {
                let at = rest % size;
                rest /= size;
                if let Some(own) = dim.checked_sub(added).map(|dim| self.shape[dim]) {
                    index += if own == 1 { 0 } else { at * stride };
                    stride *= own;
                }
            }
            index
        };
        Some(self.gathered(shape.to_vec(), (0..count).map(source)))
    }

    /// `order` is a permutation of the dimensions.
    pub fn transposed(&self, order: &[usize]) -> Self {
        let shape: Vec<usize> = order.iter().map(|&dim| self.shape[dim]).collect();
        let strides = strides(&self.shape);
        let source = |position: usize| {
            let mut rest = position;
            let dims = order.iter().zip(&shape).rev();
            dims.map(|(&dim, &size)| {
                let at = rest % size;
                rest /= size;
                at * strides[dim]
            })
            .sum()
        };
        self.gathered(shape.clone(), (0..self.data.len()).map(source))
    }

    /// Takes `indices` along a dimension.
    pub fn taken(&self, dim: usize, indices: &[usize]) -> Self {
        let inner: usize = self.shape[dim + 1..].iter().product();
        let outer: usize = self.shape[..dim].iter().product();
        let mut shape = self.shape.clone();
        let size = std::mem::replace(&mut shape[dim], indices.len());
        let positions = (0..outer).flat_map(|o| {
            indices.iter().flat_map(move |&i| (0..inner).map(move |at| (o * size + i) * inner + at))
        });
        self.gathered(shape, positions)
    }

    fn gathered(&self, shape: Vec<usize>, positions: impl Iterator<Item = usize>) -> Self {
        let data = match &self.data {
            Data::Floats(data) => Data::Floats(positions.map(|i| data[i]).collect()),
            Data::Integers(data) => Data::Integers(positions.map(|i| data[i]).collect()),
        };
        Self { shape, data }
    }

    /// The only number of a tensor that has one.
    pub fn scalar(&self) -> Option<f32> {
        match &self.data {
            Data::Floats(data) if data.len() == 1 => Some(data[0]),
            Data::Integers(data) if data.len() == 1 => Some(data[0] as f32),
            _ => None,
        }
    }

    pub fn as_integers(&self) -> Option<&[i64]> {
        match &self.data {
            Data::Integers(data) => Some(data),
            Data::Floats(_) => None,
        }
    }

    pub fn as_floats(&self) -> Option<&[f32]> {
        match &self.data {
            Data::Floats(data) => Some(data),
            Data::Integers(_) => None,
        }
    }
}

impl Data {
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(data) => data.len(),
            Self::Integers(data) => data.len(),
        }
    }

    fn read(tensor: &TensorProto) -> Result<Self> {
        let TensorProto { raw_data: raw, float_data, int32_data, int64_data, double_data, .. } = tensor;
        let kind = DataType::try_from(tensor.data_type).unwrap_or(DataType::Undefined);
        let is_raw = !raw.is_empty();
        let half = |bits: u16| half::f16::from_bits(bits).to_f32();
        Ok(match kind {
            DataType::Float if is_raw => Self::Floats(numbers(raw, f32::from_le_bytes)),
            DataType::Float => Self::Floats(float_data.clone()),
            DataType::Double if is_raw => {
                Self::Floats(numbers(raw, |bytes| f64::from_le_bytes(bytes) as f32))
            }
            DataType::Double => Self::Floats(double_data.iter().map(|&value| value as f32).collect()),
            DataType::Float16 if is_raw => {
                Self::Floats(numbers(raw, |bytes| half(u16::from_le_bytes(bytes))))
            }
            DataType::Float16 => Self::Floats(int32_data.iter().map(|&bits| half(bits as u16)).collect()),
            DataType::Int64 if is_raw => Self::Integers(numbers(raw, i64::from_le_bytes)),
            DataType::Int64 => Self::Integers(int64_data.clone()),
            DataType::Int32 if is_raw => {
                Self::Integers(numbers(raw, |bytes| i64::from(i32::from_le_bytes(bytes))))
            }
            DataType::Int8 if is_raw => {
                Self::Integers(numbers(raw, |bytes| i64::from(i8::from_le_bytes(bytes))))
            }
            DataType::Uint8 | DataType::Bool if is_raw => {
                Self::Integers(raw.iter().map(|&byte| i64::from(byte)).collect())
            }
            DataType::Int32 | DataType::Int8 | DataType::Uint8 | DataType::Bool => {
                Self::Integers(int32_data.iter().map(|&value| i64::from(value)).collect())
            }
            DataType::Undefined => {
                return Err(unsupported(format!(
                    "the tensor \"{}\" has numbers of type {}; export the model in f32 or f16",
                    tensor.name, tensor.data_type
                )));
            }
        })
    }
}

/// What is left over is found out by comparing with the shape.
fn numbers<const N: usize, T>(raw: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    raw.chunks_exact(N).map(|bytes| read(bytes.try_into().expect("chunks have N bytes"))).collect()
}

/// How far neighbours along each dimension lie apart.
fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for dim in (1..shape.len()).rev() {
        strides[dim - 1] = strides[dim] * shape[dim];
    }
    strides
}
