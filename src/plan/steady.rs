//! How scores are kept steady from frame to frame: a running average per cell, whose weight follows the motion seen there.

use std::ops::Range;

/// Which columns of a picture are kept steady, of its width; in the others each frame counts alone.
pub type Columns = Range<f32>;

/// The columns of a score map that begin in `columns`.
pub fn cells(columns: &Columns, width: usize) -> Range<usize> {
    let [start, end] = [columns.start, columns.end].map(|at| (at * width as f32).round() as usize);
    start..end
}

/// Of the cells where the picture stood still, how many there were and how many changed their class all the same, summed over
/// frames: outside of the columns that are kept steady, and in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flicker {
    pub plain: [u32; 2],
    pub steady: [u32; 2],
}

/// Of a new frame, the share that counts where nothing moves: noise of the scores falls to a third, and a change that the
/// colour does not show is there after ten frames.
pub const STILL: f32 = 0.2;

/// A change of a channel's mean over a cell, in standard deviations of the network's normalisation, that a camera's noise makes: 2 % of
/// full range.
pub const NOISE: f32 = 0.09;

/// From here on the new frame is all that counts: 5 % of full range.
pub const MOVED: f32 = 0.22;

/// The colour of a cell that was never seen: everything is far from it.
pub const NEVER: f32 = 1e9;
