//! `cargo run --example zoo_table -- FILE NODE SCRIPT` (`cargo xtask zoo`): every network of the zoo with its counts, how far the
//! reference and both executors are from PyTorch for those that have a golden file, and how far ONNX Runtime is from ours, which
//! NODE runs by SCRIPT (tests/e2e/onnx-scores.js).

#[path = "../common/mod.rs"]
mod common;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use common::{Golden, golden_networks, golden_path, run_network, run_pictures, same_argmax, whole_zoo};
use segscope::graph::onnx::{Output, export};
use segscope::graph::random::{random_picture, random_weights};
use segscope::graph::{Graph, Op, Tensor, passes};
use segscope::reference::Reference;
use segscope::session::{Backend, Cpu};
use segscope::weights::Precision;
use segscope::weights::quantise::quantise;
use segscope::zoo::Options;

const HEAD: &str = "\
# The zoo

<!-- Written by `cargo xtask zoo`. Do not edit. -->

Every network has the names and the outputs of a reference implementation: torchvision 0.29.2, segmentation_models_pytorch 0.6.0, transformers
5.24.0, the authors' ESPNetv2, or, where a paper has none on PyPI, a plain statement of it in `training/networks`. Parameters are those that
inference uses, multiply-adds those of one picture; both equal what PyTorch counts (`tests/zoo.rs`). The fully connected CRF that follows DeepLab v1
and v2 is no part of the networks but a last step that any of them can have: `lab::crf` in the crate, lesson 7 in the page, on maps of up to
128x128 cells (a stride of 8 on a picture of 1024 pixels).

The other columns compare scores in f32 with PyTorch's, from random weights and on the small pictures of `python/golden/networks.py`: the largest
difference of any score, as a part of the largest score, in the reference (burn), in the GPU's kernels (WGSL) and in the processor's (SIMD), and the
least share of pixels whose best class is the same. Where a golden file keeps its scores in f16, the difference is that of f16, up to 5e-4. A dash: the
adapter did not take the weights in one piece (software ones take 128 MB); `tests/executors.rs` runs these in int8.

The last two columns are the same of each network exported as ONNX and run by ONNX Runtime (onnxruntime-web 1.30, wasm), against our SIMD executor.
ENet puts maxima back where they were: where two values of a window are equal but for rounding, another engine has another place, and single pixels
differ by more.
";

