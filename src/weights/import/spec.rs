//! What an import needs to know besides the checkpoint.

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::weights::info::{Class, Input, Licence, ModelInfo, Source};
use crate::zoo::Options;

/// An entry of `models/catalogue.json`. A visitor's own checkpoint needs an `architecture` only: the rest has defaults
/// that run, with ImageNet's normalisation and numbered classes.
#[derive(Clone, Debug, Deserialize)]
pub struct ImportSpec {
    #[serde(default)]
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    pub architecture: ArchitectureSpec,
    #[serde(default)]
    pub classes: Vec<Class>,
    pub input: Option<Input>,
    pub licence: Option<Licence>,
    #[serde(default)]
    pub data: String,
    #[serde(default)]
    pub credit: String,
    pub source: Option<Source>,
}

/// Which graph of the zoo the checkpoint is for.
#[derive(Clone, Debug, Deserialize)]
pub struct ArchitectureSpec {
    pub name: String,
    pub scale: Option<f64>,
    pub classes: usize,
}

impl ArchitectureSpec {
    pub fn options(&self) -> Options {
        Options { scale: self.scale, classes: self.classes }
    }
}

impl ImportSpec {
    /// A checkpoint of which no more is known than its architecture.
    pub fn new(architecture: ArchitectureSpec) -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            description: String::new(),
            architecture,
            classes: Vec::new(),
            input: None,
            licence: None,
            data: String::new(),
            credit: String::new(),
            source: None,
        }
    }

    /// Errors: `model-invalid`.
    pub fn from_json(json: &str) -> Result<Self> {
        serde_json::from_str(json).map_err(|e| {
            let message = format!(
                "the import spec cannot be read: {e}; it needs what an entry of models/catalogue.json has"
            );
            Error::new(ErrorKind::ModelInvalid, message).with_source(e)
        })
    }

    /// The info of the model file, defaults filled in.
    ///
    /// Errors: `model-unsupported` for an unknown architecture.
    pub fn info(&self) -> Result<ModelInfo> {
        let or =
            |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
        let ArchitectureSpec { name: architecture, classes, .. } = &self.architecture;
        let input = match &self.input {
            Some(input) => input.clone(),
            None => imagenet_input(LONG_SIDE, crate::zoo::find(architecture)?.input_multiple),
        };
        let unnamed = unnamed_info(architecture, *classes, input);
        Ok(ModelInfo {
            id: or(&self.id, architecture),
            name: or(&self.name, architecture),
            description: self.description.clone(),
            classes: if self.classes.is_empty() { unnamed.classes } else { self.classes.clone() },
            licence: self.licence.clone().unwrap_or(unnamed.licence),
            data: self.data.clone(),
            credit: self.credit.clone(),
            source: self.source.clone(),
            ..unnamed
        })
    }
}

/// The info of a network of which nothing is known but what it is called.
pub fn unnamed_info(name: &str, classes: usize, input: Input) -> ModelInfo {
    let licence =
        Licence { name: "unknown".into(), url: String::new(), note: "Imported without a licence.".into() };
    ModelInfo {
        id: name.into(),
        name: name.into(),
        description: String::new(),
        classes: numbered(classes),
        input,
        licence,
        data: String::new(),
        credit: String::new(),
        source: None,
        metrics: None,
        reference: None,
        calibration: None,
    }
}

/// Pixels that any GPU runs.
pub const LONG_SIDE: usize = 512;

/// The normalisation of nearly every published network.
pub fn imagenet_input(long_side: usize, multiple: usize) -> Input {
    Input { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], long_side, multiple }
}

/// `class 0` in near black as the usual background, the others round the colour circle in golden-ratio steps, which
/// keeps any number of neighbours apart.
fn numbered(count: usize) -> Vec<Class> {
    let name = |id: usize| format!("class {id}");
    (0..count)
        .map(|id| Class {
            name: name(id),
            colour: if id == 0 { [24, 26, 32] } else { hue(id as f32 * 0.618_034) },
        })
        .collect()
}

/// The fully saturated sRGB colour at `turns` of the colour circle (HSV with S = V = 1).
fn hue(turns: f32) -> [u8; 3] {
    [0.0, 2.0 / 3.0, 1.0 / 3.0].map(|offset| {
        let distance = ((turns + offset).fract() * 6.0 - 3.0).abs() - 1.0;
        (distance.clamp(0.0, 1.0) * 255.0) as u8
    })
}
