//! Work on models: `cargo xtask import | quantise | precision | calibrate | eval | onnx | bench --native | catalogue`.

mod activations;
mod bench;
mod bench_models;
#[cfg(feature = "reference")]
mod calibrate;
#[cfg(feature = "reference")]
mod catalogue;
#[cfg(feature = "reference")]
mod checkpoint;
#[cfg(feature = "reference")]
mod class_map;
mod eval;
#[cfg(feature = "reference")]
mod eval_all;
#[cfg(feature = "reference")]
mod import;
#[cfg(feature = "reference")]
mod layers;
#[cfg(feature = "reference")]
mod numbers;
mod onnx;
mod pack;
#[cfg(feature = "reference")]
mod precision;
#[cfg(feature = "reference")]
mod quantise;
#[cfg(feature = "reference")]
mod readme;
#[cfg(feature = "reference")]
mod sample_photos;
#[cfg(feature = "reference")]
mod subjects;
#[cfg(feature = "reference")]
mod taps;

use anyhow::{Result, bail};
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask COMMAND

  import FILE [SPEC] [-o FILE]         a PyTorch .pth or .safetensors, or an ONNX file, as an int8 model file (default:
                                       ID.safetensors)
  quantise FILE [SPEC] [--data PACK --split train] [-o DIR]
                                       f16, int8 and int4 model files, how far each is from f32, and the worst layers by name;
                                       with photos also int8 and int4 with corrected biases
  precision [--pictures N] [-o FILE]   docs/precision.md: what fewer bits cost every model of the catalogue and the published ESPNetv2
                                       of SEGSCOPE_WEIGHTS, on N photos each (default: 48)
  calibrate MODEL --data PACK --split train [--pictures N] [-o FILE]
                                       how large the activations get on N pictures (default: 32), into the model file, for
                                       executors that round them to int8; PACK as below
  eval MODEL --data PACK --split NAME [--backend webgpu|cpu] [--activations f32|f16|int8] [--json]
                                       IoU by class, mean IoU, pixel accuracy, Dice and confusion matrix of a model of the
                                       catalogue or a model file; PACK is a folder, or one of SEGSCOPE_DATA's;
                                       activations are the GPU's (default: f32)
  eval --all [--new] [--checkpoints DIR] [--backend webgpu|cpu] [--write]
                                       mean IoU of every model of the catalogue whose entry names labelled photos, beside that
                                       in f32 where training wrote DIR/ID/SPLIT.json; --new: only of those that have no
                                       models/ID.metrics.json; --write: into models/ID.metrics.json, and
                                       CamVid's models into docs/camvid.md and models/camvid.json, which the page shows
  onnx MODEL [--size HxW] [--classes] OUT.onnx
                                       the network in f32 for other engines, for inputs of one size (default: the model's own,
                                       square); --classes: the best class of every pixel instead of the scores
  bench --native [--models A,B] [--sizes N,M] [--activations f32|f16|int8] [--rounds N] [--json | --steps]
                                       networks of the catalogue or the zoo on this machine's GPU, against the least time the
                                       device could take; --steps: each step's best time, there and on one thread of the
                                       processor. Built as a release, which takes minutes the first time
  catalogue                            sizes, hashes and metrics into models/, and models/README.md

SPEC says what a checkpoint is; without it the names and shapes of its tensors do:
  --spec FILE#ID                       an entry of a catalogue: models/catalogue.json#street
  --arch NAME --classes N [--scale S]  an architecture of the zoo (src/zoo/list.rs), as espnet_v2 (--scale 0.5, 1 or 2),
                                       segformer_b0 or unet_resnet18
";

fn main() {
    if let Err(error) = dispatch() {
        eprintln!("error: {error:#}");
        std::process::exit(1);
    }
}

fn dispatch() -> Result<()> {
    let wants_help = std::env::args_os().any(|arg| arg == "--help" || arg == "-h");
    let mut args = lexopt::Parser::from_env();
    let command = match args.next()? {
        Some(Value(command)) if !wants_help => command,
        _ => {
            print!("{HELP}");
            return Ok(());
        }
    };
    match command.string()?.as_str() {
        #[cfg(feature = "reference")]
        "import" => import::run(checkpoint::Request::parse(args)?),
        #[cfg(feature = "reference")]
        "quantise" => quantise::run(checkpoint::Request::parse(args)?),
        #[cfg(feature = "reference")]
        "precision" => precision::run(&precision::Options::parse(args)?),
        #[cfg(feature = "reference")]
        "calibrate" => calibrate::run(&calibrate::Options::parse(args)?),
        #[cfg(feature = "reference")]
        "eval" if std::env::args_os().any(|arg| arg == "--all") => {
            eval_all::run(&eval_all::Options::parse(args)?)
        }
        "eval" => eval::run(&eval::Options::parse(args)?),
        "bench" => bench::run(args),
        "bench-models" => bench_models::run(&bench_models::Options::parse(args)?),
        "onnx" => onnx::run(&onnx::Options::parse(args)?),
        #[cfg(feature = "reference")]
        "catalogue" => match args.next()? {
            None => catalogue::run(),
            Some(other) => Err(other.unexpected().into()),
        },
        other => bail!("unknown command `{other}`\n\n{HELP}"),
    }
}
