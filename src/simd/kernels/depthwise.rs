//! Depthwise convolution, one filter a channel, and sums of several. Eight neighbouring pixels share each weight.

use wide::f32x4;

use super::padded::{Padded, TILE};
use super::{Band, Conv, Map};

/// `terms` as in [`crate::plan::ConvKernel::Depthwise`].
pub fn run(job: &Conv<'_>, x: Map<'_>, terms: usize, band: &mut Band<'_>) {
    match job.conv.stride[1] {
        1 => rows::<1>(job, x, terms, band),
        2 => rows::<2>(job, x, terms, band),
        _ => rows::<0>(job, x, terms, band),
    }
}

/// `STRIDE` is the horizontal stride, or 0 for any.
fn rows<const STRIDE: usize>(job: &Conv<'_>, x: Map<'_>, terms: usize, band: &mut Band<'_>) {
    let taps = job.conv.kernel[0] * job.conv.kernel[1];
    let out_planes = band.planes.len();
    let mut padded = Padded::new(job, terms, band);
    let (first_row, width) = (band.first_row, band.width);
    let mut row_of_sums = vec![[f32x4::ZERO; TILE]; width.div_ceil(TILE)];
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let kernel = &job.kernel[plane * (terms * taps).next_multiple_of(4)..][..terms * taps];
        for (chunk, out) in out.chunks_mut(padded.rows_at_once * width).enumerate() {
            let top = first_row + chunk * padded.rows_at_once;
            let inputs = (0..terms).map(|term| term * out_planes + plane);
            padded.fill(job, x, inputs, top..top + out.len() / width);
            for (row, out) in out.chunks_mut(width).enumerate() {
                for (tile, sums) in row_of_sums.iter_mut().enumerate() {
                    *sums = eight::<STRIDE>(job, kernel, &padded, row, tile * TILE);
                }
                job.store(out, &row_of_sums.as_flattened()[..width], plane, (top + row) * width);
            }
        }
    }
}

/// Sums for eight pixels from `column` on.
#[inline(always)]
fn eight<const STRIDE: usize>(
    job: &Conv<'_>,
    kernel: &[f32x4],
    padded: &Padded,
    row: usize,
    column: usize,
) -> [f32x4; TILE] {
    let conv = job.conv;
    let stride = if STRIDE == 0 { conv.stride[1] } else { STRIDE };
    let mut sums = [f32x4::ZERO; TILE];
    for (term, kernel) in kernel.chunks(conv.kernel[0] * conv.kernel[1]).enumerate() {
        for (ky, weights) in kernel.chunks(conv.kernel[1]).enumerate() {
            let line = padded.line(job, term, row, ky, column);
            for (kx, weight) in weights.iter().enumerate() {
                let values = &line[kx * conv.dilation[1]..][..(TILE - 1) * stride + 1];
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum += *weight * values[i * stride];
                }
            }
        }
    }
    sums
}
