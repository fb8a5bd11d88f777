//! Resizes pictures with an antialiasing triangle filter, as PIL's BILINEAR: the support grows with the reduction, so a
//! large photo is averaged, not sampled. Separable: rows first.

use std::collections::VecDeque;
use std::ops::Range;

use wide::f32x4;

use super::frame::Picture;
use crate::plan::Window;

/// For one pixel of the result: first source pixel, and the weights of that and the following ones, which add up to one.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

/// `size` pixels of the result over `origin..origin + length` of a side of `limit` pixels.
fn filters(origin: f32, length: f32, limit: usize, size: usize) -> Vec<Filter> {
    let scale = length / size as f32;
    let support = scale.max(1.0);
    let of_pixel = |at: usize| {
        let centre = origin + (at as f32 + 0.5) * scale;
        let first = (centre - support + 0.5).max(0.0) as usize;
        let end = ((centre + support - 0.5).ceil() as usize).min(limit);
        let weight = |at: usize| (1.0 - ((at as f32 + 0.5 - centre) / support).abs()).max(0.0);
        let total: f32 = (first..end).map(weight).sum();
        Filter { first, weights: (first..end).map(|at| weight(at) / total).collect() }
    };
    (0..size).map(of_pixel).collect()
}

/// `window` of a picture, about to be resized.
pub struct Resampling<'a> {
    picture: &'a Picture,
    columns: Vec<Filter>,
    rows: Vec<Filter>,
}

impl<'a> Resampling<'a> {
    /// To `[height, width]`.
    pub fn new(picture: &'a Picture, window: Window, [height, width]: [usize; 2]) -> Self {
        let columns = filters(window.x, window.width, picture.width(), width);
        let rows = filters(window.y, window.height, picture.height(), height);
        Self { picture, columns, rows }
    }

    /// Hands each of some rows of the result to `row`, with its number: RGB 0..1 over white.
    pub fn rows(&self, range: Range<usize>, row: &mut dyn FnMut(usize, &[f32x4])) {
        let Self { picture, columns, rows } = self;
        let left = columns.first().map_or(0, |taps| taps.first);
        let right = columns.last().map_or(0, |taps| taps.first + taps.weights.len());
        let mut source = vec![f32x4::ZERO; right - left];
        // Source rows already resized along x that a later row of the result needs too, and the first one's number.
        let mut lines: VecDeque<Vec<f32x4>> = VecDeque::new();
        let mut first_line = rows.get(range.start).map_or(0, |taps| taps.first);
        let mut spare = Vec::new();
        let mut sums = vec![f32x4::ZERO; columns.len()];
        for (y, taps) in range.clone().zip(&rows[range]) {
            while first_line < taps.first {
                spare.extend(lines.pop_front());
                first_line += 1;
            }
            while lines.len() < taps.weights.len() {
                over_white(&picture.row(first_line + lines.len())[left * 4..right * 4], &mut source);
                let mut line = spare.pop().unwrap_or_else(|| vec![f32x4::ZERO; columns.len()]);
                for (out, taps) in line.iter_mut().zip(columns) {
                    let pixels = source[taps.first - left..].iter().zip(&taps.weights);
                    *out =
                        pixels.fold(f32x4::ZERO, |sum, (pixel, weight)| sum + *pixel * f32x4::splat(*weight));
                }
                lines.push_back(line);
            }
            sums.fill(f32x4::ZERO);
            for (line, weight) in lines.iter().zip(&taps.weights) {
                let weight = f32x4::splat(*weight);
                for (sum, value) in sums.iter_mut().zip(line) {
                    *sum += *value * weight;
                }
            }
            row(y, &sums);
        }
    }
}

/// RGBA bytes to RGB 0..1 over white.
fn over_white(rgba: &[u8], pixels: &mut [f32x4]) {
    for (pixel, &[r, g, b, a]) in pixels.iter_mut().zip(rgba.as_chunks().0) {
        let colour = f32x4::from([f32::from(r), f32::from(g), f32::from(b), 0.0]) * f32x4::splat(1.0 / 255.0);
        *pixel = if a == 255 {
            colour
        } else {
            let share = f32::from(a) / 255.0;
            colour * f32x4::splat(share) + f32x4::from([1.0 - share, 1.0 - share, 1.0 - share, 0.0])
        };
    }
}
