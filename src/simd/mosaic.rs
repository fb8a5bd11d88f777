//! The scores of a whole picture, put together from those of its tiles.

use wide::f32x4;

use super::Scores;
use super::taps::Taps;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{Blend, ScoresShape, planes};

/// Scores to which tiles are added, each cell's shares adding up to one when all are there.
pub struct Mosaic {
    data: Vec<f32x4>,
    shape: ScoresShape,
}

impl Mosaic {
    /// Errors: `limits-too-low` if the scores do not fit into memory.
    pub fn new(shape: ScoresShape) -> Result<Self> {
        let [width, height] = shape.size;
        let len = planes(shape.classes) * width * height;
        let mut data = Vec::new();
        data.try_reserve_exact(len).map_err(|e| {
            Error::new(
                ErrorKind::LimitsTooLow,
                format!(
                    "the scores of this picture need {} MB of memory in one piece and there is less; choose less detail",
                    len.saturating_mul(size_of::<f32x4>()) >> 20
                ),
            )
            .with_source(e)
        })?;
        data.resize(len, f32x4::ZERO);
        Ok(Self { data, shape })
    }

    pub fn scores(&self) -> Scores<'_> {
        Scores { data: &self.data, shape: self.shape }
    }

    pub fn add(&mut self, tile: &Scores<'_>, [columns, rows]: &[Blend; 2]) {
        let [width, height] = self.shape.size;
        let [tile_width, tile_height] = tile.shape.size;
        let planes = self.data.chunks_mut(width * height).zip(tile.data.chunks(tile_width * tile_height));
        for (out, tile) in planes {
            for (y, row) in rows.taps.iter().enumerate() {
                let out = &mut out[(rows.first + y) * width + columns.first..][..columns.taps.len()];
                let low = &tile[row.low as usize * tile_width..][..tile_width];
                let high = &tile[row.high as usize * tile_width..][..tile_width];
                let down = Taps::from(*row);
                for (sum, column) in out.iter_mut().zip(&columns.taps) {
                    let across = Taps::from(*column);
                    let value = down.between(across.of(low), across.of(high));
                    *sum += value * f32x4::splat(row.share * column.share);
                }
            }
        }
    }
}
