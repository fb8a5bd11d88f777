//! What the native tests share: golden cases from PyTorch, and comparisons that say where two tensors part.

#![allow(dead_code)] // each test binary uses its share of this file

use std::path::{Path, PathBuf};

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use segscope::graph::random::{random_picture, random_weights, uniform};
use segscope::graph::{Graph, Node, Op, Shape, Tensor, Weights, passes};
use segscope::plan::{ConvKernel, conv_kernels};
#[cfg(feature = "reference")]
use segscope::reference::Reference;
use segscope::session::{Backend, Gpu, Session};
use segscope::weights::import::convert;
use segscope::weights::quantise::quantise;
use segscope::weights::{Model, Precision, QuantisedWeights};
use segscope::wgsl::Activations;
use segscope::zoo::{self, Architecture, Options};

/// The same tests on each backend, under its name. `$subject` makes of a backend what a test is given.
#[allow(unused_macros)]
macro_rules! on_both_backends {
    ($subject:path: $($test:ident),* $(,)?) => {
        mod wgsl {
            $(#[test] fn $test() { super::$test(&$subject(crate::common::gpu())); })*
        }
        mod simd {
            $(#[test] fn $test() { super::$test(&$subject(segscope::session::Cpu)); })*
        }
    };
}

/// A session with `people` loaded.
pub fn people<B: Backend>(backend: B) -> Session<B> {
    let session = Session::new(backend);
    session.load_model(&shipped("people")).unwrap();
    session
}

/// Classes of the networks behind the golden files; `CLASSES` in python/golden/inputs.py.
pub const GOLDEN_CLASSES: usize = 5;

/// A graph with its weights, an input, and what PyTorch makes of it.
pub struct Golden {
    pub name: String,
    pub graph: Graph,
    pub weights: Weights,
    pub input: Vec<f32>,
    pub shape: Shape,
    pub output: Tensor,
}

/// A network's name in golden files.
pub fn golden_name(architecture: &str, scale: Option<f64>) -> String {
    scale.map_or(architecture.into(), |scale| format!("{architecture}_{scale:?}"))
}

/// Every architecture at every scale, under its name in golden files.
pub fn whole_zoo() -> impl Iterator<Item = (String, Architecture, Option<f64>)> {
    zoo::names().into_iter().flat_map(|name| {
        let scales = zoo::find(&name).unwrap().scale_choices();
        scales.into_iter().map(move |scale| (golden_name(&name, scale), zoo::find(&name).unwrap(), scale))
    })
}

pub fn network(architecture: &str, scale: Option<f64>, classes: usize) -> Graph {
    zoo::build(architecture, &Options { scale, classes }).unwrap()
}

/// Of each decoder, each kind of encoder and, where its weights take at most 32 MB, each paper one: for tests that run a network many
/// times, and for the browser. The native tests run every network of the zoo once.
pub const LIGHT: [&str; 17] = [
    "espnet_v2_0.5",
    "espnet_v2_1.0",
    "espnet_v2_2.0",
    "lraspp_mobilenet_v3_large",
    "lraspp_mobilenet_v3_small",
    "unet_resnet18",
    "unet_mobilenet_v2",
    "unet_efficientnet-b0",
    "unet_mit_b0",
    "linknet_mobilenet_v2",
    "pspnet_resnet18",
    "fpn_mobilenet_v2",
    "deeplabv3plus_mobilenet_v2",
    "pan_mobilenet_v2",
    "segformer_mit_b0",
    "segformer_b0",
    "enet",
];

/// Those of `NARROW` in python/tests/published.py.
pub const EXPORTED: [&str; 5] = [
    "unetplusplus_resnet18",
    "deeplabv3plus_mobilenet_v2_transformers",
    "upernet_convnext",
    "fast_scnn",
    "bisenet_v2",
];

/// Whether random weights leave this network margins so thin that rounding weights or inputs to int8 changes classes.
pub fn has_thin_margins(name: &str) -> bool {
    ["espnet_v2", "enet", "segformer"].iter().any(|begin| name.starts_with(begin))
}

/// Every network of the zoo with random weights, each made while the one before is looked at; the largest holds 540 MB.
pub fn golden_networks() -> impl Iterator<Item = Golden> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(0);
    // Whoever stops listening wants no more.
    let make = move || networks_where(|_| true).try_for_each(|case| sender.send(case).ok());
    let mut maker = Some(std::thread::spawn(make));
    std::iter::from_fn(move || {
        let case = receiver.recv().ok();
        if case.is_none()
            && let Some(maker) = maker.take()
        {
            // A golden file that is missing is no end.
            maker.join().unwrap();
        }
        case
    })
}

/// Those of [`LIGHT`].
pub fn light_networks() -> impl Iterator<Item = Golden> {
    networks_where(|name| LIGHT.contains(&name))
}

/// Those whose names in golden files are wanted. A network answers in the size of its input.
pub fn networks_where(is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Golden> {
    whole_zoo().filter(move |(name, ..)| is_wanted(name)).map(|(name, architecture, scale)| {
        let graph = architecture.build(&Options { scale, classes: GOLDEN_CLASSES }).unwrap();
        let weights = random_weights(&graph);
        let file = std::fs::read(golden_path(&format!("{name}.safetensors")))
            .unwrap_or_else(|error| panic!("{name} has no golden file: {error}"));
        let output = tensor(&SafeTensors::deserialize(&file).unwrap(), "logits");
        let shape = [output.shape[0], 3, output.shape[2], output.shape[3]];
        Golden { name, graph, weights, input: random_picture(shape), shape, output }
    })
}

/// Networks that the zoo lacks, as the exporter wrote them, with PyTorch's scores (python/golden_export.py).
pub fn exported_networks() -> impl Iterator<Item = Golden> {
    EXPORTED.into_iter().map(|name| {
        let file = std::fs::read(golden_path("exported").join(format!("{name}.safetensors"))).unwrap();
        let file = SafeTensors::deserialize(&file).unwrap();
        let Model { graph, weights, .. } = Model::from_bytes(file.tensor("model").unwrap().data()).unwrap();
        let output = tensor(&file, "logits");
        let shape = [1, 3, output.shape[2], output.shape[3]];
        let (weights, input) = (weights.dequantise(), random_picture(shape));
        Golden { name: name.into(), graph, weights, input, shape, output }
    })
}

/// `wanted` sides, or the next multiples of 32 where the network takes no others, or those of its golden input if it takes neither.
pub fn sides_for(case: &Golden, wanted: [usize; 2]) -> [usize; 2] {
    let [_, _, height, width] = case.shape;
    let candidates = [wanted, wanted.map(|side| side.next_multiple_of(32)), [height, width]];
    let fits = |sides: &[usize; 2]| case.graph.shapes(1, sides[0], sides[1]).is_ok();
    candidates.into_iter().find(fits).expect("the golden input fits")
}

/// The largest magnitude among values, or one: what sums of large activations are exact to is a share of it.
pub fn magnitude(values: &Tensor) -> f32 {
    values.data.iter().fold(1.0, |largest, value| largest.max(value.abs()))
}

/// A network's weights as a safetensors file of PyTorch's tensors by name, as other libraries write it.
pub fn checkpoint(graph: &Graph, weights: &Weights) -> Vec<u8> {
    let mut weights = weights.clone();
    for node in &graph.nodes {
        if let Op::ConvTranspose2d(conv) = &node.op {
            let kernel = weights.get_mut(&node.weights[0]).unwrap();
            *kernel = kernel.turned(conv.groups);
        }
    }
    let bytes = |tensor: &Tensor| tensor.data.iter().flat_map(|value| value.to_le_bytes()).collect();
    let data: Vec<(&String, &Tensor, Vec<u8>)> =
        weights.iter().map(|(name, tensor)| (name, tensor, bytes(tensor))).collect();
    let views = data.iter().map(|(name, tensor, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, tensor.shape.clone(), bytes).unwrap())
    });
    safetensors::serialize(views, None).unwrap()
}

