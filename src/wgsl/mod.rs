//! The WebGPU executor: hand-written kernels over one arena, everything created once per input size.

mod activations;
pub mod device;
pub mod executor;
pub mod frame;
pub mod interpolation;
pub mod kernels;
pub mod mask;
pub mod mosaic;
pub mod paint;
mod pipelines;
pub mod probe;
pub mod readback;
pub mod shaders;
mod step_times;

pub use activations::Activations;
pub use device::Gpu;
pub use executor::{Executor, Network};
pub use pipelines::Pipelines;
