//! Gathers the input of a matrix product: what lies under the windows of four neighbouring pixels.

use std::ops::Range;

use wide::f32x4;

use super::{Band, Conv, Map};

/// Pixels in a panel.
pub const TILE: usize = 4;

/// Four vectors: the weights of four input channels for four output channels each, or four pixels of four channels.
pub type Block = [f32x4; 4];

/// The input under the windows of up to four pixels of the band: `[tap][in plane]`, zero in the padding.
pub fn gather(job: &Conv<'_>, x: Map<'_>, band: &Band<'_>, pixels: Range<usize>, panel: &mut [Block]) {
    let conv = job.conv;
    let size = x.pixels();
    if conv.kernel == [1, 1] && conv.stride == [1, 1] && conv.padding == [0, 0] {
        let first = band.first_pixel() + pixels.start;
        for (block, plane) in panel.iter_mut().zip(x.data.chunks(size)) {
            block[..pixels.len()].copy_from_slice(&plane[first..first + pixels.len()]);
        }
        if let Some(multiplier) = job.multiplier {
            for (block, multiplier) in panel.iter_mut().zip(multiplier) {
                block.iter_mut().for_each(|value| *value *= *multiplier);
            }
        }
        return;
    }
    let in_planes = x.data.len() / size;
    let (row, column) = (band.first_row + pixels.start / band.width, pixels.start % band.width);
    let is_row = column + TILE <= band.width && conv.stride[1] == 1;
    for (tap, blocks) in panel.chunks_mut(in_planes).enumerate() {
        // Wraps below zero, and then lies outside too.
        let input_at = |row: usize, column: usize| {
            let (ky, kx) = (tap / conv.kernel[1], tap % conv.kernel[1]);
            let y = (row * conv.stride[0] + ky * conv.dilation[0]).wrapping_sub(conv.padding[0]);
            let x = (column * conv.stride[1] + kx * conv.dilation[1]).wrapping_sub(conv.padding[1]);
            [y, x]
        };
        let [y, left] = input_at(row, column);
        if is_row && y < x.height && left < x.width && left + TILE <= x.width {
            let at = y * x.width + left;
            for (block, plane) in blocks.iter_mut().zip(x.data.chunks(size)) {
                block.copy_from_slice(&plane[at..at + TILE]);
            }
            continue;
        }
        for (lane, pixel) in pixels.clone().enumerate() {
            let [y, left] = input_at(band.first_row + pixel / band.width, pixel % band.width);
            let at = (y < x.height && left < x.width).then(|| y * x.width + left);
            for (block, plane) in blocks.iter_mut().zip(x.data.chunks(size)) {
                block[lane] = at.map_or(f32x4::ZERO, |at| plane[at]);
            }
        }
    }
}
