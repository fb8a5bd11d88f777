//! What lessons and evaluation measure, and how they sharpen a mask.

pub mod crf;
pub mod metrics;
