//! The bundle that only the benchmark needs: burn's wgpu backend for the browser (`bench/burn`).

use crate::command::{run, say};
use crate::project;
use crate::toolchain::Toolchain;
use anyhow::{Context, Result};
use std::path::Path;
use wasm_bindgen_cli_support::Bindgen;

/// Writes `burn.js` and `burn_bg.wasm` to `folder`.
pub fn build(folder: &Path) -> Result<()> {
    let toolchain = Toolchain::find_or_install()?;
    let target = project::target().join("wasm/burn");
    say("building burn's wgpu backend for comparison (minutes, the first time)");
    run(toolchain
        .cargo("build", false)
        .current_dir(project::root().join("bench/burn"))
        .args(["--release", "--target-dir"])
        .arg(&target))?;
    let compiled = target.join("wasm32-unknown-unknown/release/segscope_bench_burn.wasm");
    let wasm = std::fs::read(&compiled).with_context(|| format!("cargo left no {}", compiled.display()))?;
    Bindgen::new()
        .input_bytes("burn", wasm)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
