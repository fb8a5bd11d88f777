//! Max and average pooling over a window, where the average counts the padding, and max pooling undone.

use std::ops::Range;

use wide::f32x4;

use super::{Activate, Band, Map};
use crate::plan::PoolWindow;

pub fn max(window: &PoolWindow, x: Map<'_>, activate: &Activate<'_>, band: &mut Band<'_>) {
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

pub fn average(window: &PoolWindow, x: Map<'_>, activate: &Activate<'_>, band: &mut Band<'_>) {
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

/// Puts each value of `x` where `pooled` has the first maximum of its window.
pub fn max_undone(
    window: &PoolWindow,
    x: Map<'_>,
    pooled: Map<'_>,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
) {
    let ([kh, kw], [sy, sx]) = (window.kernel, window.stride);
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let (input, values) = (pooled.plane(plane), x.plane(plane));
        for (row, out) in out.chunks_mut(band.width).enumerate() {
            let y = band.first_row + row;
            for (column, out) in out.iter_mut().enumerate() {
                *out = f32x4::ZERO;
                let (top, left) = (y / sy * sy, column / sx * sx);
                if y - top >= kh || column - left >= kw || y / sy >= x.height || column / sx >= x.width {
                    continue;
                }
                let here = y * pooled.width + column;
                let mut chosen = values[y / sy * x.width + column / sx];
                for other_y in top..(top + kh).min(pooled.height) {
                    for other_x in left..(left + kw).min(pooled.width) {
                        let at = other_y * pooled.width + other_x;
                        chosen &= match at < here {
                            true => input[here].simd_gt(input[at]),
                            false => input[here].simd_ge(input[at]),
                        };
                    }
                }
                *out = chosen;
            }
        }
        activate.apply(out, plane);
    }
}

fn each(
    window: &PoolWindow,
    x: Map<'_>,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
    reduce: impl Fn(Range<usize>, Range<usize>, &[f32x4]) -> f32x4,
) {
    let inside = |at: usize, axis: usize, length: usize| {
        let start = (at * window.stride[axis]) as isize - window.padding[axis];
        let end = (start + window.kernel[axis] as isize).clamp(0, length as isize) as usize;
        (start.max(0) as usize).min(end)..end
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
