//! `cargo xtask bench`: ours against others, in Chromium (`bench/`), or natively against what the device can do.

use crate::browser_script::Stage;
use crate::command::{line, run};
use crate::{bench_live, burn_bundle, project, tools};
use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use std::ffi::OsString;
use std::path::Path;

const HELP: &str = "\
cargo xtask bench [OPTIONS]
cargo xtask bench live [OPTIONS]    frames a second and latency of a camera's picture; `cargo xtask bench live --help`

  --models A,B      of the catalogue, or architectures of the zoo with random weights
  --sizes N,M       sides of the square picture; by default 128 to 1024, of which a software adapter gets the smaller ones
  --engines A,B     segscope-webgpu, ort-webgpu, burn-webgpu, segscope-cpu, segscope-cpu-2, ort-wasm-1,
                    ort-wasm-2
  --rounds N        frames of each engine, taking turns (5)
  --cold N          cold first masks of each engine, which start a browser each (1)
  --cap SECONDS     after which an engine gets no more of either for one model and size, which is reported; three frames it gets
                    in any case (10)
  --write           docs/performance.md besides standard output
  --json            ends with one line of JSON
  --native ...      a release build without a browser: the WGSL plan on this machine's GPU against the least time it could take,
                    or each step's time there and on one thread of the processor: `cargo xtask eval --help`
";

/// Where the server finds what the pages load.
const PACKAGE: &str = "bench/pkg";
const MODELS: &str = "people,lraspp_mobilenet_v3_large,unet_mobilenet_v2";
const SIZES: &str = "128,256,384,512,768,1024";
const BURN: &str = "burn-webgpu";
const ENGINES: &str =
    "segscope-webgpu,ort-webgpu,burn-webgpu,segscope-cpu,segscope-cpu-2,ort-wasm-1,ort-wasm-2";
/// What onnxruntime-web loads with one of its execution providers.
const ORT_FILES: [&str; 6] = [
    "ort.webgpu.min.mjs",
    "ort-wasm-simd-threaded.asyncify.mjs",
    "ort-wasm-simd-threaded.asyncify.wasm",
    "ort.wasm.min.mjs",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
];

pub fn run_all(mut args: lexopt::Parser) -> Result<()> {
    let (mut models, mut sizes, mut engines) = (MODELS.to_owned(), None, ENGINES.to_owned());
    let (mut rounds, mut cold, mut cap) = ("5".to_owned(), "1".to_owned(), "10".to_owned());
    let (mut write, mut json) = (false, false);
    while let Some(arg) = args.next()? {
        match arg {
            Value(value) if value == "live" => return bench_live::run_all(args),
            Long("native") => return tools::run_bench(args.raw_args()?),
            Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            Long("models") => models = args.value()?.string()?,
            Long("sizes") => sizes = Some(args.value()?.string()?),
            Long("engines") => engines = args.value()?.string()?,
            Long("rounds") => rounds = args.value()?.string()?,
            Long("cold") => cold = args.value()?.string()?,
            Long("cap") => cap = args.value()?.string()?,
            Long("write") => write = true,
            Long("json") => json = true,
            _ => return Err(arg.unexpected().into()),
        }
    }
    let known = |engine: &&str| ENGINES.split(',').any(|name| name == *engine);
    if let Some(unknown) = engines.split(',').find(|engine| !known(engine)) {
        bail!("there is no engine \"{unknown}\"; there are {ENGINES}");
    }
    for (option, value) in [("--rounds", &rounds), ("--cold", &cold), ("--cap", &cap)] {
        if !value.parse::<u32>().is_ok_and(|number| number > 0) {
            bail!("{option} takes a number above zero, not \"{value}\"");
        }
    }

    let stage = Stage::set_up()?;
    if engines.split(',').any(|engine| engine == BURN) {
        burn_bundle::build(&project::root().join(PACKAGE).join("burn"))?;
    }
    let all_sizes = sizes.as_deref().unwrap_or(SIZES);
    prepare(&models, all_sizes)?;

    let mut command = stage.script("bench/run.js")?;
    command
        .args(["--command", &typed(), "--models", &models, "--sizes", all_sizes, "--engines", &engines])
        .args(["--rounds", &rounds, "--cold", &cold, "--cap", &cap])
        .args(sizes.is_none().then_some("--choose-sizes"))
        .args(json.then_some("--json"));
    if write {
        command.arg("--write").arg(project::root().join("docs/performance.md"));
    }
    run(&mut command)
}

/// Models for all engines and onnxruntime-web's files, where the server finds them: it serves no node_modules.
pub fn prepare(models: &str, sizes: &str) -> Result<()> {
    let package = project::root().join(PACKAGE);
    let arguments = ["--models", models, "--sizes", sizes].map(OsString::from);
    tools::run_tool("bench-models", [package.join("models").into()].into_iter().chain(arguments))?;
    let (from, to) = (project::e2e().join("node_modules/onnxruntime-web/dist"), package.join("ort"));
    std::fs::create_dir_all(&to)?;
    for file in ORT_FILES {
        copy(&from.join(file), &to.join(file))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
        .map(|_| ())
}

/// The command as it was typed, for whoever wants to repeat it.
pub fn typed() -> String {
    let mut command = std::process::Command::new("cargo");
    command.arg("xtask").args(std::env::args_os().skip(1));
    line(&command)
}
