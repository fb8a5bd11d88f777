//! The WebGPU executor: hand-written kernels over one arena, everything created once per input size.

/// A file of `kernels/` as build.rs leaves it, without comments.
macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name, ".wgsl"))
    };
}

mod activations;
pub mod behind;
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
pub mod steady;
mod step_times;
mod stopwatch;

pub use activations::Activations;
pub use device::Gpu;
pub use executor::{Executor, Network};
pub use pipelines::Pipelines;
