//! Class scores anywhere in the picture, interpolated from the network's low-resolution scores: the full-size logits are
//! never written.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use wide::f32x4;

use super::taps::{Taps, mix};
use super::threads;
use crate::plan::ScoresShape;
use crate::view::Mask;

/// The scores of a picture.
pub struct Scores<'a> {
    /// `ceil(classes / 4)` planes.
    pub data: &'a [f32x4],
    pub shape: ScoresShape,
}

impl Scores<'_> {
    /// `position` is 0..1 across the picture.
    fn taps(&self, axis: usize, position: f32) -> Taps {
        Taps::at(self.shape.at(axis, position), self.shape.size[axis])
    }

    /// Scores of all classes at `[x, y]`, 0..1 across the picture.
    pub fn at(&self, [x, y]: [f32; 2]) -> Vec<f32> {
        let line = self.line(y);
        let at = self.taps(0, x);
        let planes = line.chunks(self.shape.size[0]);
        let mut scores: Vec<f32> = planes.flat_map(|plane| at.of(plane).to_array()).collect();
        scores.truncate(self.shape.classes);
        scores
    }

    /// The best class of each pixel of some of `height` rows of `width` pixels that cover the picture, handed to `row`: one that
    /// is called, not inlined, since the engine has four of them.
    pub fn classify(
        &self,
        [width, height]: [usize; 2],
        rows: Range<usize>,
        row: &mut dyn FnMut(usize, &[u8]),
    ) {
        let columns: Vec<Taps> = (0..width).map(|x| self.taps(0, (x as f32 + 0.5) / width as f32)).collect();
        let mut ids = vec![0; width];
        for y in rows {
            let line = self.line((y as f32 + 0.5) / height as f32);
            let planes: Vec<&[f32x4]> = line.chunks(self.shape.size[0]).collect();
            let classes = self.shape.classes;
            let at_column = |at: Taps| best(planes.iter().map(|plane| at.of(plane)), classes);
            let node = |column: usize| best(planes.iter().map(|plane| plane[column]), classes);
            let nodes: Vec<u8> = (0..self.shape.size[0]).map(node).collect();
            for (id, at) in ids.iter_mut().zip(&columns) {
                // Scores are linear in between: what is best at both neighbours is best everywhere between them.
                *id = if nodes[at.low] == nodes[at.high] { nodes[at.low] } else { at_column(*at) };
            }
            row(y, &ids);
        }
    }

    /// The best class of each pixel of a picture of `[width, height]`.
    pub fn mask(&self, [width, height]: [usize; 2], with_ids: bool) -> Mask {
        let counts = Mutex::new(vec![0; 256]);
        let ids_of_row = if with_ids { width } else { 0 };
        let mut ids = vec![0; ids_of_row * height];
        threads::for_each_rows(&mut ids, [height, ids_of_row], |rows, ids| {
            let first = rows.start;
            let mut own = [0; 256];
            self.classify([width, height], rows, &mut |y, row| {
                row.iter().for_each(|&id| own[usize::from(id)] += 1);
                if with_ids {
                    ids[(y - first) * width..][..width].copy_from_slice(row);
                }
            });
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts.iter_mut().zip(own).for_each(|(sum, count)| *sum += count);
        });
        Mask { counts: counts.into_inner().unwrap_or_else(PoisonError::into_inner), ids }
    }

    /// One row of scores at `y`, plane after plane.
    fn line(&self, y: f32) -> Vec<f32x4> {
        let [width, height] = self.shape.size;
        let at = self.taps(1, y);
        let t = f32x4::splat(at.t);
        let planes = self.data.chunks(width * height);
        planes
            .flat_map(|plane| {
                let low = &plane[at.low * width..][..width];
                let high = &plane[at.high * width..][..width];
                low.iter().zip(high).map(move |(low, high)| mix(*low, *high, t))
            })
            .collect()
    }
}

/// The class with the highest of its scores, four a plane; the lowest id among equals, as argmax in PyTorch.
pub(super) fn best(planes: impl Iterator<Item = f32x4>, classes: usize) -> u8 {
    let mut best = 0;
    let mut highest = f32::NEG_INFINITY;
    for (plane, four) in planes.enumerate() {
        let lanes = (classes - plane * 4).min(4);
        for (lane, &score) in four.to_array()[..lanes].iter().enumerate() {
            if score > highest {
                best = plane * 4 + lane;
                highest = score;
            }
        }
    }
    best as u8
}
