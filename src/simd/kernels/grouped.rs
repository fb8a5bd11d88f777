//! Convolution in many small groups: each output plane reads a few input planes that hardly any other reads, so there is
//! nothing to gather for all of them. Eight neighbouring pixels share each block of weights.

use bytemuck::cast_slice;
use wide::f32x4;

use super::padded::{Padded, TILE};
use super::panel::Block;
use super::{Band, Conv, Map};
use crate::plan::InputPlanes;

pub fn run(job: &Conv<'_>, x: Map<'_>, in_channels: usize, band: &mut Band<'_>) {
    let read = InputPlanes::of(job.conv, in_channels);
    let depth = job.conv.kernel[0] * job.conv.kernel[1] * read.span;
    let mut padded = Padded::new(job, read.span, band);
    let (first_row, width) = (band.first_row, band.width);
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let blocks: &[Block] = cast_slice(&job.kernel[plane * depth * 4..][..depth * 4]);
        let first = read.first(plane);
        for (chunk, out) in out.chunks_mut(padded.rows_at_once * width).enumerate() {
            let top = first_row + chunk * padded.rows_at_once;
            padded.fill(job, x, first..first + read.span, top..top + out.len() / width);
            for (row, out) in out.chunks_mut(width).enumerate() {
                for (tile, out) in out.chunks_mut(TILE).enumerate() {
                    let sums = eight(job, blocks, &padded, read.span, row, tile * TILE);
                    let pixel = (top + row) * width + tile * TILE;
                    job.store(out, &sums, plane, pixel);
                }
            }
        }
    }
}

/// Sums for eight pixels from `column` on.
#[inline(always)]
fn eight(
    job: &Conv<'_>,
    blocks: &[Block],
    padded: &Padded,
    span: usize,
    row: usize,
    column: usize,
) -> [f32x4; TILE] {
    let conv = job.conv;
    let stride = conv.stride[1];
    let mut sums = [f32x4::ZERO; TILE];
    for (tap, blocks) in blocks.chunks(span).enumerate() {
        let (ky, kx) = (tap / conv.kernel[1], tap % conv.kernel[1]);
        for (plane, block) in blocks.iter().enumerate() {
            let line = &padded.line(job, plane, row, ky, column)[kx * conv.dilation[1]..];
            let pixels: &[[f32; 4]] = cast_slice(&line[..(TILE - 1) * stride + 1]);
            for (lane, kernel) in block.iter().enumerate() {
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum += *kernel * f32x4::splat(pixels[i * stride][lane]);
                }
            }
        }
    }
    sums
}
