//! The number formats a weight can be kept in.

use std::collections::BTreeMap;
use std::ops::Index;

use half::f16;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Tensor, Weights};

/// One weight as the model file keeps it. Quantisation is symmetric: `value * scale`, no zero point, one scale per
/// output channel, that is per index of the first dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    F32(Tensor),
    F16 {
        shape: Vec<usize>,
        /// Row-major, `shape`'s product.
        values: Vec<f16>,
    },
    Int8 {
        shape: Vec<usize>,
        /// Row-major, `shape`'s product.
        values: Vec<i8>,
        /// `[shape[0]]`, finite and above zero.
        scale: Vec<f32>,
    },
    Int4 {
        shape: Vec<usize>,
        /// Two's complement, two a byte, the earlier in the low half; each output channel starts a new byte, so
        /// `shape[0] * ceil(rest / 2)` bytes.
        packed: Vec<u8>,
        /// `[shape[0]]`, finite and above zero.
        scale: Vec<f32>,
    },
}

/// The number formats by name, from exact to coarse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    F32,
    F16,
    Int8,
    Int4,
}

impl Precision {
    pub const ALL: [Self; 4] = [Self::F32, Self::F16, Self::Int8, Self::Int4];

    /// Errors: `out-of-range` if there is no format of this name.
    pub fn parse(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|precision| precision.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::new(ErrorKind::OutOfRange, format!("there is no precision \"{name}\"; there are {names}"))
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Int8 => "int8",
            Self::Int4 => "int4",
        }
    }
}

impl Stored {
    pub fn precision(&self) -> Precision {
        match self {
            Self::F32(_) => Precision::F32,
            Self::F16 { .. } => Precision::F16,
            Self::Int8 { .. } => Precision::Int8,
            Self::Int4 { .. } => Precision::Int4,
        }
    }

    pub fn shape(&self) -> &[usize] {
        match self {
            Self::F32(tensor) => &tensor.shape,
            Self::F16 { shape, .. } | Self::Int8 { shape, .. } | Self::Int4 { shape, .. } => shape,
        }
    }

    pub fn dequantise(&self) -> Tensor {
        match self {
            Self::F32(tensor) => tensor.clone(),
            Self::F16 { shape, values } => {
                Tensor::new(shape.clone(), values.iter().map(|v| v.to_f32()).collect())
            }
            Self::Int8 { shape, values, scale } => {
                let rows = values.chunks(per_channel(shape).max(1)).zip(scale);
                Tensor::new(
                    shape.clone(),
                    rows.flat_map(|(row, s)| row.iter().map(move |&v| f32::from(v) * s)).collect(),
                )
            }
            Self::Int4 { shape, packed, scale } => {
                let count = per_channel(shape);
                let rows = packed.chunks(count.div_ceil(2).max(1)).zip(scale);
                Tensor::new(
                    shape.clone(),
                    rows.flat_map(|(row, s)| (0..count).map(move |i| f32::from(unpack(row, i)) * s))
                        .collect(),
                )
            }
        }
    }
}

/// Values that share one scale: all of an output channel.
pub(super) fn per_channel(shape: &[usize]) -> usize {
    shape[1..].iter().product()
}

/// The `i`-th four-bit value of a channel's bytes, sign extended.
fn unpack(row: &[u8], i: usize) -> i8 {
    let byte = row[i / 2] as i8;
    if i.is_multiple_of(2) { byte << 4 >> 4 } else { byte >> 4 }
}

/// All weights of a network by state-dict name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QuantisedWeights(pub BTreeMap<String, Stored>);

impl QuantisedWeights {
    /// Every weight as f32, for executors and tests that compute in it.
    pub fn dequantise(&self) -> Weights {
        self.0.iter().map(|(name, stored)| (name.clone(), stored.dequantise())).collect()
    }

    /// The coarsest format among the weights, which is what the file is called after: biases stay f32 in every file.
    pub fn precision(&self) -> Precision {
        self.0.values().map(Stored::precision).max().unwrap_or(Precision::F32)
    }
}

/// Panics if there is no such weight: a [`super::Model`] holds exactly those that its graph names.
impl<Name: AsRef<str> + ?Sized> Index<&Name> for QuantisedWeights {
    type Output = Stored;

    fn index(&self, name: &Name) -> &Stored {
        &self.0[name.as_ref()]
    }
}
