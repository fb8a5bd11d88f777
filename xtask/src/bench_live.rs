//! `cargo xtask bench live`: a camera's picture with its mask, by our page's own path and by the usual way, in Chromium.

use crate::bench::{prepare, typed};
use crate::browser_script::Stage;
use crate::command::run;
use crate::project;
use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask bench live [OPTIONS]

  --sizes N,M       sides of the network's square input (128,256)
  --ways A,B        ours-webgpu, ours-cpu, ours-cpu-2, usual-webgpu, usual-cpu, ort-webgpu, ort-wasm-1
  --frames N        of each way, taking turns (90)
  --cap SECONDS     after which a way gets no more frames of one size, which is reported; three it gets in any case (6)
  --write           docs/performance-live.md besides standard output
  --json            ends with one line of JSON
";

const MODEL: &str = "people";
const WAYS: &str = "ours-webgpu,ours-cpu,ours-cpu-2,usual-webgpu,usual-cpu,ort-webgpu,ort-wasm-1";

pub fn run_all(mut args: lexopt::Parser) -> Result<()> {
    let (mut sizes, mut ways) = ("128,256".to_owned(), WAYS.to_owned());
    let (mut frames, mut cap) = (90_u32, 6_u32);
    let (mut write, mut json) = (false, false);
    while let Some(arg) = args.next()? {
        match arg {
            Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            Long("sizes") => sizes = args.value()?.string()?,
            Long("ways") => ways = args.value()?.string()?,
            Long("frames") => frames = args.value()?.parse()?,
            Long("cap") => cap = args.value()?.parse()?,
            Long("write") => write = true,
            Long("json") => json = true,
            _ => return Err(arg.unexpected().into()),
        }
    }
    if let Some(unknown) = ways.split(',').find(|way| !WAYS.split(',').any(|name| name == *way)) {
        bail!("there is no way \"{unknown}\"; there are {WAYS}");
    }
    if frames == 0 || cap == 0 {
        bail!("--frames and --cap take numbers above zero");
    }
    let stage = Stage::set_up()?;
    prepare(MODEL, &sizes)?;
    let mut command = stage.script("bench/live/run.js")?;
    command
        .args(["--command", &typed(), "--model", MODEL, "--sizes", &sizes, "--ways", &ways])
        .args(["--frames", &frames.to_string(), "--cap", &cap.to_string()])
        .args(json.then_some("--json"));
    if write {
        command.arg("--write").arg(project::root().join("docs/performance-live.md"));
    }
    run(&mut command)
}
