//! The wasm bundles: crate `segscope` for the browser, once per purpose, with their JavaScript glue, in `www/pkg/`.

use crate::command::{run, say};
use crate::node::Node;
use crate::project;
use crate::toolchain::Toolchain;
use anyhow::{Context, Result};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// A bundle: `www/pkg/NAME.js` and `NAME_bg.wasm`, the crate with some features.
pub struct Bundle {
    pub name: &'static str,
    pub features: &'static str,
    /// Whether its memory can be shared among workers, which needs a standard library built for that.
    pub has_threads: bool,
}

pub const BUNDLES: [Bundle; 4] = [
    // Every visitor fetches one of these two: without threads, or with them where the page is cross-origin isolated.
    Bundle { name: "engine", features: "page", has_threads: false },
    Bundle { name: "engine-threads", features: "page,threads", has_threads: true },
    // Fetched when a checkpoint or an ONNX file has to be converted in the page, or a mask saved.
    Bundle { name: "files", features: "import,onnx,png", has_threads: false },
    // Fetched by lessons.
    Bundle { name: "lab", features: "lab", has_threads: false },
];

/// WebAssembly that Chromium, Firefox and Safari have had for years. Named one by one, since `wasm-opt -all` would
/// also use proposals that browsers reject.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

/// In place of a bundle that cannot be built here: a file that is missing would be an error in every visitor's console.
const PLACEHOLDER: &str = "throw new Error(\"This bundle was not built.\");\n";

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Speed {
    /// Seconds after a change: no link-time optimisation, no wasm-opt.
    QuickToBuild,
    /// What is published.
    QuickToRun,
}

impl Speed {
    pub fn from_fast(fast: bool) -> Self {
        if fast { Self::QuickToBuild } else { Self::QuickToRun }
    }

    /// The profile of the root Cargo.toml.
    pub fn profile(self) -> &'static str {
        match self {
            Self::QuickToBuild => "wasm-fast",
            Self::QuickToRun => "wasm-release",
        }
    }
}

/// Brings `www/pkg/` up to date. Where nothing changed, this costs what cargo needs to see that.
pub fn build(speed: Speed) -> Result<()> {
    let toolchain = Toolchain::find_or_install()?;
    // Without Node.js the page still works, only larger: no reason to refuse to serve it.
    let node = match speed {
        Speed::QuickToBuild => None,
        Speed::QuickToRun => Node::set_up()
            .inspect_err(|error| say(format_args!("wasm-opt is left out, bundles will be larger: {error:#}")))
            .ok(),
    };
    let mut built = Vec::new();
    for bundle in &BUNDLES {
        match toolchain.prepare(bundle.has_threads) {
            Ok(()) => built.push(bundle),
            Err(error) => {
                say(format_args!("{} is left out, the page will do without threads: {error:#}", bundle.name));
                leave_out(bundle)?;
            }
        }
    }
    // At once: most of the time goes to the last steps, link-time optimisation and wasm-opt, and the first has one thread.
    let make = |bundle: &Bundle| package(bundle, &compile(bundle, speed, toolchain)?, node.as_ref());
    std::thread::scope(|scope| {
        let makers: Vec<_> = built.iter().map(|bundle| scope.spawn(|| make(bundle))).collect();
        makers.into_iter().try_for_each(|maker| maker.join().expect("a bundle's thread does not panic"))
    })
}

fn leave_out(bundle: &Bundle) -> Result<()> {
    let wasm = project::bundles().join(format!("{}_bg.wasm", bundle.name));
    if wasm.exists() {
        std::fs::remove_file(wasm)?;
    }
    std::fs::create_dir_all(project::bundles())?;
    Ok(std::fs::write(project::bundles().join(format!("{}.js", bundle.name)), PLACEHOLDER)?)
}

/// Features that `cargo` gets for a bundle, also where it only checks.
pub fn feature_args(bundle: &Bundle) -> [&'static str; 5] {
    ["--package", "segscope", "--no-default-features", "--features", bundle.features]
}

/// One target folder per bundle: cargo names a cdylib without a hash of its features, so two sets of features would
/// overwrite each other's file and cargo would take the wrong one for fresh.
pub fn target_folder(bundle: &Bundle) -> PathBuf {
    project::target().join("wasm").join(bundle.name)
}

