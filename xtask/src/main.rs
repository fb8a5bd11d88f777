//! The project's driver. Every command sets up what it needs, says what it installs, and ends with one clear
//! sentence when it cannot go on.

mod bench;
mod bench_live;
mod browser;
mod browser_script;
mod bundle;
mod burn_bundle;
mod check;
mod classroom;
mod command;
mod local_paths;
mod node;
mod pack;
mod project;
mod scripts;
mod serve;
mod size;
mod soak;
mod system_packages;
mod test;
mod test_browser;
mod test_native;
mod test_packages;
mod toolchain;
mod tools;
mod vulkan;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask COMMAND

  serve [--port N] [--fast] [--no-build]   build and serve the page on 127.0.0.1 (port 8000; 0 = any free one)
  build [--fast]                           wasm bundles into www/pkg/; --fast: quick to build, larger, slower
  test [--native | --browser] [FILTER]     every test, native and in Chromium with WebGPU; FILTER: part of a name
  test --packages [FILTER]                 checkpoints and ONNX files of PyTorch's packages, natively and in Chromium,
                                           and the Python tests; installs PyTorch in target/python
  test --offline [FILTER]                  every lesson's tests on the classroom pack, as a browser keeps it, with the network cut
  bench [live] [...]                       against onnxruntime-web and burn; `cargo xtask bench --help`
  zoo                                      docs/zoo.md: every network's counts, and its distance from PyTorch
                                           and ONNX Runtime
  soak [...]                               a live picture must not hold more and more; `cargo xtask soak --help`
  pack MODEL [-o DIR]                      a folder for any static host: a page with the engine and this model, and an npm
                                           package with types; MODEL: of the catalogue, or a model file (DIR: segscope-ID)
  classroom [-o FILE]                      one zip for a school: the page, its lessons and models, to be served by anything, and kept
                                           by the browser (segscope-classroom.zip)
  check                                    format, clippy, docs, shaders, JavaScript types, local paths
  import, quantise, precision, calibrate, eval, onnx, catalogue
                                           work on models; `cargo xtask eval --help`
";

fn main() {
    if let Err(error) = dispatch() {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn dispatch() -> Result<()> {
    let mut args = lexopt::Parser::from_env();
    let Some(Value(command)) = args.next()? else {
        print!("{HELP}");
        return Ok(());
    };
    match command.string()?.as_str() {
        "serve" => serve(args),
        "build" => build(args),
        "test" => test(args),
        "check" => match args.next()? {
            None => check::run_all(),
            Some(other) => Err(other.unexpected().into()),
        },
        "bench" => bench::run_all(args),
        "zoo" => match args.next()? {
            None => tools::write_zoo_table(&project::root().join("docs/zoo.md")),
            Some(other) => Err(other.unexpected().into()),
        },
        "soak" => soak::run_all(args),
        "pack" => pack::run_all(args),
        "classroom" => classroom::run_all(args),
        name @ ("import" | "quantise" | "precision" | "calibrate" | "eval" | "onnx" | "catalogue") => {
            tools::run_tool(name, args.raw_args()?)
        }
        other => bail!("unknown command `{other}`\n\n{HELP}"),
    }
}

fn serve(mut args: lexopt::Parser) -> Result<()> {
    let (mut port, mut fast, mut build) = (None, false, true);
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => port = Some(args.value()?.parse()?),
            Long("fast") => fast = true,
            Long("no-build") => build = false,
            _ => return Err(arg.unexpected().into()),
        }
    }
    if build {
        bundle::build(bundle::Speed::from_fast(fast))?;
    }
    serve::run(port)
}

fn build(mut args: lexopt::Parser) -> Result<()> {
    let mut fast = false;
    while let Some(arg) = args.next()? {
        match arg {
            Long("fast") => fast = true,
            _ => return Err(arg.unexpected().into()),
        }
    }
    bundle::build(bundle::Speed::from_fast(fast))?;
    if fast { Ok(()) } else { size::check_budget() }
}

fn test(mut args: lexopt::Parser) -> Result<()> {
    let mut options = test::Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("native") => options.native = true,
            Long("browser") => options.browser = true,
            Long("packages") => options.packages = true,
            Long("offline") => options.offline = true,
            Value(filter) if options.filter.is_none() => options.filter = Some(filter.string()?),
            _ => return Err(arg.unexpected().into()),
        }
    }
    if !(options.native || options.browser || options.packages || options.offline) {
        (options.native, options.browser) = (true, true);
    }
    test::run(&options)
}
