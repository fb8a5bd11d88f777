//! Classes whose borders follow the picture's at the canvas's resolution: joint bilateral upsampling (Kopf et al. 2007, eq. 3).
//! Twin: `cell` and `fine_class` of paint.wgsl, whose constants these are.

use wide::f32x4;

use super::scores::{Scores, best};
use super::threads;

/// 1 / (2 sigma^2) of the distance from a cell, in cells.
const NEAR: f32 = 0.5;
/// 1 / (2 sigma^2) of the difference of two colours: a tenth of full range.
const ALIKE: f32 = 50.0;
/// What a cell of another colour counts for: where none has the pixel's, all do.
const UNLIKE: f32 = 1e-3;
/// Cells along an axis that count, from the one before the pixel on.
const REACH: usize = 4;

/// The class ids of the pixels of a canvas of `[width, height]` on which `photo` is the picture. Borders are `fine`, or as the
/// scores' resolution has them.
pub fn classes(photo: &[f32x4], scores: &Scores<'_>, canvas: [usize; 2], fine: bool) -> Vec<u8> {
    let [width, height] = canvas;
    let edges = fine.then(|| Edges::new(photo, scores, canvas));
    let mut ids = vec![0; width * height];
    threads::for_each_rows(&mut ids, [height, width], |rows, ids| {
        let first = rows.start;
        scores.classify(canvas, rows, &mut |y, row| {
            let ids = &mut ids[(y - first) * width..][..width];
            ids.copy_from_slice(row);
            if let Some(edges) = &edges {
                edges.refine(y, ids, &photo[y * width..][..width]);
            }
        });
    });
    ids
}

struct Edges<'a> {
    scores: &'a Scores<'a>,
    canvas: [usize; 2],
    /// Of each cell of the score map: the picture's mean colour, and the best class.
    cells: Vec<(f32x4, u8)>,
    /// Whether several classes are best among the cells that count for a pixel which lies just behind this one.
    is_mixed: Vec<bool>,
}

impl<'a> Edges<'a> {
    /// For a canvas of `[width, height]` on which `photo` is the picture.
    fn new(photo: &[f32x4], scores: &'a Scores<'a>, canvas: [usize; 2]) -> Self {
        let size @ [width, height] = scores.shape.size;
        let mut cells = vec![(f32x4::ZERO, 0); width * height];
        threads::for_each_rows(&mut cells, [height, width], |rows, cells| {
            let first = rows.start * width;
            for (at, cell) in cells.iter_mut().enumerate() {
                let at = first + at;
                let colour = mean(photo, [at % width, at / width], size, canvas);
                let planes = scores.data.iter().skip(at).step_by(width * height).copied();
                *cell = (colour, best(planes, scores.shape.classes));
            }
        });
        let mixed_at = |at: usize| {
            let mut ids = around([at % width, at / width], size).map(|cell| cells[cell].1);
            let first = ids.next();
            ids.any(|id| Some(id) != first)
        };
        let is_mixed = (0..width * height).map(mixed_at).collect();
        Self { scores, canvas, cells, is_mixed }
    }

    /// Looks again at the classes of row `y` of the canvas, whose picture is `photo`.
    fn refine(&self, y: usize, ids: &mut [u8], photo: &[f32x4]) {
        let down = self.place(1, y);
        for (x, (id, colour)) in ids.iter_mut().zip(photo).enumerate() {
            let across = self.place(0, x);
            let cell = [across as usize, down as usize];
            if self.is_mixed[cell[1] * self.scores.shape.size[0] + cell[0]] {
                *id = self.class_at(cell, [across, down], *colour);
            }
        }
    }

    /// Where a row or column of the canvas lies among the cells.
    fn place(&self, axis: usize, at: usize) -> f32 {
        let last = (self.scores.shape.size[axis] - 1) as f32;
        self.scores.shape.at(axis, (at as f32 + 0.5) / self.canvas[axis] as f32).clamp(0.0, last)
    }

    fn class_at(&self, cell: [usize; 2], [across, down]: [f32; 2], colour: f32x4) -> u8 {
        let size @ [width, height] = self.scores.shape.size;
        let mut weights = [(0, f32x4::ZERO); REACH * REACH];
        for (weight, at) in weights.iter_mut().zip(around(cell, size)) {
            let apart = [across - (at % width) as f32, down - (at / width) as f32];
            let near = (-NEAR * (apart[0] * apart[0] + apart[1] * apart[1])).exp();
            let unlike = self.cells[at].0 - colour;
            let alike = (-ALIKE * (unlike * unlike).reduce_add()).exp() + UNLIKE;
            *weight = (at, f32x4::splat(near * alike));
        }
        let planes = self.scores.data.chunks(width * height);
        let sums = planes
            .map(|plane| weights.iter().fold(f32x4::ZERO, |sum, (at, weight)| sum + plane[*at] * *weight));
        best(sums, self.scores.shape.classes)
    }
}

/// The cells that count for a pixel which lies at or just behind `[x, y]`.
fn around([x, y]: [usize; 2], [width, height]: [usize; 2]) -> impl Iterator<Item = usize> {
    let span = |at: usize, length: usize| at.saturating_sub(1)..length.min(at + REACH - 1);
    span(y, height).flat_map(move |y| span(x, width).map(move |x| y * width + x))
}

/// The mean of the part of the canvas that a cell covers.
fn mean(photo: &[f32x4], cell: [usize; 2], size: [usize; 2], canvas: [usize; 2]) -> f32x4 {
    let [xs, ys] = [0, 1].map(|axis| {
        let low = cell[axis] * canvas[axis] / size[axis];
        low..((cell[axis] + 1) * canvas[axis] / size[axis]).max(low + 1)
    });
    let count = (xs.len() * ys.len()) as f32;
    let rows = ys.map(|y| &photo[y * canvas[0]..][xs.clone()]);
    rows.flatten().fold(f32x4::ZERO, |sum, pixel| sum + *pixel) / f32x4::splat(count)
}