/// A model that ships, a picture as its input, and PyTorch's classes in f32 (python/golden/trained.py).
pub struct Trained {
    pub model: Model,
    pub input: Vec<f32>,
    /// Of the input, `[n, c, h, w]`.
    pub shape: Shape,
    /// `[h, w]`
    pub classes: Vec<u8>,
}

/// The trained networks: random weights leave int8 margins that no trained network has.
pub fn golden_trained() -> Vec<Trained> {
    let file = std::fs::read(golden_path("trained.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&file).unwrap();
    let picture = tensor(&file, "picture");
    let [c, h, w] = picture.shape[..] else { panic!("the picture is {:?}", picture.shape) };
    let mut trained: Vec<_> = ["people"]
        .into_iter()
        .map(|id| {
            let model = Model::from_bytes(&shipped(id)).unwrap();
            let (mean, std) = (model.info.input.mean, model.info.input.std);
            let normalised = |(i, v): (usize, &f32)| (v / 255.0 - mean[i / (h * w)]) / std[i / (h * w)];
            let input = picture.data.iter().enumerate().map(normalised).collect();
            let classes = file.tensor(&format!("argmax.{id}")).unwrap().data().to_vec();
            Trained { model, input, shape: [1, c, h, w], classes }
        })
        .collect();
    if let Some(folder) = published_weights("ESPNetv2 as published") {
        trained.extend(["0.5", "1.0", "2.0"].map(|scale| published_espnet_v2(&folder, scale)));
    }
    trained
}

/// ESPNetv2 with the authors' Pascal VOC weights in int8, and what their own code answers in f32.
fn published_espnet_v2(folder: &Path, scale: &str) -> Trained {
    let stem = format!("espnet_v2/espnetv2_s_{scale}_pascal_384x384");
    let spec = serde_json::json!({
        "id": format!("espnet_v2_{scale}_voc"),
        "architecture": { "name": "espnet_v2", "scale": scale.parse::<f64>().unwrap(), "classes": 21 },
    });
    let checkpoint = std::fs::read(folder.join(format!("{stem}.pth"))).unwrap();
    let model =
        Model::from_bytes(&convert(&checkpoint, &spec.to_string(), Precision::Int8).unwrap()).unwrap();
    let file = std::fs::read(folder.join(format!("{stem}.golden.safetensors"))).unwrap();
    let file = SafeTensors::deserialize(&file).unwrap();
    let input = tensor(&file, "input");
    let shape = input.shape.as_slice().try_into().unwrap();
    let classes = file.tensor("argmax").unwrap().data().to_vec();
    Trained { model, input: input.data, shape, classes }
}

/// Single operations, whose graphs travel in the golden file (python/golden/ops.py).
pub fn golden_ops() -> Vec<Golden> {
    const SHAPE: Shape = [2, 6, 13, 7];
    let file = std::fs::read(golden_path("ops.safetensors")).unwrap();
    let (_, header) = SafeTensors::read_metadata(&file).unwrap();
    let outputs = SafeTensors::deserialize(&file).unwrap();
    let graphs = header.metadata().as_ref().expect("the file holds a graph for each case");
    let case = |(name, json): (&String, &String)| {
        let graph = Graph::from_json(json).unwrap();
        let weights = random_weights(&graph);
        let input = uniform("x", SHAPE.iter().product(), -4.0, 4.0);
        Golden { name: name.clone(), graph, weights, input, shape: SHAPE, output: tensor(&outputs, name) }
    };
    let mut cases: Vec<Golden> = graphs.iter().map(case).collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(cases.len() > 50, "only {} cases in the golden file", cases.len());
    cases
}

/// A convolution whose input is whole steps of int8, so that products in int8 are exact.
#[cfg(feature = "reference")]
pub struct Product {
    pub name: String,
    pub graph: Graph,
    pub weights: QuantisedWeights,
    /// As in `Calibration`.
    pub ranges: Vec<Option<f32>>,
    pub input: Vec<f32>,
    pub shape: [usize; 4],
    /// The reference's.
    pub output: Tensor,
}

/// The golden operations that are one convolution of the input, with int8 weights.
#[cfg(feature = "reference")]
pub fn products() -> Vec<Product> {
    const STEP: f32 = 1.0 / 64.0;
    let is_conv = |node: &Node| matches!(node.op, Op::Conv2d(_));
    let mut products = Vec::new();
    for case in golden_ops() {
        let (graph, weights) = passes::fold_affines(&case.graph, &case.weights);
        let mut convs = graph.nodes.iter().filter(|node| is_conv(node));
        let (Some(first), None) = (convs.next(), convs.next()) else { continue };
        let kernels = conv_kernels(&graph, &graph.channels().unwrap());
        let is_depthwise =
            kernels.iter().flatten().any(|kernel| matches!(kernel, ConvKernel::Depthwise { .. }));
        if first.inputs != [0] || is_depthwise {
            continue;
        }
        let weights = quantise(&weights, Precision::Int8);
        let input: Vec<f32> =
            case.input.iter().map(|x| (x / STEP).round().clamp(-127.0, 127.0) * STEP).collect();
        let reference = Reference::new(&graph, &weights.dequantise()).unwrap();
        products.push(Product {
            name: case.name,
            ranges: graph.nodes.iter().map(|node| is_conv(node).then_some(127.0 * STEP)).collect(),
            output: reference.run(&input, case.shape).unwrap(),
            graph,
            weights,
            input,
            shape: case.shape,
        });
    }
    assert!(products.len() >= 10, "only {} convolutions among the golden operations", products.len());
    products
}

/// Runs each picture of a batch; `[n, c, h, w]` of the graph's output.
pub fn run_pictures<B: Backend>(
    backend: &B,
    graph: &Graph,
    weights: &QuantisedWeights,
    input: &[f32],
    shape: [usize; 4],
) -> Tensor {
    run_network(backend, &backend.network(graph.clone(), weights, &[]).unwrap(), input, shape)
}

/// As [`run_pictures`], of a network that is there.
pub fn run_network<B: Backend>(
    backend: &B,
    network: &B::Network,
    input: &[f32],
    [n, c, h, w]: [usize; 4],
) -> Tensor {
    let graph = B::graph(network);
    let executor = pollster::block_on(backend.executor(network, [h, w], &[graph.output])).unwrap();
    let mut data = Vec::new();
    let mut shape = Vec::new();
    for picture in input.chunks(c * h * w) {
        pollster::block_on(backend.run_tensor(network, &executor, picture)).unwrap();
        let output = pollster::block_on(backend.read(&executor, graph.output)).unwrap();
        data.extend(output.data);
        shape = output.shape;
    }
    shape[0] = n;
    Tensor::new(shape, data)
}

pub fn golden_path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file)
}

