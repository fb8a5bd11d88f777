//! Picture to network input.

use wide::f32x4;

use super::resample::Resampling;
use super::{Executor, threads};
use crate::plan::Window;
use crate::weights::info::Input;

/// RGBA bytes, row-major.
pub struct Picture {
    width: usize,
    rgba: Vec<u8>,
}

impl Picture {
    /// `rgba` is whole rows of `width` pixels.
    pub fn new(width: u32, rgba: Vec<u8>) -> Self {
        Self { width: width as usize, rgba }
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.rgba.len() / 4 / self.width
    }

    /// Four bytes a pixel, row by row.
    pub fn rgba(&self) -> &[u8] {
        &self.rgba
    }

    pub fn bytes(&self) -> u64 {
        self.rgba.len() as u64
    }

    pub(super) fn row(&self, y: usize) -> &[u8] {
        &self.rgba[y * self.width * 4..][..self.width * 4]
    }
}

impl Executor {
    /// Fills the input from `window` of a picture: resized, over white, normalised.
    pub fn write_picture(&self, picture: &Picture, window: Window, input: &Input) {
        let [height, width] = self.input_size();
        let three = |values: [f32; 3]| f32x4::from([values[0], values[1], values[2], 0.0]);
        let mean = three(input.mean);
        let inverse_std = three(input.std.map(|std| 1.0 / std));
        let resampling = Resampling::new(picture, window, [height, width]);
        self.fill_input(|vectors| {
            threads::for_each_rows(vectors, [height, width], |rows, vectors| {
                let first = rows.start;
                resampling.rows(rows, &mut |y, row| {
                    for (vector, colour) in vectors[(y - first) * width..].iter_mut().zip(row) {
                        *vector = (*colour - mean) * inverse_std;
                    }
                });
            });
        });
    }
}
