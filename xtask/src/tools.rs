//! Programs of ours that need the whole engine: the commands on models, and what the browser tests are fed with.

use crate::command::run;
use crate::project;
use crate::toolchain::native_cargo;
use anyhow::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Runs a command of segscope-tools, from where the caller stands: paths among the arguments are the caller's.
pub fn run_tool(name: &str, arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let program = built("tools")?;
    run(std::process::Command::new(program).current_dir(std::env::current_dir()?).arg(name).args(arguments))
}

/// Writes PyTorch's golden outputs as files that a page can load.
pub fn write_golden_cases(folder: &Path) -> Result<()> {
    let program = built("examples/golden_cases")?;
    run(std::process::Command::new(program).arg(folder))
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
    ]))?;
    Ok(project::target().join("debug").join(program).with_extension(std::env::consts::EXE_EXTENSION))
}
