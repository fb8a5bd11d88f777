//! Depthwise convolution: one filter a channel. Four neighbouring pixels share each weight; columns whose window leaves the
//! picture are done one by one.

use wide::f32x4;

use super::{Band, Conv, Map};

const TILE: usize = 4;

pub fn run(job: &Conv<'_>, x: Map<'_>, band: &mut Band<'_>) {
    match job.conv.stride[1] {
        1 => rows::<1>(job, x, band),
        2 => rows::<2>(job, x, band),
        _ => rows::<0>(job, x, band),
    }
}

/// `STRIDE` is the horizontal stride, or 0 for any: every pixel is then done one by one.
fn rows<const STRIDE: usize>(job: &Conv<'_>, x: Map<'_>, band: &mut Band<'_>) {
    let conv = job.conv;
    let taps = conv.kernel[0] * conv.kernel[1];
    let inner = if STRIDE == 0 { 0..0 } else { inner_columns(job, x, band.width) };
    let (first_row, width) = (band.first_row, band.width);
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let kernel = &job.kernel[plane * taps.next_multiple_of(4)..][..taps];
        let input = x.plane(plane);
        for (row, out) in out.chunks_mut(width).enumerate() {
            let row = first_row + row;
            let mut column = 0;
            while column < width {
                let pixel = row * width + column;
                if inner.contains(&column) && column + TILE <= inner.end {
                    let sums = four::<STRIDE>(job, kernel, x, input, row, column);
                    for (i, sum) in sums.into_iter().enumerate() {
                        out[column + i] = job.finish(sum, plane, pixel + i);
                    }
                    column += TILE;
                } else {
                    out[column] = job.finish(one(job, kernel, x, input, row, column), plane, pixel);
                    column += 1;
                }
            }
        }
    }
}

/// Columns of the output whose windows lie inside the input's width.
fn inner_columns(job: &Conv<'_>, x: Map<'_>, out_width: usize) -> std::ops::Range<usize> {
    let conv = job.conv;
    let reach = (conv.kernel[1] - 1) * conv.dilation[1];
    let start = conv.padding[1].div_ceil(conv.stride[1]);
    let end = match (x.width + conv.padding[1]).checked_sub(reach + 1) {
        Some(last) => (last / conv.stride[1] + 1).min(out_width),
        None => 0,
    };
    start.min(end)..end
}

/// Row of the input under tap row `ky`, if it is not padding.
#[inline(always)]
fn input_row<'a>(
    job: &Conv<'_>,
    x: Map<'_>,
    input: &'a [f32x4],
    row: usize,
    ky: usize,
) -> Option<&'a [f32x4]> {
    let conv = job.conv;
    let y = (row * conv.stride[0] + ky * conv.dilation[0]).checked_sub(conv.padding[0])?;
    (y < x.height).then(|| &input[y * x.width..][..x.width])
}

#[inline(always)]
fn four<const STRIDE: usize>(
    job: &Conv<'_>,
    kernel: &[f32x4],
    x: Map<'_>,
    input: &[f32x4],
    row: usize,
    column: usize,
) -> [f32x4; TILE] {
    let conv = job.conv;
    let mut sums = [f32x4::ZERO; TILE];
    let left = column * STRIDE - conv.padding[1];
    for (ky, weights) in kernel.chunks(conv.kernel[1]).enumerate() {
        let Some(line) = input_row(job, x, input, row, ky) else { continue };
        for (kx, weight) in weights.iter().enumerate() {
            let values = &line[left + kx * conv.dilation[1]..][..(TILE - 1) * STRIDE + 1];
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum += *weight * values[i * STRIDE];
            }
        }
    }
    sums
}

fn one(job: &Conv<'_>, kernel: &[f32x4], x: Map<'_>, input: &[f32x4], row: usize, column: usize) -> f32x4 {
    let conv = job.conv;
    let mut sum = f32x4::ZERO;
    for (ky, weights) in kernel.chunks(conv.kernel[1]).enumerate() {
        let Some(line) = input_row(job, x, input, row, ky) else { continue };
        for (kx, weight) in weights.iter().enumerate() {
            let at = (column * conv.stride[1] + kx * conv.dilation[1]).wrapping_sub(conv.padding[1]);
            if let Some(value) = line.get(at) {
                sum += *weight * *value;
            }
        }
    }
    sum
}
