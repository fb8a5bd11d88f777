//! Commands on models. They need the whole engine, so they live in their own package, built optimised.

use crate::command::run;
use crate::project;
use crate::toolchain::native_cargo;
use anyhow::Result;
use std::ffi::OsString;

pub fn run_tool(name: &str, arguments: impl Iterator<Item = OsString>) -> Result<()> {
    let manifest = project::root().join("Cargo.toml");
    // Paths among the arguments are the caller's, so the tool runs where the caller stands.
    run(native_cargo()
        .current_dir(std::env::current_dir()?)
        .args(["run", "--quiet", "--release", "--package", "segscope-tools", "--manifest-path"])
        .arg(manifest)
        .args(["--", name])
        .args(arguments))
}
