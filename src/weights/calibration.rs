//! How large the inputs of convolutions get on real pictures: what an executor that rounds them to int8 needs to know.
//!
//! One range for a whole tensor, chosen for the least squared error (Nagel, Fournarakis, Amjad, Bondarenko, van Baalen and
//! Blankevoort 2021, A White Paper on Neural Network Quantization, arXiv 2106.08295, section 3.1, "MSE"). Steps are signed
//! and symmetric as those of the weights, after a ReLU too: half of them are idle there, and no offset has to be
//! carried through a sum of products.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::container::invalid;
use super::reference_numbers::ReferenceNumbers;
use crate::error::Result;
use crate::graph::{Graph, Op};

/// Steps on each side of zero: -128 stays unused.
const LAST_STEP: f64 = 127.0;
/// At least half of the bins lie below the largest number, eight or more to a step if nothing is clipped.
const BINS: usize = 4096;
/// Their steps and their inverses are numbers too.
const REASONABLE: RangeInclusive<f32> = 1e-30..=1e30;
/// Ranges tried: these fractions of the largest magnitude.
const CANDIDATES: usize = 512;

/// For each convolution, the range of its input that int8 represents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The pictures, for a person: `people_ccp, train`.
    pub data: String,
    /// How many there were.
    pub pictures: usize,
    /// By node of the inference graph: at convolutions, the magnitude of `inputs[0]` at which rounding to steps of a 127th of
    /// it begins to clip. Nothing at depthwise convolutions and all other nodes.
    pub ranges: Vec<Option<f32>>,
    /// What the layers answer to the test picture with inputs rounded so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ReferenceNumbers>,
}

impl Calibration {
    /// Errors: `model-invalid` if the ranges cannot belong to `graph`.
    pub fn check(&self, graph: &Graph) -> Result<()> {
        if self.ranges.len() != graph.nodes.len() {
            return Err(invalid(format!(
                "the calibration has ranges for {} nodes and the graph has {}; calibrate the model again",
                self.ranges.len(),
                graph.nodes.len()
            )));
        }
        if let Some(reference) = &self.reference {
            reference.check(graph.nodes.len())?;
        }
        for (node, range) in graph.nodes.iter().zip(&self.ranges) {
            let Some(range) = *range else { continue };
            if !matches!(node.op, Op::Conv2d(_)) || !REASONABLE.contains(&range) {
                return Err(invalid(format!(
                    "the calibration gives \"{}\" a range of {range}; only convolutions have one, above zero; calibrate the model again",
                    node.name
                )));
            }
        }
        Ok(())
    }
}

/// The magnitudes of many numbers, counted in bins of equal width. Numbers may come in any order.
#[derive(Clone, Debug)]
pub struct Magnitudes {
    /// Zeros are left out: they are exact at any range.
    bins: Vec<u64>,
    /// A power of two above every number, so that growing joins whole bins.
    extent: f64,
    largest: f32,
}

impl Default for Magnitudes {
    fn default() -> Self {
        Self { bins: vec![0; BINS], extent: f64::from(f32::MIN_POSITIVE), largest: 0.0 }
    }
}

impl Magnitudes {
    /// Counts `values`; what is not finite is left out.
    pub fn add(&mut self, values: &[f32]) {
        let magnitudes = values.iter().map(|value| value.abs());
        for value in magnitudes.filter(|value| *value > 0.0 && value.is_finite()) {
            while f64::from(value) >= self.extent {
                self.double_extent();
            }
            let bin = f64::from(value) / self.bin_width();
            self.bins[bin as usize] += 1;
            self.largest = self.largest.max(value);
        }
    }

    fn double_extent(&mut self) {
        self.extent *= 2.0;
        self.bins = self.bins.chunks(2).map(|pair| pair.iter().sum()).collect();
        self.bins.resize(BINS, 0);
    }

    fn bin_width(&self) -> f64 {
        self.extent / BINS as f64
    }

    /// Of the numbers added, zeros left out.
    pub fn count(&self) -> u64 {
        self.bins.iter().sum()
    }

    pub fn largest(&self) -> f32 {
        self.largest
    }

