//! Convolution in many small groups: each output plane reads a few input planes that hardly any other reads, so there is
//! nothing to gather for all of them. Eight neighbouring pixels share each vector of weights.
//!
//! Where a group reads whole planes, each output channel multiplies these alone, four inputs at once, and adds up the four sums
//! at the end. Elsewhere an output plane reads the planes of all its groups, with weights of zero for what is not a channel's own.

use std::ops::Range;

use bytemuck::cast_slice;
use wide::f32x4;

use super::padded::{Padded, TILE};
use super::panel::Block;
use super::{Band, Conv, Map};
use crate::plan::InputPlanes;

/// Of a filter, below which adding up four sums costs more than it saves.
const LEAST_VECTORS: usize = 8;

pub fn run(job: &Conv<'_>, x: Map<'_>, in_channels: usize, band: &mut Band<'_>) {
    let read = InputPlanes::of(job.conv, in_channels);
    let depth = job.conv.kernel[0] * job.conv.kernel[1] * read.span;
    let blocks_of = |plane: usize| -> &[Block] { cast_slice(&job.kernel[plane * depth * 4..][..depth * 4]) };
    let vectors = job.conv.kernel[0] * job.conv.kernel[1] * read.group_inputs / 4;
    if read.group_inputs.is_multiple_of(4) && job.conv.stride[1] == 1 && vectors >= LEAST_VECTORS {
        by_plane(job, x, read, band, |plane| {
            let filters = [0, 1, 2, 3].map(|lane| Filter::new(job, read, blocks_of(plane), plane, lane));
            move |padded: &Padded, row, column| {
                let sums = filters.each_ref().map(|filter| filter.eight(job, padded, row, column));
                std::array::from_fn(|i| add_up(sums.map(|sums| sums[i])))
            }
        });
    } else {
        by_plane(job, x, read, band, |plane| {
            let blocks = blocks_of(plane);
            move |padded: &Padded, row, column| eight(job, blocks, padded, read.span, row, column)
        });
    }
}

/// `sums_of` a plane gives what sums eight pixels, from a row and column of the padded input on.
fn by_plane<Sums: Fn(&Padded, usize, usize) -> [f32x4; TILE]>(
    job: &Conv<'_>,
    x: Map<'_>,
    read: InputPlanes,
    band: &mut Band<'_>,
    sums_of: impl Fn(usize) -> Sums,
) {
    let mut padded = Padded::new(job, read.span, band);
    let (first_row, width) = (band.first_row, band.width);
    let mut row_of_sums = vec![[f32x4::ZERO; TILE]; width.div_ceil(TILE)];
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let sums = sums_of(plane);
        let first = read.first(plane);
        for (chunk, out) in out.chunks_mut(padded.rows_at_once * width).enumerate() {
            let top = first_row + chunk * padded.rows_at_once;
            padded.fill(job, x, first..first + read.span, top..top + out.len() / width);
            for (row, out) in out.chunks_mut(width).enumerate() {
                for (tile, eight) in row_of_sums.iter_mut().enumerate() {
                    *eight = sums(&padded, row, tile * TILE);
                }
                job.store(out, &row_of_sums.as_flattened()[..width], plane, (top + row) * width);
            }
        }
    }
}

/// One output channel's weights for the planes of its own group.
struct Filter {
    /// `[ky][plane][kx]`, a vector for four input channels.
    weights: Vec<f32x4>,
    /// Of the span that its output plane reads.
    planes: Range<usize>,
}

impl Filter {
    /// Of lane `lane` of an output plane, `blocks` being the plane's.
    fn new(job: &Conv<'_>, read: InputPlanes, blocks: &[Block], plane: usize, lane: usize) -> Self {
        // Lanes beyond the last channel have no weights, and belong to any group.
        let channel = (plane * 4 + lane).min(job.conv.out_channels - 1);
        let first = channel / read.group_outputs * read.group_inputs / 4 - read.first(plane);
        let planes = first..first + read.group_inputs / 4;
        let of_lane = |block: &Block| f32x4::from(block.map(|outputs| outputs.to_array()[lane]));
        let [height, width] = job.conv.kernel;
        let mut weights = Vec::with_capacity(height * width * planes.len());
        for ky in 0..height {
            for plane in planes.clone() {
                weights.extend((0..width).map(|kx| of_lane(&blocks[(ky * width + kx) * read.span + plane])));
            }
        }
        Self { weights, planes }
    }

    /// Four sums each for eight pixels from `column` on.
    #[inline(always)]
    fn eight(&self, job: &Conv<'_>, padded: &Padded, row: usize, column: usize) -> [f32x4; TILE] {
        let conv = job.conv;
        let mut sums = [f32x4::ZERO; TILE];
        let mut lines = self.weights.chunks_exact(conv.kernel[1]);
        for ky in 0..conv.kernel[0] {
            for (plane, weights) in self.planes.clone().zip(&mut lines) {
                let line = padded.line(job, plane, row, ky, column);
                for (kx, weight) in weights.iter().enumerate() {
                    let values = &line[kx * conv.dilation[1]..][..TILE];
                    for (sum, value) in sums.iter_mut().zip(values) {
                        *sum += *weight * *value;
                    }
                }
            }
        }
        sums
    }
}

/// The sum of each of four vectors.
#[inline(always)]
fn add_up(sums: Block) -> f32x4 {
    let [a, b, c, d] = f32x4::transpose(sums);
    (a + b) + (c + d)
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
