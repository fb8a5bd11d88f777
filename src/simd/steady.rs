//! Scores that stand still where the picture does. Twin: motion.wgsl and steady.wgsl.

use wide::f32x4;

use super::Executor;
use super::scores::best;
use crate::plan::steady::{self, Columns, Flicker};
use crate::plan::{ScoresShape, planes};

/// What an executor remembers of the frames before.
pub(super) struct Steady {
    /// Of each cell of the score map: colour, and of the new frame the share that counts.
    cells: Vec<f32x4>,
    /// Scores as they were shown.
    history: Vec<f32x4>,
    columns: Columns,
    flicker: Flicker,
}

impl Executor {
    /// Before the network runs: what moved since the last frame. Other columns than before begin anew.
    pub fn see_motion(&self, columns: Columns) {
        let shape = ScoresShape::of(&self.plan);
        let [width, height] = shape.size;
        let mut steady = self.steady.borrow_mut();
        let kept = steady.take().filter(|kept| kept.columns == columns);
        let Steady { cells, .. } = steady.insert(kept.unwrap_or_else(|| Steady {
            cells: vec![f32x4::splat(steady::NEVER); width * height],
            history: vec![f32x4::ZERO; planes(shape.classes) * width * height],
            columns,
            flicker: Flicker::default(),
        }));
        self.with_input(|input| {
            for (at, cell) in cells.iter_mut().enumerate() {
                let colour = colour(input, &shape, [at % width, at / width]);
                let [r, g, b, _] = (colour - *cell).abs().to_array();
                let share = steady::STILL + (1.0 - steady::STILL) * smoothstep(r.max(g).max(b));
                // Not `mix`, which loses a small number beside that of a cell never seen.
                let kept = *cell * f32x4::splat(1.0 - share) + colour * f32x4::splat(share);
                let [r, g, b, _] = kept.to_array();
                *cell = f32x4::from([r, g, b, share]);
            }
        });
    }

    /// After the network has run: its scores become those to show.
    pub fn steady_scores(&self) {
        let mut kept = self.steady.borrow_mut();
        let Some(Steady { cells, history, columns, flicker }) = &mut *kept else { return };
        let ScoresShape { size: [width, _], classes, .. } = ScoresShape::of(&self.plan);
        let columns = steady::cells(columns, width);
        let is_compared = columns.len() < width;
        let best_at =
            |values: &[f32x4], at: usize| best(values.iter().skip(at).step_by(cells.len()).copied(), classes);
        self.with_scores_mut(|scores| {
            for (at, cell) in cells.iter().enumerate() {
                let [.., share] = cell.to_array();
                let is_steady = columns.contains(&(at % width));
                let is_counted = is_compared && share == steady::STILL;
                let before = is_counted.then(|| best_at(history, at));
                let of_new = if is_steady { share } else { 1.0 };
                for index in (at..history.len()).step_by(cells.len()) {
                    history[index] =
                        history[index] * f32x4::splat(1.0 - of_new) + scores[index] * f32x4::splat(of_new);
                    scores[index] = history[index];
                }
                if let Some(before) = before {
                    let [still, changed] = if is_steady { &mut flicker.steady } else { &mut flicker.plain };
                    *still += 1;
                    *changed += u32::from(before != best_at(history, at));
                }
            }
        });
    }

    /// What was counted since these columns were chosen.
    pub fn flicker(&self) -> Flicker {
        self.steady.borrow().as_ref().map_or_else(Flicker::default, |steady| steady.flicker)
    }

    /// The next frame counts alone.
    pub fn forget_frames(&self) {
        self.steady.replace(None);
    }
}

/// The input's mean over a cell of the score map.
fn colour(input: &[f32x4], shape: &ScoresShape, cell: [usize; 2]) -> f32x4 {
    let [xs, ys] = [0, 1].map(|axis| {
        let edge = |at: usize| at * shape.network[axis] / shape.size[axis];
        let low = edge(cell[axis]);
        low..edge(cell[axis] + 1).max(low + 1)
    });
    let count = (xs.len() * ys.len()) as f32;
    let rows = ys.map(|y| &input[y * shape.network[0]..][xs.clone()]);
    rows.flatten().fold(f32x4::ZERO, |sum, pixel| sum + *pixel) / f32x4::splat(count)
}

/// 0 up to `NOISE`, 1 from `MOVED` on.
fn smoothstep(change: f32) -> f32 {
    let t = ((change - steady::NOISE) / (steady::MOVED - steady::NOISE)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
