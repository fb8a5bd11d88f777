//! Weights as they are kept: the model file, its number formats, and the import of PyTorch checkpoints.

mod bias_correction;
mod calibration;
mod container;
pub mod file;
#[cfg(feature = "import")]
pub mod import;
pub mod info;
pub mod quantise;
mod reference_numbers;
mod rounding;
mod stored;
mod tensors;

pub use bias_correction::{ChannelMeans, correct_biases};
pub use calibration::{Calibration, Magnitudes};
pub use file::Model;
pub use info::ModelInfo;
pub use reference_numbers::{ReferenceNumbers, Sketch};
pub use stored::{Precision, QuantisedWeights, Stored};
