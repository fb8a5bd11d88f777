//! What a model file says about its network besides the graph: names, colours, input, licence, figures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::container::invalid;
use super::reference_numbers::ReferenceNumbers;
use crate::error::Result;
use crate::zoo::MAX_CLASSES;

/// Everything about a network that is not arithmetic. Travels as JSON in the model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Name in the catalogue and in addresses, `street`.
    pub id: String,
    /// Name for a person, `Street`.
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// In the order of the network's output channels.
    pub classes: Vec<Class>,
    pub input: Input,
    pub licence: Licence,
    /// What it was trained on.
    #[serde(default)]
    pub data: String,
    /// Whose weights it started from or is.
    #[serde(default)]
    pub credit: String,
    /// The checkpoint it was imported from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// How well it does, measured on the quantised file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<Metrics>,
    /// What its layers answer to the test picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<ReferenceNumbers>,
    /// How large its activations get, for executors that round them to int8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Class {
    pub name: String,
    /// sRGB.
    pub colour: [u8; 3],
}

/// How a picture becomes the network's input: `(rgb / 255 - mean) / std`, at a size the network was trained near.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub mean: [f32; 3],
    pub std: [f32; 3],
    /// Longer side in pixels.
    pub long_side: usize,
    /// Both sides are rounded to a multiple of this.
    pub multiple: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Licence {
    /// SPDX identifier, or the name its authors use.
    pub name: String,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Empty for a file from the visitor's own disk.
    #[serde(default)]
    pub url: String,
    /// Of the checkpoint, in lower-case hexadecimal digits.
    pub sha256: String,
}

/// The line that `cargo xtask eval --json` ends with. Fractions of 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    pub model: String,
    pub split: String,
    pub images: usize,
    pub mean_iou: f64,
    /// By class name; a class that never occurs has none.
    pub iou: BTreeMap<String, Option<f64>>,
    pub pixel_accuracy: f64,
    pub dice: f64,
}

impl ModelInfo {
    /// Checks what the types cannot: counts, normalisation, sizes. `outputs` is the network's number of channels.
    ///
    /// Errors: `model-invalid`.
    pub fn check(&self, outputs: usize) -> Result<()> {
        let classes = self.classes.len();
        if classes != outputs || !(2..=MAX_CLASSES).contains(&classes) {
            return Err(invalid(format!(
                "model \"{}\" names {classes} classes for {outputs} output channels; \
                 2 to {MAX_CLASSES} classes, one for each channel, are possible",
                self.id
            )));
        }
        let Input { mean, std, long_side, multiple } = &self.input;
        if mean.iter().any(|m| !m.is_finite()) || std.iter().any(|s| !s.is_normal() || *s < 0.0) {
            return Err(invalid(format!(
                "model \"{}\" normalises with mean {mean:?} and std {std:?}; \
                 finite means and stds above zero are needed",
                self.id
            )));
        }
        if *multiple == 0 || !(*multiple..=4096).contains(long_side) {
            return Err(invalid(format!(
                "model \"{}\" asks for a long side of {long_side} in multiples of {multiple}; \
                 a multiple of at least 1 and a long side from that to 4096 are possible",
                self.id
            )));
        }
        Ok(())
    }
}
