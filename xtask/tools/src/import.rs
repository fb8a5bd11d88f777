//! `import`: a checkpoint or an ONNX file as an int8 model file.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use segscope::weights::Precision;

use crate::checkpoint::Request;
use crate::numbers::with_numbers;

pub fn run(request: Request) -> Result<()> {
    ensure!(request.photos.is_none(), "--data and --split are of `quantise` and `calibrate`");
    let model = with_numbers(request.import(Precision::Int8)?)?;
    let path = request.output.unwrap_or_else(|| PathBuf::from(format!("{}.safetensors", model.info.id)));
    fs::write(&path, model.to_bytes()).with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}: {} bytes, sha256 {}", path.display(), model.size_bytes, model.sha256);
    Ok(())
}
