//! Max and average pooling over a window; the average counts the padding.

use std::ops::Range;

use wide::f32x4;

use super::{Activate, Band, Map};
use crate::graph::Window;

pub fn max(window: &Window, x: Map<'_>, activate: &Activate<'_>, band: &mut Band<'_>) {
    each(window, x, activate, band, |rows, columns, input| {
        // The plan's padding is at most half a window, so the window holds at least one real value.
        let mut largest = input[rows.start * x.width + columns.start];
        for y in rows {
            for value in &input[y * x.width..][columns.clone()] {
                largest = largest.fast_max(*value);
            }
        }
        largest
    });
}

pub fn average(window: &Window, x: Map<'_>, activate: &Activate<'_>, band: &mut Band<'_>) {
    let share = f32x4::splat(1.0 / (window.kernel[0] * window.kernel[1]) as f32);
    each(window, x, activate, band, |rows, columns, input| {
        let mut sum = f32x4::ZERO;
        for y in rows {
            for value in &input[y * x.width..][columns.clone()] {
                sum += *value;
            }
        }
        sum * share
    });
}

fn each(
    window: &Window,
    x: Map<'_>,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
    reduce: impl Fn(Range<usize>, Range<usize>, &[f32x4]) -> f32x4,
) {
    let inside = |at: usize, axis: usize, length: usize| {
        let start = at * window.stride[axis];
        start.saturating_sub(window.padding[axis])
            ..(start + window.kernel[axis] - window.padding[axis]).min(length)
    };
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let input = x.plane(plane);
        for (row, out) in out.chunks_mut(band.width).enumerate() {
            let rows = inside(band.first_row + row, 0, x.height);
            for (column, out) in out.iter_mut().enumerate() {
                *out = reduce(rows.clone(), inside(column, 1, x.width), input);
            }
        }
        activate.apply(out, plane);
    }
}
