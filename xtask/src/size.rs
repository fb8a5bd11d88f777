//! Sizes of what a visitor downloads, raw and as a web server sends it, against the budget.

use crate::project;
use crate::scripts;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// Engine wasm and the JavaScript that an embedding page loads with it, brotli, bytes.
const ENGINE_BUDGET: usize = 300_000;
/// What lessons fetch besides, brotli, bytes.
const LAB_BUDGET: usize = 800_000;
/// Of these two a visitor fetches one.
const ENGINES: [&str; 2] = ["engine", "engine-threads"];

/// Prints the sizes.
///
/// # Errors
/// When what a visitor fetches is over budget.
pub fn check_budget() -> Result<()> {
    let files =
        |bundle| [".js", "_bg.wasm"].map(|ending| project::bundles().join(format!("{bundle}{ending}")));
    let on_demand = files("files");
    let www = project::root().join("www");
    let engine_scripts = scripts::with_imports(&scripts::ENGINE)?;
    let mut page_scripts = all_scripts(&www)?;
    page_scripts.retain(|file| !file.starts_with(project::bundles()) && !engine_scripts.contains(file));

    println!("{:>10} {:>10}  file", "raw", "brotli");
    report("JavaScript of the page alone", &page_scripts)?;
    let embedded = report("JavaScript of the engine", &engine_scripts)?;
    report("on demand", &on_demand)?;
    let lab = report("of lessons, on demand", &files("lab"))?;
    if lab > LAB_BUDGET {
        bail!("the lab is {lab} bytes with brotli, over the budget of {LAB_BUDGET}");
    }
    for engine in ENGINES {
        let [script, wasm] = files(engine);
        if !wasm.exists() {
            continue;
        }
        let size = embedded + report(engine, &[script, wasm])?;
        println!("{size:>21}  = JavaScript of the engine and {engine}, of at most {ENGINE_BUDGET}\n");
        if size > ENGINE_BUDGET {
            bail!(
                "{engine} and its JavaScript are {size} bytes with brotli, over the budget of {ENGINE_BUDGET}"
            );
        }
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
fn all_scripts(folder: &Path) -> Result<Vec<PathBuf>> {
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
