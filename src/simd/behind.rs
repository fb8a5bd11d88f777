//! What lies behind the classes shown, out of focus. Twin: behind.rs and blur.wgsl of `wgsl`.

use wide::f32x4;

use super::taps::Taps;
use super::threads;
use crate::view::Background;

/// A reduced map of the background: red, green and blue times a weight, and the weight.
pub struct Behind {
    map: Vec<f32x4>,
    width: usize,
    /// Where each column and row of the canvas lies in it.
    taps: [Vec<Taps>; 2],
}

impl Behind {
    /// For a canvas of `[width, height]` on which `photo` is the picture and `ids` are the classes; `is_behind` tells whether a
    /// class is.
    pub fn new(
        photo: &[f32x4],
        ids: &[u8],
        canvas: [usize; 2],
        is_behind: impl Fn(u8) -> bool + Send + Sync,
    ) -> Self {
        let reduction = Background::REDUCTION as usize;
        let size @ [width, height] = canvas.map(|side| side.div_ceil(reduction));
        let mut map = vec![f32x4::ZERO; width * height];
        threads::for_each_rows(&mut map, [height, width], |rows, map| {
            for y in rows.start * reduction..canvas[1].min(rows.end * reduction) {
                let sums = &mut map[(y / reduction - rows.start) * width..][..width];
                let line = y * canvas[0]..(y + 1) * canvas[0];
                for (x, (id, colour)) in ids[line.clone()].iter().zip(&photo[line]).enumerate() {
                    if is_behind(*id) {
                        sums[x / reduction] += with_weight_one(*colour);
                    }
                }
            }
        });
        let (sigma, radius) = Background::blur(size.map(|side| side as u32));
        let weights = gaussian(sigma, radius as usize);
        let map = blurred_down(&blurred_across(&map, size, &weights), size, &weights);
        let taps = [0, 1].map(|axis| {
            let at = |pixel: usize| (pixel as f32 + 0.5) / reduction as f32 - 0.5;
            (0..canvas[axis]).map(|pixel| Taps::at(at(pixel), size[axis])).collect()
        });
        Self { map, width, taps }
    }

    /// The background at a pixel of the canvas; none where the reduced map knows of no background.
    pub fn at(&self, [x, y]: [usize; 2]) -> Option<f32x4> {
        let (across, down) = (self.taps[0][x], self.taps[1][y]);
        let row = |row: usize| across.of(&self.map[row * self.width..][..self.width]);
        let colour = down.between(row(down.low), row(down.high));
        let weight = colour.to_array()[3];
        (weight > 16e-3).then(|| colour / f32x4::splat(weight))
    }
}

fn with_weight_one(colour: f32x4) -> f32x4 {
    let [r, g, b, _] = colour.to_array();
    f32x4::from([r, g, b, 1.0])
}

/// From `-radius` to `radius`; they add up to one.
fn gaussian(sigma: f32, radius: usize) -> Vec<f32> {
    let weight = |i: usize| (-(i.abs_diff(radius) as f32 / sigma).powi(2) / 2.0).exp();
    let total: f32 = (0..=2 * radius).map(weight).sum();
    (0..=2 * radius).map(|i| weight(i) / total).collect()
}

/// `at + i - radius`, or the nearest that there is.
fn neighbour(at: usize, i: usize, radius: usize, length: usize) -> usize {
    (at + i).saturating_sub(radius).min(length - 1)
}

fn blurred_across(map: &[f32x4], [width, height]: [usize; 2], weights: &[f32]) -> Vec<f32x4> {
    let radius = weights.len() / 2;
    let mut result = vec![f32x4::ZERO; map.len()];
    threads::for_each_rows(&mut result, [height, width], |rows, result| {
        for (source, row) in map[rows.start * width..].chunks(width).zip(result.chunks_mut(width)) {
            for (x, pixel) in row.iter_mut().enumerate() {
                for (i, weight) in weights.iter().enumerate() {
                    *pixel += source[neighbour(x, i, radius, width)] * f32x4::splat(*weight);
                }
            }
        }
    });
    result
}

fn blurred_down(map: &[f32x4], [width, height]: [usize; 2], weights: &[f32]) -> Vec<f32x4> {
    let radius = weights.len() / 2;
    let mut result = vec![f32x4::ZERO; map.len()];
    threads::for_each_rows(&mut result, [height, width], |rows, result| {
        for (y, row) in rows.zip(result.chunks_mut(width)) {
            for (i, weight) in weights.iter().enumerate() {
                let source = &map[neighbour(y, i, radius, height) * width..][..width];
                for (pixel, source) in row.iter_mut().zip(source) {
                    *pixel += *source * f32x4::splat(*weight);
                }
            }
        }
    });
    result
}
