//! Transposed convolution: each output pixel adds up, tap by tap, the input pixels whose windows reach it.

use wide::f32x4;

use super::{Band, Conv, Map};
use crate::plan::InputPlanes;

pub fn run(job: &Conv<'_>, x: Map<'_>, in_channels: usize, band: &mut Band<'_>) {
    let conv = job.conv;
    let read = InputPlanes::of(conv, in_channels);
    let taps = conv.kernel[0] * conv.kernel[1];
    let (first_row, width) = (band.first_row, band.width);
    let mut sums = vec![f32x4::ZERO; width];
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let first = read.first(plane);
        for (row, out) in out.chunks_mut(width).enumerate() {
            let y = first_row + row;
            sums.fill(f32x4::ZERO);
            for ky in 0..conv.kernel[0] {
                let Some(in_y) = source(y, ky, conv.stride[0], conv.padding[0], x.height) else { continue };
                for kx in 0..conv.kernel[1] {
                    let block = (plane * taps + ky * conv.kernel[1] + kx) * read.span;
                    for (column, sum) in sums.iter_mut().enumerate() {
                        let Some(in_x) = source(column, kx, conv.stride[1], conv.padding[1], x.width) else {
                            continue;
                        };
                        for i in 0..read.span {
                            let value = x.plane(first + i)[in_y * x.width + in_x].to_array();
                            let weights = &job.kernel[(block + i) * 4..][..4];
                            for (weights, value) in weights.iter().zip(value) {
                                *sum += *weights * f32x4::splat(value);
                            }
                        }
                    }
                }
            }
            job.store(out, &sums, plane, y * width);
        }
    }
}

/// Where along an axis a tap finds its input for the output at `at`, if there is any.
fn source(at: usize, tap: usize, stride: usize, padding: usize, length: usize) -> Option<usize> {
    let reached = (at + padding).checked_sub(tap)?;
    (reached.is_multiple_of(stride) && reached / stride < length).then_some(reached / stride)
}
