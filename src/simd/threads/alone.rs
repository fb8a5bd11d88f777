//! One thread.

/// How many threads share pieces.
pub fn count() -> usize {
    1
}

/// Runs `work`, which hands out pieces many times.
pub fn run<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Does `work` on each of `pieces`.
pub fn for_each<T>(pieces: Vec<T>, work: impl Fn(T)) {
    pieces.into_iter().for_each(work);
}