/// The file of a model that ships.
pub fn shipped(id: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("models/{id}.safetensors"))).unwrap()
}

pub fn gpu() -> Gpu {
    gpu_with(Activations::F32)
}

pub fn gpu_with(activations: Activations) -> Gpu {
    let gpu = pollster::block_on(Gpu::new(activations));
    gpu.expect("a Vulkan, Metal or DX12 adapter; Mesa's lavapipe will do")
}

/// The GPU with activations in f16, or none after saying so: not every adapter has them, Mesa's lavapipe does.
pub fn half_precision_gpu(test: &str) -> Option<Gpu> {
    let gpu = gpu_with(Activations::F16);
    if gpu.device.activations == Activations::F16 {
        return Some(gpu);
    }
    println!("skipped: {test} needs an adapter with shader-f16");
    None
}

/// The published checkpoints, or none after saying so: they are not part of the project.
pub fn published_weights(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SEGSCOPE_WEIGHTS").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: {test} needs SEGSCOPE_WEIGHTS, the folder of the published checkpoints");
    }
    folder
}

/// A tensor of a safetensors file as f32; f32, f16 and u8 are known.
pub fn tensor(file: &SafeTensors, name: &str) -> Tensor {
    let view = file.tensor(name).unwrap();
    let bytes = view.data();
    let data = match view.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
        Dtype::F16 => bytes.as_chunks().0.iter().map(|&b| half::f16::from_le_bytes(b).to_f32()).collect(),
        Dtype::U8 => bytes.iter().map(|&b| f32::from(b)).collect(),
        other => panic!("{name} has type {other}"),
    };
    Tensor::new(view.shape(), data)
}

