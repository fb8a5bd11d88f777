//! What lessons and evaluation measure.

pub mod metrics;
