//! The CPU executor: the same plan as `wgsl`, in portable SIMD (wasm simd128, SSE, NEON), for visitors without a fast
//! WebGPU.
//!
//! The arena is a slice of four-channel vectors, as on the GPU. Every kernel writes a [`Band`]: some rows of all planes of a
//! step's output, so that bands run on several threads and no code here is unsafe.

mod bands;
mod behind;
mod edges;
mod executor;
mod frame;
mod kernels;
mod mosaic;
mod network;
mod paint;
mod resample;
mod scores;
mod steady;
mod taps;
pub mod threads;
mod yuv;

pub use executor::Executor;
pub use frame::Picture;
pub use kernels::{Band, Map};
pub use mosaic::Mosaic;
pub use network::Network;
pub use paint::{Painter, Scene};
pub use scores::Scores;
pub use yuv::{Chroma, Encoding, Yuv};
