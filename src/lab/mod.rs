//! What lessons and evaluation measure, how they sharpen a mask, and the network that a lesson looks into and changes.

pub mod attention;
pub mod boundary;
pub mod crf;
pub mod describe;
#[cfg(feature = "gradients")]
pub mod field;
#[cfg(feature = "engine")]
pub mod live;
pub mod losses;
pub mod metrics;
