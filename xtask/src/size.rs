//! Sizes of what a visitor downloads, raw and as a web server sends it, against the budget.

use crate::project;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Engine wasm and all JavaScript of the page, brotli, bytes.
const ENGINE_BUDGET: usize = 300_000;

/// Prints the sizes.
///
/// # Errors
/// When what every visitor fetches is over budget.
pub fn check_budget() -> Result<()> {
    let bundles = project::bundles();
    let on_demand = ["files.js", "files_bg.wasm"].map(|name| bundles.join(name));
    let mut engine = vec![bundles.join("engine_bg.wasm")];
    engine
        .extend(scripts(&project::root().join("www"))?.into_iter().filter(|file| !on_demand.contains(file)));

    println!("{:>10} {:>10}  file", "raw", "brotli");
    let engine = report("engine wasm and JavaScript", &engine)?;
    report("on demand", &on_demand)?;
    if engine > ENGINE_BUDGET {
        bail!(
            "engine wasm and JavaScript are {engine} bytes with brotli, over the budget of {ENGINE_BUDGET}"
        );
    }
    Ok(())
}

/// Prints a line per file and their sum; the sum of the compressed sizes.
fn report(title: &str, files: &[PathBuf]) -> Result<usize> {
    let (mut raw_sum, mut compressed_sum) = (0, 0);
    for file in files {
        let content = std::fs::read(file).with_context(|| file.display().to_string())?;
        let compressed = compressed_bytes(&content)?;
        let name = file.strip_prefix(project::root()).unwrap_or(file);
        println!("{:>10} {compressed:>10}  {}", content.len(), name.display());
        raw_sum += content.len();
        compressed_sum += compressed;
    }
    println!("{raw_sum:>10} {compressed_sum:>10}  = {title}\n");
    Ok(compressed_sum)
}

/// Size with the strongest setting, as for files that are compressed once and served often.
fn compressed_bytes(content: &[u8]) -> Result<usize> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed.len())
}

/// Every `.js` below a folder, in order of name.
fn scripts(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "js") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
