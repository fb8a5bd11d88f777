//! A few rows at a time, copied with their padding, so that no window has an edge case; that is one copy for nine products of
//! a 3x3 kernel.

use std::ops::Range;

use wide::f32x4;

use super::{Band, Conv, Map};
use crate::graph::Conv2d;

/// Pixels of a row that a kernel does at once.
pub const TILE: usize = 8;
/// Of padded rows at once: what stays in the second-level cache.
const SCRATCH_BYTES: usize = 64 << 10;

/// What has to be copied of `planes` planes of the input for one row of an output.
pub fn bytes_of_row(conv: &Conv2d, planes: usize, out_width: usize) -> u64 {
    [reach(conv, 0) + 1, padded_width(conv, out_width), planes, size_of::<f32x4>()]
        .iter()
        .fold(1, |product: u64, factor| product.saturating_mul(*factor as u64))
}

/// Padded rows of some planes, as long as the windows of whole tiles reach.
pub struct Padded {
    values: Vec<f32x4>,
    width: usize,
    /// Rows of each plane.
    rows: usize,
    /// Rows of the output that are done at once.
    pub rows_at_once: usize,
}

impl Padded {
    /// For `planes` planes of the input at once.
    pub fn new(job: &Conv<'_>, planes: usize, band: &Band<'_>) -> Self {
        let conv = job.conv;
        let width = padded_width(conv, band.width);
        let rows_at_once = SCRATCH_BYTES / size_of::<f32x4>() / width / planes / conv.stride[0];
        Self { values: Vec::new(), width, rows: 0, rows_at_once: rows_at_once.max(1) }
    }

    /// Copies what the windows of the output's `rows` need of the input's `planes`.
    pub fn fill(
        &mut self,
        job: &Conv<'_>,
        x: Map<'_>,
        planes: impl ExactSizeIterator<Item = usize>,
        rows: Range<usize>,
    ) {
        let conv = job.conv;
        let [above, left] = conv.padding;
        let top = rows.start * conv.stride[0];
        self.rows = (rows.len() - 1) * conv.stride[0] + reach(conv, 0) + 1;
        self.values.clear();
        self.values.resize(planes.len() * self.rows * self.width, f32x4::ZERO);
        let count = x.width.min(self.width.saturating_sub(left));
        for (plane, lines) in planes.zip(self.values.chunks_mut(self.rows * self.width)) {
            let input = x.plane(plane);
            for (row, line) in lines.chunks_mut(self.width).enumerate() {
                if let Some(y) = (top + row).checked_sub(above).filter(|y| *y < x.height) {
                    line[left..left + count].copy_from_slice(&input[y * x.width..][..count]);
                }
            }
        }
    }

    /// The padded row under tap row `ky` of output row `row`, both counted from the first that was filled, from the window of
    /// output column `column` on.
    #[inline(always)]
    pub fn line(&self, job: &Conv<'_>, plane: usize, row: usize, ky: usize, column: usize) -> &[f32x4] {
        let conv = job.conv;
        let at = plane * self.rows + row * conv.stride[0] + ky * conv.dilation[0];
        &self.values[at * self.width..][..self.width][column * conv.stride[1]..]
    }
}

/// As far as the windows of whole tiles reach.
fn padded_width(conv: &Conv2d, out_width: usize) -> usize {
    (out_width.next_multiple_of(TILE) - 1) * conv.stride[1] + reach(conv, 1) + 1
}

/// How far a window reaches beyond its first pixel.
fn reach(conv: &Conv2d, axis: usize) -> usize {
    (conv.kernel[axis] - 1) * conv.dilation[axis]
}
