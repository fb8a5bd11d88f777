//! Post-training quantisation of weights: symmetric, one scale per output channel, no calibration data
//! (Jacob et al. 2018, arXiv 1712.05877, section 2; per channel: Krishnamoorthi 2018, arXiv 1806.08342, section 3).
//!
//! Only convolution kernels are quantised: they are nearly all of a file, and biases, slopes and affine terms act on
//! whole channels. How numbers are rounded to steps: `rounding.rs` beside this file.

use std::ops::RangeInclusive;

use half::f16;

use super::rounding::round_channel;
use super::stored::{Precision, QuantisedWeights, Stored, per_channel};
use super::tensors::KERNEL_RANK;
use crate::graph::{Tensor, Weights};

/// Without -128 the range is symmetric, so that negating a filter is exact.
const INT8_RANGE: RangeInclusive<i8> = -127..=127;
/// With 16 steps the one below -7 is worth its asymmetry.
const INT4_RANGE: RangeInclusive<i8> = -8..=7;
/// Scales tried for an int4 channel: these 64ths of the one that clips nothing.
const INT4_CANDIDATES: RangeInclusive<u8> = 16..=64;

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
        let s = unclipped_scale(channel, INT8_RANGE);
        values.extend(steps(channel, s, tensor, INT8_RANGE));
        scale.push(s);
    }
    Stored::Int8 { shape: tensor.shape.clone(), values, scale }
}

fn to_int4(tensor: &Tensor) -> Stored {
    let mut packed = Vec::with_capacity(tensor.data.len().div_ceil(2));
    let mut scale = Vec::with_capacity(tensor.shape[0]);
    for channel in tensor.data.chunks(per_channel(&tensor.shape)) {
        let s = int4_scale(channel);
        let nibbles = steps(channel, s, tensor, INT4_RANGE);
        packed.extend(nibbles.chunks(2).map(|pair| {
            let nibble = |step: &i8| *step as u8 & 0x0f;
            nibble(&pair[0]) | pair.get(1).map_or(0, nibble) << 4
        }));
        scale.push(s);
    }
    Stored::Int4 { shape: tensor.shape.clone(), packed, scale }
}

fn steps(channel: &[f32], scale: f32, tensor: &Tensor, range: RangeInclusive<i8>) -> Vec<i8> {
    let exact: Vec<f32> = channel.iter().map(|v| v / scale).collect();
    round_channel(&exact, tensor.shape[2] * tensor.shape[3], range)
}

/// The largest number becomes the last step. A channel of zeros, or of numbers too small to scale, becomes zeros at
/// scale 1.
fn unclipped_scale(channel: &[f32], range: RangeInclusive<i8>) -> f32 {
    let largest = channel.iter().fold(0.0f32, |max, v| v.abs().max(max));
    let scale = largest / f32::from(*range.end());
    if scale.is_normal() { scale } else { 1.0 }
}

/// The scale with the least squared error: with 16 steps, clipping the few largest numbers lets all others be finer.
fn int4_scale(channel: &[f32]) -> f32 {
    let unclipped = unclipped_scale(channel, INT4_RANGE);
    let range = f32::from(*INT4_RANGE.start())..=f32::from(*INT4_RANGE.end());
    let error = |s: f32| -> f64 {
        let rounded = |v: f32| (v / s).round_ties_even().clamp(*range.start(), *range.end()) * s;
        channel.iter().map(|&v| f64::from(v - rounded(v)).powi(2)).sum()
    };
    let candidates = INT4_CANDIDATES.map(|i| f32::from(i) / f32::from(*INT4_CANDIDATES.end()) * unclipped);
    let best = candidates.map(|s| (error(s), s)).min_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(unclipped, |(_, s)| s)
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
    /// Of `quantised` against `exact`, which must have the same shape.
    pub fn between(exact: &Tensor, quantised: &Tensor) -> Self {
        assert_eq!(exact.shape, quantised.shape, "a quantised tensor keeps its shape");
        let pairs = exact.data.iter().zip(&quantised.data);
        pairs.fold(Self::default(), |error, (&a, &b)| {
            let difference = (a - b).abs();
            error.and(Self {
                max_abs: difference,
                squared_difference: f64::from(difference).powi(2),
                squared: f64::from(a).powi(2),
            })
        })
    }

    /// The error of both taken together.
    pub fn and(self, other: Self) -> Self {
        Self {
            max_abs: self.max_abs.max(other.max_abs),
            squared_difference: self.squared_difference + other.squared_difference,
            squared: self.squared + other.squared,
        }
    }

    /// Root mean square of the differences over that of the exact numbers.
    pub fn relative_rms(&self) -> f64 {
        if self.squared > 0.0 { (self.squared_difference / self.squared).sqrt() } else { 0.0 }
    }
}
