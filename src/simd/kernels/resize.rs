//! Resize, nearest and bilinear, as PyTorch's interpolate.

use wide::f32x4;

use super::{Activate, Band, Map};
use crate::graph::Interpolation;
use crate::simd::taps::{Taps, mix};

/// `height` is that of the whole output.
pub fn run(
    mode: Interpolation,
    align_corners: bool,
    x: Map<'_>,
    height: usize,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
) {
    let taps = |at: usize, length: usize, out: usize| match mode {
        Interpolation::Nearest => Taps { low: at * length / out, high: at * length / out, t: 0.0 },
        Interpolation::Bilinear => bilinear(at, length, out, align_corners),
    };
    let columns: Vec<Taps> = (0..band.width).map(|column| taps(column, x.width, band.width)).collect();
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let input = x.plane(plane);
        for (row, out) in out.chunks_mut(band.width).enumerate() {
            let rows = taps(band.first_row + row, x.height, height);
            let top = &input[rows.low * x.width..][..x.width];
            let bottom = &input[rows.high * x.width..][..x.width];
            let down = f32x4::splat(rows.t);
            for (out, at) in out.iter_mut().zip(&columns) {
                *out = mix(at.of(top), at.of(bottom), down);
            }
        }
        activate.apply(out, plane);
    }
}

fn bilinear(at: usize, length: usize, out: usize, align_corners: bool) -> Taps {
    let position = if align_corners {
        at as f32 * (length - 1) as f32 / (out - 1).max(1) as f32
    } else {
        (at as f32 + 0.5) * length as f32 / out as f32 - 0.5
    };
    Taps::at(position, length)
}
