//! `onnx`: a model file for other engines.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use lexopt::prelude::*;
use segscope::graph::onnx::{Output, export};
use segscope::session::network_size;
use segscope::weights::Model;

use crate::eval::model_path;

pub struct Options {
    /// A model of the catalogue or a model file.
    model: PathBuf,
    /// `[height, width]`; the model's own, for a square picture, unless stated.
    size: Option<[usize; 2]>,
    /// What the file puts out.
    output: Output,
    path: PathBuf,
}

impl Options {
    /// The rest of the command line after `onnx`.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let (mut model, mut path, mut size, mut output) = (None, None, None, Output::Scores);
        while let Some(arg) = args.next()? {
            match arg {
                Long("size") => size = Some(parse_size(&args.value()?.string()?)?),
                Long("classes") => output = Output::Classes,
                Value(value) if model.is_none() => model = Some(model_path(&value.string()?)),
                Value(value) if path.is_none() => path = Some(PathBuf::from(value)),
                other => return Err(other.unexpected().into()),
            }
        }
        let missing =
            |what| format!("{what} is missing: cargo xtask onnx MODEL [--size HxW] [--classes] OUT.onnx");
        Ok(Self {
            model: model.with_context(|| missing("MODEL"))?,
            path: path.with_context(|| missing("OUT.onnx"))?,
            size,
            output,
        })
    }
}

/// 384 and 512 of `384x512`.
fn parse_size(text: &str) -> Result<[usize; 2]> {
    let sides = text.split_once('x').and_then(|(h, w)| Some([h.parse().ok()?, w.parse().ok()?]));
    sides.with_context(|| {
        format!("--size takes HEIGHTxWIDTH in pixels, as in 384x512; \"{text}\" is not that")
    })
}

pub fn run(options: &Options) -> Result<()> {
    let bytes =
        fs::read(&options.model).with_context(|| format!("cannot read {}", options.model.display()))?;
    let model = Model::from_bytes(&bytes)?;
    let size = options.size.unwrap_or_else(|| network_size(&model.info.input, [1, 1]));
    let onnx = export(&model.graph, &model.weights.dequantise(), size, options.output)?;
    fs::write(&options.path, &onnx)
        .with_context(|| format!("{} cannot be written", options.path.display()))?;
    let [height, width] = size;
    println!("{}: {} bytes, input [1, 3, {height}, {width}]", options.path.display(), onnx.len());
    Ok(())
}
