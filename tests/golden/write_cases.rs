//! `cargo run --example golden_cases -- DIR`: writes PyTorch's golden cases as model files with inputs and expected outputs,
//! for the browser tests: a browser cannot read the goldens' generator, but it can load a model. Each also as an ONNX file,
//! for the test of the export.

#[path = "../common/mod.rs"]
mod common;

use std::path::Path;

use common::{
    Golden, Product, Trained, checkpoint, exported_networks, golden_ops, golden_trained, has_thin_margins,
    light_networks, networks_where, products,
};
use segscope::graph::{Graph, Weights, onnx, passes};
use segscope::weights::import::import_file;
use segscope::weights::info::{Class, Input, Licence};
use segscope::weights::quantise::quantise;
use segscope::weights::{Calibration, Model, ModelInfo, Precision};

/// PAN takes no shorter side.
const LONG_SIDE: usize = 128;

fn main() {
    let folder = std::env::args_os().nth(1).expect("the folder to write to");
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).unwrap();
    let mut index = Vec::new();
    for case in golden_ops() {
        index.push(write(folder, &case, "operation", Precision::F32));
    }
    for case in light_networks() {
        index.push(write(folder, &case, "network", Precision::F32));
        // Trained ones are below.
        if !has_thin_margins(&case.name) {
            index.push(write(folder, &case, "network", Precision::Int8));
        }
    }
    for case in exported_networks() {
        index.push(write(folder, &case, "network", Precision::F32));
    }
    for product in products() {
        index.push(write_product(folder, &product));
    }
    for trained in golden_trained() {
        index.push(write_trained(folder, &trained));
    }
    write_imports(folder);
    std::fs::write(folder.join("index.json"), serde_json::to_string_pretty(&index).unwrap()).unwrap();
    println!("{} cases in {}", index.len(), folder.display());
}

/// Writes one case, first picture of the batch only, and returns its entry in the index.
fn write(folder: &Path, case: &Golden, kind: &str, precision: Precision) -> serde_json::Value {
    let (graph, weights) = passes::fold_affines(&case.graph, &case.weights);
    let name = format!("{}.{}", case.name, precision.name());
    let model = model(&name, &graph, &weights, precision);
    let [_, c, h, w] = case.shape;
    write_model(folder, &name, &model, [h, w]);
    std::fs::write(folder.join(format!("{name}.input")), bytes(&case.input[..c * h * w])).unwrap();
    let output = &case.output;
    let first = &output.data[..output.data.len() / output.shape[0]];
    std::fs::write(folder.join(format!("{name}.output")), bytes(first)).unwrap();
    serde_json::json!({
        "name": name, "kind": kind, "precision": precision.name(), "height": h, "width": w, "shape": output.shape[1..],
    })
}

/// Writes a convolution with the range of its input, first picture of the batch only.
fn write_product(folder: &Path, product: &Product) -> serde_json::Value {
    let name = format!("{}.product", product.name);
    let mut info = info(&name, &product.graph);
    info.calibration = Some(Calibration {
        data: "none".into(),
        pictures: 0,
        ranges: product.ranges.clone(),
        reference: None,
    });
    let model = Model::new(&info, &product.graph, &product.weights).unwrap_or_else(|e| panic!("{name}: {e}"));
    let [n, c, h, w] = product.shape;
    std::fs::write(folder.join(format!("{name}.safetensors")), model.to_bytes()).unwrap();
    std::fs::write(folder.join(format!("{name}.input")), bytes(&product.input[..c * h * w])).unwrap();
    let output = &product.output;
    std::fs::write(folder.join(format!("{name}.output")), bytes(&output.data[..output.data.len() / n]))
        .unwrap();
    serde_json::json!({
        "name": name, "kind": "product", "precision": "int8", "height": h, "width": w, "shape": output.shape[1..],
    })
}

/// Writes a model that ships as it is; the expected scores are one for PyTorch's class and zero for the others.
fn write_trained(folder: &Path, trained: &Trained) -> serde_json::Value {
    let model = &trained.model;
    let name = format!("{}.int8", model.info.id);
    let [_, _, h, w] = trained.shape;
    write_model(folder, &name, model, [h, w]);
    std::fs::write(folder.join(format!("{name}.input")), bytes(&trained.input)).unwrap();
    let classes = model.info.classes.len();
    let scores: Vec<f32> = (0..classes)
        .flat_map(|id| {
            trained.classes.iter().map(move |&class| f32::from(u8::from(usize::from(class) == id)))
        })
        .collect();
    std::fs::write(folder.join(format!("{name}.output")), bytes(&scores)).unwrap();
    serde_json::json!({
        "name": name, "kind": "network", "precision": "int8", "height": h, "width": w, "shape": [classes, h, w],
    })
}

/// A network as its authors' checkpoint and as an ONNX file, and what the import makes of either.
fn write_imports(folder: &Path) {
    let case = networks_where(|name| name == "enet").next().expect("there is an ENet");
    let [_, _, h, w] = case.shape;
    let onnx = onnx::export(&case.graph, &case.weights, [2 * h, 2 * w], onnx::Output::Scores).unwrap();
    for (name, file) in
        [("enet.onnx", onnx), ("enet.pth.safetensors", checkpoint(&case.graph, &case.weights))]
    {
        let imported = import_file(&file, name, Precision::Int8).unwrap();
        std::fs::write(folder.join(format!("import.{name}")), file).unwrap();
        std::fs::write(folder.join(format!("imported.{name}.safetensors")), imported.to_bytes()).unwrap();
    }
}

fn write_model(folder: &Path, name: &str, model: &Model, size: [usize; 2]) {
    std::fs::write(folder.join(format!("{name}.safetensors")), model.to_bytes()).unwrap();
    let onnx = onnx::export(&model.graph, &model.weights.dequantise(), size, onnx::Output::Scores).unwrap();
    std::fs::write(folder.join(format!("{name}.onnx")), onnx).unwrap();
}

fn model(name: &str, graph: &Graph, weights: &Weights, precision: Precision) -> Model {
    Model::new(&info(name, graph), graph, &quantise(weights, precision))
        .unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn info(name: &str, graph: &Graph) -> ModelInfo {
    let channels = graph.channels().unwrap()[graph.output];
    ModelInfo {
        id: "golden".into(),
        name: name.into(),
        description: String::new(),
        classes: (0..channels).map(|i| Class { name: format!("class {i}"), colour: [i as u8; 3] }).collect(),
        input: Input { mean: [0.0; 3], std: [1.0; 3], long_side: LONG_SIDE, multiple: 32 },
        licence: Licence { name: "MIT OR Apache-2.0".into(), url: String::new(), note: String::new() },
        data: "none: weights made from their names".into(),
        credit: String::new(),
        source: None,
        metrics: None,
        reference: None,
        calibration: None,
    }
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}
