//! Encoders: each adds its layers to a graph and returns the feature maps a decoder reads, finest first.

pub mod espnet_v2;
mod inverted_residual;
pub mod mobilenet_v2;
pub mod mobilenet_v3;
pub mod resnet;
