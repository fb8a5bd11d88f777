//! Pieces of work on several threads: rayon's with the feature `threads`, else the calling one alone.
//!
//! In the browser rayon cannot start threads; there, `wasm` makes a pool of workers.

use std::ops::Range;

/// Pieces of a picture's rows for each thread, so that one that is late leaves some to the others.
const PIECES_PER_THREAD: usize = 4;

/// Runs `work` as one of the threads that share pieces, so that handing out pieces inside it wakes nobody twice.
#[cfg(feature = "threads")]
pub fn enter<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    rayon::scope(|_| work())
}

/// Runs `work`, whose pieces all stay on this thread.
#[cfg(not(feature = "threads"))]
pub fn enter<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// How many threads share pieces.
pub fn count() -> usize {
    #[cfg(feature = "threads")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "threads"))]
    1
}

/// Does `work` on each of `pieces`, in any order and at the same time.
#[cfg(feature = "threads")]
pub fn for_each<T: Send>(pieces: Vec<T>, work: impl Fn(T) + Send + Sync) {
    use rayon::prelude::*;
    match pieces.len() {
        1 => pieces.into_iter().for_each(work),
        _ => pieces.into_par_iter().for_each(work),
    }
}

/// Does `work` on each of `pieces`, one after the other.
#[cfg(not(feature = "threads"))]
pub fn for_each<T>(pieces: Vec<T>, work: impl Fn(T)) {
    pieces.into_iter().for_each(work);
}

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