/// Shapes, then NaN, then values: `|ours - theirs| <= atol + rtol * |theirs|`. Returns the largest difference.
#[track_caller]
pub fn assert_close(name: &str, ours: &Tensor, theirs: &Tensor, atol: f32, rtol: f32) -> f32 {
    assert_eq!(ours.shape, theirs.shape, "{name}: shapes");
    if let Some(i) = ours.data.iter().position(|v| v.is_nan()) {
        panic!("{name}: NaN at {:?}, expected {}", index(&ours.shape, i), theirs.data[i]);
    }
    let pairs = || ours.data.iter().zip(&theirs.data).enumerate();
    let is_off = |(a, b): (&f32, &f32)| (a - b).abs() > atol + rtol * b.abs();
    let off = pairs().filter(|&(_, pair)| is_off(pair)).count();
    if off > 0 {
        let excess = |(a, b): (&f32, &f32)| (a - b).abs() / (atol + rtol * b.abs());
        let (i, (a, b)) = pairs().max_by(|x, y| excess(x.1).total_cmp(&excess(y.1))).expect("one is off");
        let total = ours.data.len();
        panic!(
            "{name}: {off} of {total} values differ, worst at {:?}: ours {a}, theirs {b}",
            index(&ours.shape, i)
        );
    }
    pairs().map(|(_, (a, b))| (a - b).abs()).fold(0.0, f32::max)
}

/// The fraction of pixels on which two score maps `[n, classes, h, w]` have the same best class.
pub fn same_argmax(ours: &Tensor, theirs: &Tensor) -> f64 {
    let (a, b) = (argmax(ours), argmax(theirs));
    assert_eq!(a.len(), b.len());
    a.iter().zip(&b).filter(|(a, b)| a == b).count() as f64 / a.len() as f64
}

/// Best class of each pixel, `[n, h, w]`; the first one where several tie, as in PyTorch.
pub fn argmax(scores: &Tensor) -> Vec<u8> {
    let [n, classes, h, w] = scores.shape[..] else { panic!("scores have the shape {:?}", scores.shape) };
    let score =
        |image: usize, class: usize, pixel: usize| scores.data[(image * classes + class) * h * w + pixel];
    let best = |image, pixel| {
        (1..classes)
            .fold(0, |best, c| if score(image, c, pixel) > score(image, best, pixel) { c } else { best })
    };
    (0..n)
        .flat_map(|image| (0..h * w).map(move |pixel| (image, pixel)))
        .map(|(i, p)| best(i, p) as u8)
        .collect()
}

fn index(shape: &[usize], mut flat: usize) -> Vec<usize> {
    let mut index: Vec<usize> = shape.iter().rev().map(|&side| (flat % side, flat /= side).0).collect();
    index.reverse();
    index
}
