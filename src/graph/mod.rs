//! A network is data: operations, graph, and everything that is a pure function of them.

pub mod analysis;
pub mod builder;
pub mod edits;
#[allow(clippy::module_inception)] // graph/graph.rs holds the type Graph, as the layout in docs says
mod graph;
mod json;
#[cfg(feature = "onnx")]
pub mod onnx;
pub mod op;
pub mod passes;
pub mod random;
pub mod receptive_field;
pub mod shape;
mod tensor;

pub use builder::GraphBuilder;
pub use graph::{Graph, Node, NodeId};
pub use op::{Activation, Conv2d, ConvTranspose2d, Interpolation, Op, Pair, Size, Window};
pub use shape::Shape;
pub use tensor::{Tensor, Weights};
