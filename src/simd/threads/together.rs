//! Several threads of rayon's pool, which stay awake during a run: a network hands out pieces every tenth of a millisecond,
//! and to wake a thread takes a good part of that.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How often a thread looks for work in vain before it sleeps after all: another program has the processor then, and a thread
/// that waits for it should not keep it from that.
const PATIENCE: usize = 50_000;

/// How many threads share pieces.
pub fn count() -> usize {
    rayon::current_num_threads()
}

/// Runs `work`, which hands out pieces many times, while the other threads look out for them.
pub fn run<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if count() == 1 {
        return work();
    }
    let open = &AtomicUsize::new(1);
    rayon::scope(|scope| {
        let this = rayon::current_thread_index();
        scope.spawn_broadcast(move |_, thread| {
            if Some(thread.index()) != this {
                help(open);
            }
        });
        let _done = Done(open);
        work()
    })
}

/// Does `work` on each of `pieces`, in any order and at the same time.
pub fn for_each<T: Send>(pieces: Vec<T>, work: impl Fn(T) + Send + Sync) {
    if pieces.len() == 1 {
        return pieces.into_iter().for_each(work);
    }
    let (open, work) = (&AtomicUsize::new(pieces.len()), &work);
    rayon::scope(|scope| {
        for piece in pieces {
            scope.spawn(move |_| {
                let _done = Done(open);
                work(piece);
            });
        }
        help(open);
    });
}

/// Does pieces of whoever has some while `open` counts any.
fn help(open: &AtomicUsize) {
    let mut idle = 0;
    while open.load(Ordering::Acquire) > 0 && idle < PATIENCE {
        match rayon::yield_now() {
            Some(rayon::Yield::Executed) => idle = 0,
            _ => idle += 1,
        }
        std::hint::spin_loop();
    }
}

/// Counts down when it goes, even by a panic: nobody waits for what has ended.
struct Done<'a>(&'a AtomicUsize);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}
