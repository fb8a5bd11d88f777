//! Resize, nearest and bilinear, as PyTorch's interpolate.

use wide::f32x4;

use super::{Activate, Band, Map};
use crate::graph::Interpolation;

/// Two neighbours and how much of the second.
#[derive(Clone, Copy)]
struct Taps {
    low: usize,
    high: usize,
    t: f32,
}

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
                let along = f32x4::splat(at.t);
                let upper = mix(top[at.low], top[at.high], along);
                let lower = mix(bottom[at.low], bottom[at.high], along);
                *out = mix(upper, lower, down);
            }
        }
        activate.apply(out, plane);
    }
}

#[inline(always)]
fn mix(a: f32x4, b: f32x4, t: f32x4) -> f32x4 {
    a + (b - a) * t
}

fn bilinear(at: usize, length: usize, out: usize, align_corners: bool) -> Taps {
    let last = (length - 1) as f32;
    let position = if align_corners {
        at as f32 * last / (out - 1).max(1) as f32
    } else {
        (at as f32 + 0.5) * length as f32 / out as f32 - 0.5
    };
    let position = position.clamp(0.0, last);
    let low = position as usize;
    Taps { low, high: (low + 1).min(length - 1), t: position - low as f32 }
}
