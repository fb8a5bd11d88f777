//! Everything that is checked without a browser. All checks run, then the failed ones are named.

use crate::bundle::{self, Bundle};
use crate::command::{on_path, run, run_within, say, succeeds};
use crate::node::Node;
use crate::toolchain::{Toolchain, native_cargo};
use crate::{local_paths, project, size, system_packages, test_native};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// A check, and what to call it.
type Check = (&'static str, fn() -> Result<()>);

/// One after the other: the glue of the bundles has the types that the JavaScript is checked with, and clippy goes where bundles were built.
const OF_THE_BROWSER: [Check; 3] = [
    ("bundles and their sizes", bundles),
    ("JavaScript", javascript),
    ("clippy for the browser", clippy_wasm),
];

/// One after the other, as they share cargo's folder.
const NATIVE: [Check; 5] = [
    ("format", format),
    ("local paths", local_paths::check),
    ("clippy", clippy),
    ("docs", docs),
    ("shaders", shaders),
];

/// Both lists at once: link-time optimisation and wasm-opt of the largest bundle have one thread, for minutes.
pub fn run_all() -> Result<()> {
    need_component("fmt", "rustfmt")?;
    need_component("clippy", "clippy")?;
    let failed = std::thread::scope(|scope| {
        let browser = scope.spawn(|| failures(&OF_THE_BROWSER));
        let mut failed = failures(&NATIVE);
        failed.extend(browser.join().expect("a check reports errors and does not panic"));
        failed
    });
    if !failed.is_empty() {
        bail!("failed checks: {}", failed.join(", "));
    }
    println!("{} checks passed", OF_THE_BROWSER.len() + NATIVE.len());
    Ok(())
}

/// Runs them all; the names of those that failed.
fn failures(checks: &[Check]) -> Vec<&'static str> {
    let mut failed = Vec::new();
    for (name, check) in checks {
        say(format_args!("check: {name}"));
        if let Err(error) = check() {
            say(format_args!("{name}: {error:#}"));
            failed.push(*name);
        }
    }
    failed
}

fn format() -> Result<()> {
    run(native_cargo().args(["fmt", "--all", "--check"])).context("`cargo fmt --all` mends this")
}

/// Before the JavaScript, since the types of the bundles' glue come with the bundles.
fn bundles() -> Result<()> {
    bundle::build(bundle::Speed::QuickToRun)?;
    size::check_budget()
}

/// Strict types over JSDoc; a syntax error is a type error's first case.
fn javascript() -> Result<()> {
    let node = Node::set_up()?;
    run(node.script("typescript/bin/tsc").arg("--project").arg(project::root().join("tsconfig.json")))
}

fn clippy() -> Result<()> {
    run(native_cargo().args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-features",
        "--all-targets",
        "--",
        "--deny",
        "warnings",
    ]))
}

/// Everything that bundles are made of, in the folders where two of them were built.
const CHECKED: [Bundle; 2] = [
    Bundle { name: "lab", features: "page,lab,import,onnx,png", has_threads: false },
    Bundle { name: "engine-threads", features: "page,threads", has_threads: true },
];

/// The crate as browsers get it, with the methods forbidden that block.
fn clippy_wasm() -> Result<()> {
    let toolchain = Toolchain::find_or_install()?;
    if matches!(toolchain, Toolchain::Debian) && !Path::new("/usr/bin/cargo-clippy").exists() {
        system_packages::install(&["rust-web-clippy"])?;
    }
    for bundle in CHECKED.iter().filter(|bundle| toolchain.prepare(bundle.has_threads).is_ok()) {
        run(toolchain
            .cargo("clippy", bundle.has_threads)
            .args(["--quiet", "--lib", "--profile", bundle::Speed::QuickToRun.profile(), "--target-dir"])
            .arg(bundle::target_folder(bundle))
            .args(bundle::feature_args(bundle))
            .args(["--", "--deny", "warnings"])
            .env("CLIPPY_CONF_DIR", project::root().join("xtask/wasm-clippy")))?;
    }
    Ok(())
}

fn docs() -> Result<()> {
    run(native_cargo()
        .args(["doc", "--quiet", "--workspace", "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings"))
}

/// Every shader parsed and validated, as a test of the crate does; no test of that name would be a failure. Built as `cargo xtask test` builds:
/// cargo compiles a dependency again for every other set of features, and burn alone takes minutes.
fn shaders() -> Result<()> {
    let mut command = native_cargo();
    command.args([
        "test",
        "--quiet",
        "--workspace",
        "--all-features",
        "--test",
        "shaders",
        "--",
        "--show-output",
    ]);
    let count = test_native::run_counted(&mut command)?;
    if count.failed > 0 || count.passed == 0 {
        bail!("{} shader tests passed, {} failed", count.passed, count.failed);
    }
    Ok(())
}

/// A component of rustup's toolchain, added where rustup can.
fn need_component(subcommand: &str, component: &str) -> Result<()> {
    if succeeds(native_cargo().args([subcommand, "--version"])) {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        bail!("`cargo {subcommand}` is missing: install {component}");
    }
    say(format_args!("installing {component} (rustup component add)"));
    run_within(Command::new("rustup").args(["component", "add", component]), Duration::from_secs(120))
}