fn main() {
    let [file, node, script] =
        [1, 2, 3].map(|i| std::env::args_os().nth(i).expect("the file to write, Node.js and the script"));
    let mut onnx_runtime = OnnxRuntime::start(node, script);
    let json = std::fs::read_to_string(golden_path("counts.json")).unwrap();
    let counts: serde_json::Value = serde_json::from_str(&json).unwrap();
    let [classes, height, width] =
        ["classes", "height", "width"].map(|key| counts[key].as_u64().unwrap() as usize);
    let mut table = format!(
        "{HEAD}\n`cargo xtask zoo` writes this file. Multiply-adds and parameters for {classes} classes, a picture of \
         {width}x{height}.\n\n\
         | network | parameters | multiply-adds | reference | WGSL | SIMD | same class | ONNX Runtime | same class |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    let mut far = Vec::new();
    for ((name, architecture, scale), case) in whole_zoo().zip(golden_networks()) {
        assert_eq!(name, case.name);
        let graph = architecture.build(&Options { scale, classes }).unwrap();
        let (parameters, macs) = (graph.parameters().unwrap(), graph.macs(height, width).unwrap());
        let (on_ours, on_onnx_runtime) = (figures(&case), onnx_runtime.figures(&graph, [height, width]));
        println!("{name}: {} | ONNX Runtime {}", on_ours.cells, on_onnx_runtime.cells);
        let (millions, billions) = (parameters as f64 / 1e6, macs as f64 / 1e9);
        let cells =
            format!("{millions:.2} M | {billions:.2} G | {} | {}", on_ours.cells, on_onnx_runtime.cells);
        writeln!(table, "| {name} | {cells} |").unwrap();
        if on_ours.is_far || on_onnx_runtime.is_far {
            far.push(name);
        }
    }
    assert!(far.is_empty(), "networks that differ from PyTorch or ONNX Runtime: {}", far.join(", "));
    std::fs::write(file, table).unwrap();
}

const MOST_DIFFERENCE: f32 = 1e-3;
/// Of pixels with the same class.
const LEAST_SHARE: f64 = 0.999;

/// Of one network.
struct Figures {
    cells: String,
    /// Whether scores or classes are further from the other engine's than rounding explains.
    is_far: bool,
}

/// Three differences and a share.
fn figures(case: &Golden) -> Figures {
    let (graph, weights) = passes::fold_affines(&case.graph, &case.weights);
    let weights = quantise(&weights, Precision::F32);
    let on_gpu = || {
        let gpu = common::gpu();
        // None where the adapter does not take the weights in one piece.
        let network = gpu.network(graph.clone(), &weights, &[]).ok()?;
        Some(run_network(&gpu, &network, &case.input, case.shape))
    };
    let outputs = [
        Some(Reference::new(&case.graph, &case.weights).unwrap().run(&case.input, case.shape).unwrap()),
        on_gpu(),
        Some(run_pictures(&Cpu, &graph, &weights, &case.input, case.shape)),
    ];
    let differences = outputs.each_ref().map(|ours| Some(difference(ours.as_ref()?, &case.output)));
    let cells = differences.map(|difference| difference.map_or("-".into(), |it| format!("{it:.0e}")));
    let largest = differences.into_iter().flatten().fold(0.0, f32::max);
    let share = outputs.iter().flatten().map(|ours| same_argmax(ours, &case.output)).fold(1.0, f64::min);
    let cells = format!("{} | {:.2} %", cells.join(" | "), share * 100.0);
    Figures { cells, is_far: largest > MOST_DIFFERENCE || share < LEAST_SHARE }
}

/// The largest, as a part of the largest score.
fn difference(ours: &Tensor, theirs: &Tensor) -> f32 {
    assert_eq!(ours.shape, theirs.shape);
    let largest =
        |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, |most: f32, value| most.max(value.abs()));
    let difference = largest(&mut ours.data.iter().zip(&theirs.data).map(|(a, b)| a - b));
    difference / largest(&mut theirs.data.iter().copied())
}

/// A program that runs ONNX files, one a line of its input.
struct OnnxRuntime {
    program: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl OnnxRuntime {
    fn start(node: OsString, script: OsString) -> Self {
        let folder = std::env::temp_dir().join(format!("segscope-zoo-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut program = Command::new(node)
            .arg(script)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node.js starts");
        let requests = program.stdin.take().expect("it is piped");
        let answers = BufReader::new(program.stdout.take().expect("it is piped"));
        Self { program, requests, answers, folder }
    }

    /// The largest difference as a part of the largest score, and the share of pixels with the same class.
    fn figures(&mut self, graph: &Graph, [height, width]: [usize; 2]) -> Figures {
        let shape = [1, 3, height, width];
        let input = random_picture(shape);
        let (graph, weights) = passes::fold_affines(graph, &random_weights(graph));
        let onnx = export(&graph, &weights, [height, width], Output::Scores).unwrap();
        let ours = run_pictures(&Cpu, &graph, &quantise(&weights, Precision::F32), &input, shape);
        std::fs::write(self.folder.join("model.onnx"), onnx).unwrap();
        let bytes: Vec<u8> = input.iter().flat_map(|value| value.to_le_bytes()).collect();
        std::fs::write(self.folder.join("input"), bytes).unwrap();
        writeln!(self.requests, "{height} {width}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert_eq!(answer.trim(), "done", "ONNX Runtime");
        let bytes = std::fs::read(self.folder.join("output")).unwrap();
        let data = bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect();
        let theirs = Tensor::new(ours.shape.clone(), data);
        let share = same_argmax(&ours, &theirs);
        let difference = difference(&ours, &theirs);
        // A rounding error can move a value to another pixel.
        let unpools = graph.nodes.iter().any(|node| matches!(node.op, Op::MaxUnpool2d(_)));
        let cells = format!("{difference:.0e} | {:.2} %", share * 100.0);
        Figures { cells, is_far: (difference > MOST_DIFFERENCE && !unpools) || share < LEAST_SHARE }
    }
}

impl Drop for OnnxRuntime {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