    /// The range with the least squared error, to four significant digits: 1 if all numbers were zero.
    pub fn range(&self) -> f32 {
        let candidate = |i| f64::from(self.largest) * i as f64 / CANDIDATES as f64;
        let scored = (1..=CANDIDATES).map(|i| (self.squared_error(candidate(i)), candidate(i)));
        let best = scored.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, range)| range);
        let rounded: f32 = format!("{best:.3e}").parse().expect("a number that was just written");
        if REASONABLE.contains(&rounded) { rounded } else { 1.0 }
    }

    /// The sum of squared differences between the numbers and their steps, if `range` is the last one. Numbers in a bin
    /// are taken to lie evenly, which gives the same error for bins wider than a step and narrower ones.
    pub fn squared_error(&self, range: f64) -> f64 {
        let step = range / LAST_STEP;
        // In steps, the integral of the squared error from zero: a twelfth for each whole step passed, and the cube of
        // what is missing to the nearest one, which is the last one from there on.
        let integral = |value: f64| {
            let passed = value.round().min(LAST_STEP);
            passed / 12.0 + (value - passed).powi(3) / 3.0
        };
        let width = self.bin_width() / step;
        let mut start = integral(0.0);
        let mut sum = 0.0;
        for (i, count) in self.bins.iter().enumerate() {
            let end = integral((i + 1) as f64 * width);
            sum += *count as f64 * (end - start) / width;
            start = end;
        }
        sum * step * step
    }

    /// Root mean square of the differences over that of the numbers.
    pub fn relative_error(&self, range: f32) -> f64 {
        // With steps this coarse every number becomes zero, so that the error is the number itself.
        let squared = self.squared_error(4.0 * LAST_STEP * self.extent);
        if squared > 0.0 { (self.squared_error(f64::from(range)) / squared).sqrt() } else { 0.0 }
    }

    /// How many numbers lie beyond the last step by more than half a step.
    pub fn clipped(&self, range: f32) -> u64 {
        let first = f64::from(range) * (1.0 + 0.5 / LAST_STEP) / self.bin_width();
        self.bins.iter().skip(first.ceil() as usize).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn magnitudes(values: impl IntoIterator<Item = f32>) -> Magnitudes {
        let mut magnitudes = Magnitudes::default();
        magnitudes.add(&values.into_iter().collect::<Vec<_>>());
        magnitudes
    }

    fn uniform(count: usize) -> impl Iterator<Item = f32> {
        (0..count).map(move |i| (2.0 * i as f32 + 1.0) / count as f32 - 1.0)
    }

    /// Variance 1: sums of twelve uniform numbers.
    fn gaussian(count: usize) -> impl Iterator<Item = f32> {
        let mut state = 1u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1 << 24) as f32
        };
        (0..count).map(move |_| (0..12).map(|_| random()).sum::<f32>() - 6.0)
    }

    /// The squared error of rounding `values` one by one.
    fn error(values: &[f32], range: f32) -> f64 {
        let step = f64::from(range) / LAST_STEP;
        let of = |x: f64| (x - (x / step).round().clamp(-LAST_STEP, LAST_STEP) * step).powi(2);
        values.iter().map(|&x| of(f64::from(x))).sum()
    }

    #[test]
    fn a_uniform_distribution_is_kept_whole() {
        for end in [0.001, 1.0, 700.0] {
            let range = magnitudes(uniform(100_000).map(|x| x * end)).range();
            assert!((range / end - 1.0).abs() < 0.01, "{range} for numbers up to {end}");
        }
    }

    /// Among a million numbers; among a few thousand, clipping it would cost more than finer steps gain.
    #[test]
    fn one_outlier_changes_nothing() {
        let without = magnitudes(gaussian(1_000_000));
        let mut with = without.clone();
        with.add(&[-10.0]);
        let (without, range) = (without.range(), with.range());
        assert!((3.5..4.5).contains(&without), "{without} standard deviations");
        assert!((range / without - 1.0).abs() < 0.05, "{range} with an outlier, {without} without");
        assert_eq!(with.clipped(9.0), 1);
    }

    #[test]
    fn zeros_have_a_range_that_does_no_harm() {
        for values in [vec![], vec![0.0; 100], vec![f32::MIN_POSITIVE; 100], vec![1e-31; 9]] {
            let range = magnitudes(values.clone()).range();
            assert!(REASONABLE.contains(&range), "{range} for {values:?}");
        }
    }

    #[test]
    fn the_error_is_that_of_rounding_one_by_one() {
        let values: Vec<f32> = gaussian(100_000).map(|x| x.max(0.0) * 3.0).collect();
        let magnitudes = magnitudes(values.iter().copied());
        for range in [0.1f32, 2.0, 6.0, 11.0, 20.0] {
            let (ours, exact) = (magnitudes.squared_error(f64::from(range)), error(&values, range));
            assert!((ours / exact - 1.0).abs() < 0.02, "range {range}: {ours} for {exact}");
        }
        let best = error(&values, magnitudes.range());
        for factor in [0.9, 0.95, 1.05, 1.1] {
            assert!(best < error(&values, magnitudes.range() * factor), "{factor} of the range is better");
        }
    }

    #[test]
    fn any_order_gives_the_same_range() {
        let mut values: Vec<f32> = gaussian(10_000).collect();
        let forwards = magnitudes(values.iter().copied());
        values.sort_by(f32::total_cmp);
        let sorted = magnitudes(values);
        assert_eq!(
            (forwards.bins, forwards.extent, forwards.largest),
            (sorted.bins, sorted.extent, sorted.largest)
        );
    }
}
