//! `bench-models FOLDER --models A,B --sizes 256,512`: what `cargo xtask bench` feeds the engines: each model at each size, for
//! ours as a model file, for the others as ONNX with the same numbers.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use lexopt::prelude::*;
use segscope::graph::onnx::{Output, export};
use segscope::graph::passes::fold_affines;
use segscope::graph::random::random_weights;
use segscope::weights::import::{ArchitectureSpec, ImportSpec};
use segscope::weights::quantise::quantise;
use segscope::weights::{Model, Precision};
use segscope::zoo;

use crate::eval::model_path;

/// Pascal VOC's: what published networks of these architectures have.
const CLASSES: usize = 21;

pub struct Options {
    folder: PathBuf,
    models: Vec<String>,
    /// Sides of the square input.
    sizes: Vec<usize>,
}

impl Options {
    /// The rest of the command line after `bench-models`.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let (mut folder, mut models, mut sizes) = (None, Vec::new(), Vec::new());
        while let Some(arg) = args.next()? {
            match arg {
                Long("models") => models = args.value()?.parse_with(|list| anyhow::Ok(words(list)))?,
                Long("sizes") => {
                    sizes = args.value()?.parse_with(|list| {
                        words(list).iter().map(|size| size.parse()).collect::<Result<_, _>>()
                    })?;
                }
                Value(value) if folder.is_none() => folder = Some(PathBuf::from(value)),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Self { folder: folder.context("name the folder to write to")?, models, sizes })
    }
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

pub fn run(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.folder)?;
    for name in &options.models {
        let model = model(name)?;
        for &size in &options.sizes {
            write(&options.folder, name, &model, size)?;
        }
    }
    Ok(())
}

/// A model of the catalogue or a model file, else an architecture of the zoo with random weights, int8 as they would ship:
/// speed does not depend on what they say.
pub fn model(name: &str) -> Result<Model> {
    let path = model_path(name);
    if path.exists() {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        return Ok(Model::from_bytes(&bytes)?);
    }
    let scale = zoo::find(name)?.needs_scale.then_some(1.0);
    let architecture = ArchitectureSpec { name: name.into(), scale, classes: CLASSES };
    let graph = zoo::build(name, &architecture.options())?;
    let (graph, weights) = fold_affines(&graph, &random_weights(&graph));
    let info = ImportSpec::new(architecture).info()?;
    Ok(Model::new(&info, &graph, &quantise(&weights, Precision::Int8))?)
}

fn write(folder: &Path, name: &str, model: &Model, size: usize) -> Result<()> {
    let multiple = model.info.input.multiple;
    ensure!(size.is_multiple_of(multiple), "{name} takes sizes that are multiples of {multiple}, not {size}");
    // The size a session picks comes with the model.
    let mut info = model.info.clone();
    info.input.long_side = size;
    let path = folder.join(format!("{name}-{size}"));
    let sized = Model::new(&info, &model.graph, &model.weights)?;
    fs::write(path.with_extension("safetensors"), sized.to_bytes())?;
    let onnx = export(&model.graph, &model.weights.dequantise(), [size, size], Output::Classes)?;
    fs::write(path.with_extension("onnx"), onnx)?;
    Ok(())
}
