//! Programs of ours that need the whole engine: the commands on models, and what the browser tests are fed with.

use crate::command::{run, say};
use crate::node::Node;
use crate::project;
use crate::toolchain::native_cargo;
use anyhow::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Runs a command of segscope-tools, from where the caller stands: paths among the arguments are the caller's.
pub fn run_tool(name: &str, arguments: impl Iterator<Item = OsString>) -> Result<()> {
    run_program(&built("tools")?, name, arguments)
}

/// Runs the native benchmark, optimised as what users get, on one thread of the processor, and without burn.
pub fn run_bench(arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let build = ["build", "--quiet", "--release", "--package", "segscope-tools", "--no-default-features"];
    say("building the benchmark as a release (minutes, the first time)");
    run(native_cargo().args(build))?;
    run_program(&program_in("release", "tools"), "bench", arguments)
}

fn run_program(program: &Path, name: &str, arguments: impl Iterator<Item = OsString>) -> Result<()> {
    run(std::process::Command::new(program).current_dir(std::env::current_dir()?).arg(name).args(arguments))
}

/// Writes PyTorch's golden outputs as files that a page can load.
pub fn write_golden_cases(folder: &Path) -> Result<()> {
    let program = built("examples/golden_cases")?;
    run(std::process::Command::new(program).arg(folder))
}

/// Writes the zoo's counts and its distance from PyTorch and ONNX Runtime as a table.
pub fn write_zoo_table(file: &Path) -> Result<()> {
    let node = Node::set_up()?;
    let program = built("examples/zoo_table")?;
    let script = project::e2e().join("onnx-scores.js");
    run(std::process::Command::new(program).arg(file).arg(node.program()).arg(script))
}

/// The program at this path below the build folder. Built with everything the tests are built with: cargo compiles a
/// dependency again for every other set of features, and burn alone takes minutes.
fn built(program: &str) -> Result<PathBuf> {
    run(native_cargo().args([
        "build",
        "--quiet",
        "--workspace",
        "--all-features",
        "--bin",
        "tools",
        "--example",
        "golden_cases",
        "--example",
        "zoo_table",
    ]))?;
    Ok(program_in("debug", program))
}

fn program_in(profile: &str, program: &str) -> PathBuf {
    project::target().join(profile).join(program).with_extension(std::env::consts::EXE_EXTENSION)
}
