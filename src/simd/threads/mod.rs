//! Pieces of work on several threads: rayon's with the feature `threads`, else the calling one alone.
//!
//! In the browser rayon cannot start threads; there, `wasm` makes a pool of workers.

#[cfg(not(feature = "threads"))]
mod alone;
#[cfg(feature = "threads")]
mod together;

use std::ops::Range;

#[cfg(not(feature = "threads"))]
pub use alone::{count, for_each, run};
#[cfg(feature = "threads")]
pub use together::{count, for_each, run};

/// Pieces of a picture's rows for each thread, so that one that is late leaves some to the others.
const PIECES_PER_THREAD: usize = 4;

/// Does `work` on pieces of `height` rows, each with its numbers and its share of `values`, which hold `width` for a row.
pub fn for_each_rows<T: Send>(
    mut values: &mut [T],
    [height, width]: [usize; 2],
    work: impl Fn(Range<usize>, &mut [T]) + Send + Sync,
) {
    let most = match count() {
        1 => 1,
        threads => threads * PIECES_PER_THREAD,
    };
    let rows = height.div_ceil(most).max(1);
    let mut pieces = Vec::with_capacity(most);
    for first in (0..height).step_by(rows) {
        let range = first..height.min(first + rows);
        let own;
        (own, values) = values.split_at_mut(range.len() * width);
        pieces.push((range, own));
    }
    for_each(pieces, |(range, values)| work(range, values));
}
