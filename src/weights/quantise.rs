//! Post-training quantisation of weights: symmetric, one scale per output channel, no calibration data
//! (Jacob et al. 2018, arXiv 1712.05877, section 2; per channel: Krishnamoorthi 2018, arXiv 1806.08342, section 3).
//!
//! Only convolution kernels are quantised: they are nearly all of a file, and biases, slopes and affine terms act on
//! whole channels. Numbers are rounded to the nearest step, halves to the even one, as `torch.round` does.

use half::f16;

use super::stored::{Precision, QuantisedWeights, Stored, per_channel};
use super::tensors::KERNEL_RANK;
use crate::graph::{Tensor, Weights};

/// Int8 uses -127 to 127: leaving out -128 keeps the range symmetric, so that negating a filter is exact.
const INT8_MAX: f32 = 127.0;
/// With 16 steps the one below -7 is worth its asymmetry.
const INT4_RANGE: (f32, f32) = (-8.0, 7.0);
/// Scales tried for an int4 channel, as fractions of the one that clips nothing.
const INT4_CANDIDATES: usize = 64;

/// Quantises the kernels among `weights` to `precision`; the rest stays f32. All numbers must be finite.
pub fn quantise(weights: &Weights, precision: Precision) -> QuantisedWeights {
    let store = |tensor: &Tensor| match precision {
        _ if tensor.shape.len() != KERNEL_RANK => Stored::F32(tensor.clone()),
        Precision::F32 => Stored::F32(tensor.clone()),
        Precision::F16 => to_f16(tensor),
        Precision::Int8 => to_int8(tensor),
        Precision::Int4 => to_int4(tensor),
    };
    QuantisedWeights(weights.iter().map(|(name, tensor)| (name.clone(), store(tensor))).collect())
}

fn to_f16(tensor: &Tensor) -> Stored {
    let largest = f16::MAX.to_f32();
    let values = tensor.data.iter().map(|v| f16::from_f32(v.clamp(-largest, largest))).collect();
    Stored::F16 { shape: tensor.shape.clone(), values }
}

fn to_int8(tensor: &Tensor) -> Stored {
    let mut values = Vec::with_capacity(tensor.data.len());
    let mut scale = Vec::with_capacity(tensor.shape[0]);
    for channel in tensor.data.chunks(per_channel(&tensor.shape)) {
        let s = usable(largest(channel) / INT8_MAX);
        values.extend(channel.iter().map(|v| step(*v, s, (-INT8_MAX, INT8_MAX))));
        scale.push(s);
    }
    Stored::Int8 { shape: tensor.shape.clone(), values, scale }
}

fn to_int4(tensor: &Tensor) -> Stored {
    let mut packed = Vec::with_capacity(tensor.data.len() / 2);
    let mut scale = Vec::with_capacity(tensor.shape[0]);
    for channel in tensor.data.chunks(per_channel(&tensor.shape)) {
        let s = int4_scale(channel);
        packed.extend(channel.chunks(2).map(|pair| {
            let half = |v: &f32| step(*v, s, INT4_RANGE) as u8 & 0x0f;
            half(&pair[0]) | pair.get(1).map_or(0, half) << 4
        }));
        scale.push(s);
    }
    Stored::Int4 { shape: tensor.shape.clone(), packed, scale }
}

/// The scale with the least squared error: with 16 steps, clipping the few largest numbers lets all others be finer.
fn int4_scale(channel: &[f32]) -> f32 {
    let unclipped = usable(largest(channel) / INT4_RANGE.1);
    let candidates = (INT4_CANDIDATES / 4..=INT4_CANDIDATES).map(|i| i as f32 / INT4_CANDIDATES as f32 * unclipped);
    let error = |s: f32| -> f64 {
        channel.iter().map(|&v| f64::from(v - f32::from(step(v, s, INT4_RANGE)) * s).powi(2)).sum()
    };
    let best = candidates.map(|s| (s, error(s))).min_by(|a, b| a.1.total_cmp(&b.1));
    best.map_or(unclipped, |(s, _)| s)
}

fn largest(channel: &[f32]) -> f32 {
    channel.iter().fold(0.0, |max, v| v.abs().max(max))
}

/// A channel of zeros, or of numbers too small to scale, becomes zeros at scale 1.
fn usable(scale: f32) -> f32 {
    if scale.is_normal() { scale } else { 1.0 }
}

fn step(v: f32, scale: f32, (min, max): (f32, f32)) -> i8 {
    (v / scale).round_ties_even().clamp(min, max) as i8
}

/// How far quantised numbers are from the exact ones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct QuantisationError {
    /// Largest absolute difference.
    pub max_abs: f32,
    squared_difference: f64,
    squared: f64,
}

impl QuantisationError {
    /// Root mean square of the differences over that of the numbers.
    pub fn relative_rms(&self) -> f64 {
        if self.squared > 0.0 { (self.squared_difference / self.squared).sqrt() } else { 0.0 }
    }

    /// The error of both taken together.
    pub fn and(self, other: Self) -> Self {
        Self {
            max_abs: self.max_abs.max(other.max_abs),
            squared_difference: self.squared_difference + other.squared_difference,
            squared: self.squared + other.squared,
        }
    }
}

/// The error of `quantised` against `exact`, which must have as many numbers.
pub fn error(exact: &Tensor, quantised: &Stored) -> QuantisationError {
    let quantised = quantised.dequantise();
    assert_eq!(exact.shape, quantised.shape, "a quantised tensor keeps its shape");
    let pairs = exact.data.iter().zip(&quantised.data);
    pairs.fold(QuantisationError::default(), |error, (&a, &b)| {
        let difference = (a - b).abs();
        error.and(QuantisationError {
            max_abs: difference,
            squared_difference: f64::from(difference).powi(2),
            squared: f64::from(a).powi(2),
        })
    })
}
