//! `cargo xtask pack MODEL`: a folder that any static host serves, from whatever path.

use crate::command::{self, run, say};
use crate::node::Node;
use crate::{bundle, project, scripts};
use anyhow::{Context, Result, ensure};
use lexopt::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// What a page may import: the engine, its element, and the worker that saves masks.
const ENTRIES: [&str; 3] = ["engine.js", "seg-scope.js", "files-worker.js"];
/// The bundles that these load.
const BUNDLES: [&str; 3] = ["engine", "engine-threads", "files"];
/// The folder's page and what people are told, beside the model.
const TEMPLATE: [&str; 2] = ["index.html", "README.md"];
/// The engine's own folder, which is an npm package.
const PACKAGE: &str = "segscope";

pub fn run_all(mut args: lexopt::Parser) -> Result<()> {
    let (mut model, mut output) = (None, None);
    while let Some(arg) = args.next()? {
        match arg {
            Short('o') | Long("output") => output = Some(PathBuf::from(args.value()?)),
            Value(value) if model.is_none() => model = Some(value.string()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    let model = model_path(&model.context("name a model of the catalogue or a model file")?)?;
    let stem = model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = output.unwrap_or_else(|| PathBuf::from(format!("segscope-{stem}")));
    bundle::build(bundle::Speed::QuickToRun)?;
    write(&folder, &model)?;
    println!("{}: serve this folder from anywhere; segscope/ is an npm package", folder.display());
    Ok(())
}

fn model_path(model: &str) -> Result<PathBuf> {
    let shipped = project::root().join(format!("models/{model}.safetensors"));
    let path = if shipped.exists() { shipped } else { PathBuf::from(model) };
    ensure!(
        path.is_file(),
        "there is no model \"{model}\"; name one of the catalogue, or a model file of cargo xtask import"
    );
    Ok(path)
}

/// Page, engine as it was built last, and the model, which that engine has to take.
pub fn write(folder: &Path, model: &Path) -> Result<()> {
    let node = Node::set_up()
        .inspect_err(|error| say(format_args!("the model is not tried, types are left out: {error:#}")))
        .ok();
    if let Some(node) = &node {
        check(node, model)?;
    }
    let package = folder.join(PACKAGE);
    let www = project::root().join("www");
    let entries: Vec<&str> = scripts::ENGINE.into_iter().chain(ENTRIES).collect();
    for script in scripts::with_imports(&entries)? {
        // The glue of a bundle comes with its wasm.
        if !script.starts_with(project::bundles()) {
            copy(&script, &package.join(script.strip_prefix(&www)?))?;
        }
    }
    for file in BUNDLES.iter().flat_map(|bundle| [".js", "_bg.wasm"].map(|end| format!("{bundle}{end}"))) {
        let from = project::bundles().join(&file);
        // The bundle with threads cannot be built everywhere.
        if from.exists() {
            copy(&from, &package.join("pkg").join(file))?;
        }
    }
    for file in TEMPLATE {
        copy(&project::root().join("examples/pack").join(file), &folder.join(file))?;
    }
    copy(model, &folder.join("model.safetensors"))?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&project::root().join(licence), &package.join(licence))?;
    }
    let manifest =
        include_str!("../../examples/pack/package.json").replace("VERSION", env!("CARGO_PKG_VERSION"));
    fs::write(package.join("package.json"), manifest).context("package.json cannot be written")?;
    match &node {
        Some(node) => write_types(node, &package, &www),
        None => Ok(()),
    }
}

/// Else the first to hear that a file is no model would be visitors.
fn check(node: &Node, model: &Path) -> Result<()> {
    let script = project::root().join("examples/pack/check-model.js");
    let refusal = command::output(node.command().arg(script).arg(std::path::absolute(model)?))?;
    ensure!(
        refusal.is_empty(),
        "{} cannot be packed: {refusal}. cargo xtask import makes a model file of a checkpoint or an ONNX file",
        model.display()
    );
    Ok(())
}

/// The JSDoc's types as declarations.
fn write_types(node: &Node, package: &Path, www: &Path) -> Result<()> {
    let types = package.join("types");
    copy(&www.join("types.d.ts"), &types.join("types.d.ts"))?;
    run(node
        .script("typescript/bin/tsc")
        .args([
            "--ignoreConfig",
            "--declaration",
            "--emitDeclarationOnly",
            "--allowJs",
            "--skipLibCheck",
            "--strict",
            "--target",
            "ES2024",
        ])
        .args([
            "--module",
            "ESNext",
            "--moduleResolution",
            "Bundler",
            "--lib",
            "ES2024,DOM,DOM.Iterable,DOM.AsyncIterable",
        ])
        .arg("--types")
        .arg("@webgpu/types")
        .arg("--typeRoots")
        .arg(project::e2e().join("node_modules"))
        .arg("--rootDir")
        .arg(www)
        .arg("--outDir")
        .arg(&types)
        .args(["engine.js", "seg-scope.js"].map(|script| www.join(script))))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
    }
    fs::copy(from, to).with_context(|| format!("{} cannot be copied to {}", from.display(), to.display()))?;
    Ok(())
}
