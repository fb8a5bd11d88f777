//! Pointwise and dense convolution as a matrix product: a panel of the input under four pixels' windows times the weights.
//!
//! Gathering the panel costs one copy a value and is amortised over all output channels; stride, dilation and padding are
//! its business alone. One pass of the inner loop multiplies a 4x4 block of weights for each of two output planes with
//! four pixels: eight accumulators, two weights and a broadcast value fit the sixteen registers of SSE and of V8.

use bytemuck::{cast_slice, cast_slice_mut};
use wide::f32x4;

use super::{Band, Conv, Map};
use crate::plan::planes;

/// Pixels under one pass of the inner loop.
const TILE: usize = 4;
/// Panels of several tiles are made at once, so that weights are read from the first-level cache; this many bytes of them.
const PANEL_BYTES: usize = 16 << 10;

/// Four vectors: the weights of four input channels for four output channels each, or four pixels of four channels.
type Block = [f32x4; 4];

pub fn run(job: &Conv<'_>, x: Map<'_>, in_channels: usize, band: &mut Band<'_>) {
    let conv = job.conv;
    let in_planes = planes(in_channels / conv.groups);
    let out_planes = planes(conv.out_channels / conv.groups);
    let depth = conv.kernel[0] * conv.kernel[1] * in_planes;
    let weights: &[Block] = cast_slice(&job.kernel[..planes(conv.out_channels) * depth * 4]);
    let tiles_at_once = (PANEL_BYTES / (depth * size_of::<Block>())).clamp(1, 16);
    let mut panel: Vec<Block> = vec![[f32x4::ZERO; 4]; tiles_at_once * depth];

    let count = band.rows() * band.width;
    for start in (0..count).step_by(TILE * tiles_at_once) {
        let pixels = count.min(start + TILE * tiles_at_once) - start;
        let tiles = pixels.div_ceil(TILE);
        for group in 0..conv.groups {
            let first = group * in_planes;
            let input = Map { data: &x.data[first * x.pixels()..(first + in_planes) * x.pixels()], ..x };
            for (tile, panel) in panel.chunks_mut(depth).enumerate().take(tiles) {
                let at = start + tile * TILE;
                gather(job, input, band, at..count.min(at + TILE), panel);
            }
            let mut plane = group * out_planes;
            let end = plane + out_planes;
            while plane < end {
                let kernel = &weights[plane * depth..];
                let step = if plane + 1 < end { 2 } else { 1 };
                for (tile, panel) in panel.chunks(depth).enumerate().take(tiles) {
                    let at = start + tile * TILE;
                    let width = TILE.min(count - at);
                    if step == 2 {
                        let sums = multiply(panel, [&kernel[..depth], &kernel[depth..2 * depth]]);
                        store(job, band, plane, at, &sums[0][..width]);
                        store(job, band, plane + 1, at, &sums[1][..width]);
                    } else {
                        let [sums] = multiply(panel, [&kernel[..depth]]);
                        store(job, band, plane, at, &sums[..width]);
                    }
                }
                plane += step;
            }
        }
    }
}

/// Sums of products of a panel with `P` output planes' weights, for four pixels.
#[inline(always)]
fn multiply<const P: usize>(panel: &[Block], weights: [&[Block]; P]) -> [Block; P] {
    let mut sums = [[f32x4::ZERO; 4]; P];
    let pixels: &[[[f32; 4]; 4]] = cast_slice(panel);
    let weights = weights.map(|weights| &weights[..pixels.len()]);
    for (k, pixel) in pixels.iter().enumerate() {
        for lane in 0..4 {
            let kernels = weights.map(|weights| weights[k][lane]);
            for at in 0..4 {
                let value = f32x4::splat(pixel[at][lane]);
                for p in 0..P {
                    sums[p][at] += kernels[p] * value;
                }
            }
        }
    }
    sums
}

fn store(job: &Conv<'_>, band: &mut Band<'_>, plane: usize, at: usize, sums: &[f32x4]) {
    let first = band.first_pixel() + at;
    for (i, (out, sum)) in band.planes[plane][at..].iter_mut().zip(sums).enumerate() {
        *out = job.finish(*sum, plane, first + i);
    }
}

/// The input under the windows of up to four pixels of the band: `[tap][in plane]`, zero in the padding.
fn gather(job: &Conv<'_>, x: Map<'_>, band: &Band<'_>, pixels: std::ops::Range<usize>, panel: &mut [Block]) {
    let conv = job.conv;
    let size = x.pixels();
    if conv.kernel == [1, 1] && conv.stride == [1, 1] && conv.padding == [0, 0] {
        let first = band.first_pixel() + pixels.start;
        for (block, plane) in panel.iter_mut().zip(x.data.chunks(size)) {
            block[..pixels.len()].copy_from_slice(&plane[first..first + pixels.len()]);
        }
        return;
    }
    let in_planes = x.data.len() / size;
    let panel: &mut [[f32x4; 4]] = cast_slice_mut(panel);
    for (lane, pixel) in pixels.enumerate() {
        let (row, column) = (band.first_row + pixel / band.width, pixel % band.width);
        for (tap, blocks) in panel.chunks_mut(in_planes).enumerate() {
            let (ky, kx) = (tap / conv.kernel[1], tap % conv.kernel[1]);
            // Wraps below zero, and then lies outside too.
            let y = (row * conv.stride[0] + ky * conv.dilation[0]).wrapping_sub(conv.padding[0]);
            let x_at = (column * conv.stride[1] + kx * conv.dilation[1]).wrapping_sub(conv.padding[1]);
            if y < x.height && x_at < x.width {
                let at = y * x.width + x_at;
                for (block, plane) in blocks.iter_mut().zip(x.data.chunks(size)) {
                    block[lane] = plane[at];
                }
            } else {
                blocks.iter_mut().for_each(|block| block[lane] = f32x4::ZERO);
            }
        }
    }
}
