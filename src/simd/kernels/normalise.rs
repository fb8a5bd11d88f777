//! y = (x - mean) / sqrt(variance + epsilon) * scale + shift, with mean and variance of sets of values.

use std::ops::Range;

use wide::f32x4;

use super::{Affine, Band, Lanes, Map};
use crate::plan::NormSets;

/// `x` has so many `channels`, as has the band.
pub fn run(
    sets: NormSets,
    epsilon: f32,
    affine: Affine<'_>,
    x: Map<'_>,
    channels: usize,
    band: &mut Band<'_>,
) {
    let own = band.first_pixel()..band.first_pixel() + band.planes[0].len();
    match sets {
        NormSets::Pixels => {
            let lanes = Lanes::of(0..channels);
            for pixel in own {
                let share = Share::of(x, &lanes, pixel..pixel + 1, epsilon);
                share.write(affine, x, &lanes, pixel..pixel + 1, band);
            }
        }
        NormSets::Groups(groups) => {
            let size = channels / groups;
            for group in 0..groups {
                let lanes = Lanes::of(group * size..(group + 1) * size);
                let share = Share::of(x, &lanes, 0..x.pixels(), epsilon);
                share.write(affine, x, &lanes, own.clone(), band);
            }
        }
    }
}

/// What brings a set to mean 0 and variance 1.
struct Share {
    mean: f32x4,
    factor: f32x4,
}

impl Share {
    fn of(x: Map<'_>, lanes: &Lanes, pixels: Range<usize>, epsilon: f32) -> Self {
        let mean = f32x4::splat(average(x, lanes, pixels.clone(), |value| value));
        let variance = average(x, lanes, pixels, |value| (value - mean) * (value - mean));
        Self { mean, factor: f32x4::splat(1.0 / (variance + epsilon).sqrt()) }
    }

    /// Writes those pixels of the set that are the band's.
    fn write(
        &self,
        [scale, shift]: Affine<'_>,
        x: Map<'_>,
        lanes: &Lanes,
        pixels: Range<usize>,
        band: &mut Band<'_>,
    ) {
        let first = band.first_pixel();
        for (plane, mask) in lanes.planes() {
            let values = &x.plane(plane)[pixels.clone()];
            let out = &mut band.planes[plane][pixels.start - first..pixels.end - first];
            for (out, value) in out.iter_mut().zip(values) {
                // Other lanes are of other groups.
                *out = mask.select((*value - self.mean) * self.factor * scale[plane] + shift[plane], *out);
            }
        }
    }
}

/// Of a function of the values of a set.
#[inline(always)]
fn average(x: Map<'_>, lanes: &Lanes, pixels: Range<usize>, function: impl Fn(f32x4) -> f32x4) -> f32 {
    let mut sum = f32x4::ZERO;
    for (plane, mask) in lanes.planes() {
        let values = x.plane(plane)[pixels.clone()].iter();
        sum += values.fold(f32x4::ZERO, |sum, value| sum + function(*value)) & mask;
    }
    sum.reduce_add() / (lanes.channels() * pixels.len()) as f32
}
