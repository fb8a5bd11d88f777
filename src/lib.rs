//! Semantic segmentation in the browser. A network is data; everything else is a function of it:
//!
//! ```text
//! photo, video, camera
//!         |  frame
//!         v
//! zoo --> Graph --> Plan --+--> wgsl   (WebGPU: hand-written kernels, prebuilt bind groups)
//!          ^  |            +--> simd   (CPU: the same plan, for machines without a fast WebGPU)
//!          |  +--> reference           (any burn backend, unfused: the oracle)
//! model file (graph + int8 weights; PyTorch checkpoints are imported into it)
//!         |
//!         v
//! scores --> paint (upsample + argmax + palette, no full-size logits) --> canvas; mask and numbers on demand
//! ```

pub mod error;
pub mod graph;
pub mod lab;
#[cfg(feature = "png")]
pub mod mask_png;
pub mod plan;
#[cfg(feature = "reference")]
pub mod reference;
#[cfg(feature = "engine")]
pub mod session;
#[cfg(feature = "engine")]
pub mod simd;
#[cfg(feature = "engine")]
pub mod view;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod weights;
#[cfg(feature = "engine")]
pub mod wgsl;
pub mod zoo;

pub use error::{Error, ErrorKind, Result};