fn compile(bundle: &Bundle, speed: Speed, toolchain: Toolchain) -> Result<PathBuf> {
    say(format_args!("building {} ({})", bundle.name, speed.profile()));
    let folder = target_folder(bundle);
    run(toolchain
        .cargo("build", bundle.has_threads)
        .args(["--lib", "--profile", speed.profile(), "--target-dir"])
        .arg(&folder)
        .args(feature_args(bundle)))?;
    Ok(folder.join("wasm32-unknown-unknown").join(speed.profile()).join("segscope.wasm"))
}

/// Writes the glue, and the wasm made smaller, unless the last run did so for the same input.
fn package(bundle: &Bundle, compiled: &Path, node: Option<&Node>) -> Result<()> {
    let wasm = std::fs::read(compiled).with_context(|| format!("cargo left no {}", compiled.display()))?;
    let stamp = target_folder(bundle).join("packaged");
    let input = fingerprint(&wasm, node.is_some())?;
    let output = project::bundles().join(format!("{}_bg.wasm", bundle.name));
    if output.exists() && std::fs::read_to_string(&stamp).is_ok_and(|last| last == input) {
        return Ok(());
    }
    let mut bindgen = Bindgen::new();
    let mut glued = bindgen
        .input_bytes(bundle.name, wasm)
        .web(true)?
        .typescript(true)
        // `init()` without an argument finds the wasm beside the script.
        .omit_default_module_path(false)
        .remove_name_section(node.is_some())
        .remove_producers_section(true)
        .generate_output()?;
    let imports = glued.wasm_mut().imports.iter_mut();
    let names = shorten(imports.map(|import| &mut import.name));
    glued.emit(project::bundles())?;
    let script = project::bundles().join(format!("{}.js", bundle.name));
    rename(&script, &names)?;
    if let Some(node) = node {
        optimise(bundle, &output, node)?;
        minify(&script, node)?;
    }
    std::fs::write(stamp, input)?;
    Ok(())
}

/// Numbers what wasm-bindgen named by hashes, which no compressor makes smaller: 10 kB of the engine with brotli. Returns the old names
/// with the new.
fn shorten<'a>(names: impl Iterator<Item = &'a mut String>) -> Vec<(String, String)> {
    let mut renamed = Vec::new();
    for name in names.filter(|name| name.starts_with("__wb")) {
        let short = format!("i{}", renamed.len());
        renamed.push((std::mem::replace(name, short.clone()), short));
    }
    renamed
}

/// Gives the glue's functions their new names.
fn rename(script: &Path, names: &[(String, String)]) -> Result<()> {
    let mut text = std::fs::read_to_string(script)?;
    for (old, new) in names {
        text = text.replace(&format!("{old}:"), &format!("{new}:"));
    }
    Ok(std::fs::write(script, text)?)
}

fn optimise(bundle: &Bundle, wasm: &Path, node: &Node) -> Result<()> {
    let smaller = wasm.with_extension("opt");
    let mut command: Command = node.script("binaryen/bin/wasm-opt");
    run(command
        .arg(wasm)
        .args(["-O3", "--output"])
        .arg(&smaller)
        .args(WASM_FEATURES)
        .args(bundle.has_threads.then_some("--enable-threads")))?;
    std::fs::rename(smaller, wasm)?;
    Ok(())
}

/// The glue is generated: nobody reads it.
fn minify(script: &Path, node: &Node) -> Result<()> {
    run(node
        .script("terser/bin/terser")
        .arg(script)
        .args(["--module", "--compress", "--mangle", "--output"])
        .arg(script))
}

/// What the files of a bundle depend on: tools by their locked versions, and how this program calls them.
fn fingerprint(wasm: &[u8], optimised: bool) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    wasm.hash(&mut hasher);
    optimised.hash(&mut hasher);
    std::fs::read(project::e2e().join("package-lock.json"))?.hash(&mut hasher);
    std::fs::read(project::root().join("Cargo.lock"))?.hash(&mut hasher);
    include_str!("bundle.rs").hash(&mut hasher);
    Ok(format!("{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_the_glue_are_numbered_and_memory_keeps_its_name() {
        let mut names = ["__wbg_call_0123", "memory", "__wbindgen_throw_4567"].map(String::from);
        let renamed = shorten(names.iter_mut());
        assert_eq!(names, ["i0", "memory", "i1"]);
        let [(first, _), (second, _)] = &renamed[..] else { panic!("{renamed:?}") };
        assert_eq!([first, second], ["__wbg_call_0123", "__wbindgen_throw_4567"]);
    }
}
