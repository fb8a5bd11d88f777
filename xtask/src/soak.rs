//! `cargo xtask soak`: a live picture that is left on, in Chromium, must not hold more and more.

use crate::browser_script::Stage;
use crate::command::run;
use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask soak [OPTIONS]

  Shows frames of a camera with their mask, and prints what the engine and the page hold after the first twenty, in the middle and at
  the end; fails if that grows by more than it may, if a video frame was not closed, or if a frame made an object on the GPU.

  --frames N        (10000)
  --backend NAME    webgpu or cpu (cpu)
  --side N          of the network's input, 64 at least (128)
  --model ID        of the catalogue (people)
";

pub fn run_all(mut args: lexopt::Parser) -> Result<()> {
    let (mut frames, mut side) = (10_000_u32, 128_u32);
    let (mut backend, mut model) = ("cpu".to_owned(), "people".to_owned());
    while let Some(arg) = args.next()? {
        match arg {
            Long("help") => {
                print!("{HELP}");
                return Ok(());
            }
            Long("frames") => frames = args.value()?.parse()?,
            Long("backend") => backend = args.value()?.string()?,
            Long("side") => side = args.value()?.parse()?,
            Long("model") => model = args.value()?.string()?,
            _ => return Err(arg.unexpected().into()),
        }
    }
    if !["webgpu", "cpu"].contains(&backend.as_str()) {
        bail!("there is no backend \"{backend}\"; there are webgpu and cpu");
    }
    if frames == 0 {
        bail!("--frames takes a number above zero");
    }
    run(Stage::set_up()?.script("bench/live/run-soak.js")?.args([
        "--frames",
        &frames.to_string(),
        "--backend",
        &backend,
        "--side",
        &side.to_string(),
        "--model",
        &model,
    ]))
}
