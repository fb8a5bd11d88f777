//! The pool's threads: workers over the same memory, which JavaScript starts (www/pool.js), since rayon cannot.

use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::{ThreadBuilder, ThreadPool, ThreadPoolBuilder};
use wasm_bindgen::prelude::*;

use super::object;
use crate::error::{Error, ErrorKind};

/// Threads of the pool that no worker has taken yet.
static WAITING: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
/// Kept for as long as the wasm lives: without it the workers would end.
static POOL: OnceLock<ThreadPool> = OnceLock::new();

/// What a worker needs to run the same wasm on the same memory.
#[wasm_bindgen(js_name = sharedWasm)]
pub fn shared_wasm() -> JsValue {
    object([("module", wasm_bindgen::module()), ("memory", wasm_bindgen::memory())])
}

/// Makes a pool of `threads`, the calling one and as many workers as are missing, each of which has to call `joinPool`.
#[wasm_bindgen(js_name = makePool)]
pub fn make_pool(threads: usize) -> Result<(), JsValue> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .use_current_thread()
        .spawn_handler(|thread| {
            WAITING.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
            Ok(())
        })
        .build()
        .map_err(|e| Error::new(ErrorKind::BackendUnavailable, format!("no pool of threads: {e}")))?;
    POOL.get_or_init(|| pool);
    Ok(())
}

/// Works for the pool until the worker is ended.
#[wasm_bindgen(js_name = joinPool)]
pub fn join_pool() {
    let thread = WAITING.lock().unwrap_or_else(PoisonError::into_inner).pop();
    thread.into_iter().for_each(ThreadBuilder::run);
}
