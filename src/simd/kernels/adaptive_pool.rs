//! Adaptive average pooling: output i averages inputs floor(i * in / out) up to ceil((i + 1) * in / out).

use wide::f32x4;

use super::{Activate, Band, Map};

/// `height` is that of the whole output.
pub fn run(x: Map<'_>, height: usize, activate: &Activate<'_>, band: &mut Band<'_>) {
    let range = |at: usize, length: usize, out: usize| at * length / out..((at + 1) * length).div_ceil(out);
    let width = band.width;
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let input = x.plane(plane);
        for (row, out) in out.chunks_mut(width).enumerate() {
            let rows = range(band.first_row + row, x.height, height);
            for (column, out) in out.iter_mut().enumerate() {
                let columns = range(column, x.width, width);
                let mut sum = f32x4::ZERO;
                for y in rows.clone() {
                    // A sum per row first: one long sum in f32 would lose the last digits of a large map.
                    let line = &input[y * x.width..][columns.clone()];
                    sum += line.iter().fold(f32x4::ZERO, |sum, value| sum + *value);
                }
                let share = 1.0 / (rows.len() * columns.len()) as f32;
                *out = sum * f32x4::splat(share);
            }
        }
        activate.apply(out, plane);
    }
}
