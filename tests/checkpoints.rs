//! Checkpoints as torchvision, segmentation_models_pytorch and transformers write them, and ONNX files of the same networks and of
//! five that the zoo lacks (python/golden/checkpoints.py): each has PyTorch's scores, in the reference and in both executors, and a
//! checkpoint is recognised by its tensors.
#![cfg(all(feature = "import", feature = "onnx", feature = "reference"))]

mod common;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use common::{assert_close, gpu, magnitude, run_pictures, same_argmax};
use segscope::graph::Tensor;
use segscope::reference::Reference;
use segscope::session::{Cpu, Gpu};
use segscope::weights::Precision;
use segscope::weights::import::import_file;
use serde::Deserialize;

/// Of the folder's `index.json`.
#[derive(Deserialize)]
struct Entry {
    name: String,
    file: String,
    /// None of an ONNX file, which says what it is.
    architecture: Option<String>,
    classes: usize,
    height: usize,
    width: usize,
}

#[test]
fn checkpoints_of_the_packages_equal_pytorch() {
    let Some(folder) = std::env::var_os("SEGSCOPE_CHECKPOINTS").map(PathBuf::from) else {
        println!(
            "skipped: importing the packages' checkpoints needs SEGSCOPE_CHECKPOINTS, the folder that \
             python/golden/checkpoints.py writes; cargo xtask test --packages does both"
        );
        return;
    };
    let index = fs::read(folder.join("index.json")).unwrap();
    let entries: Vec<Entry> = serde_json::from_slice(&index).unwrap();
    // Three of torchvision, one of transformers, and of smp eight decoders with three encoders each.
    let checkpoints = entries.iter().filter(|entry| entry.architecture.is_some()).count();
    assert!(checkpoints >= 28, "only {checkpoints} checkpoints in {}", folder.display());
    assert!(entries.len() >= 2 * checkpoints + 5, "ONNX files are missing in {}", folder.display());
    let gpu = gpu();
    // Each gets its turn, whatever became of the others.
    let fails = |entry: &&Entry| catch_unwind(AssertUnwindSafe(|| check(&folder, entry, &gpu))).is_err();
    let failed: Vec<&str> = entries.iter().filter(fails).map(|entry| entry.file.as_str()).collect();
    assert!(failed.is_empty(), "{} of {} failed: {}", failed.len(), entries.len(), failed.join(", "));
}

fn check(folder: &Path, entry: &Entry, gpu: &Gpu) {
    let &Entry { ref name, ref file, ref architecture, classes, height, width } = entry;
    let bytes = fs::read(folder.join(file)).unwrap();
    let model = import_file(&bytes, file, Precision::F32).unwrap_or_else(|error| panic!("{file}: {error}"));
    let expected_name =
        architecture.as_ref().map_or(name.clone(), |architecture| format!("{name} ({architecture})"));
    assert_eq!(model.info.name, expected_name);
    assert_eq!(model.info.classes.len(), classes, "{file}: classes");

    let shape = [1, 3, height, width];
    let input = floats(&folder.join(format!("{file}.input")));
    let expected = Tensor::new([1, classes, height, width], floats(&folder.join(format!("{file}.output"))));
    let reference = Reference::new(&model.graph, &model.weights.dequantise()).unwrap();
    let outputs = [
        ("reference", reference.run(&input, shape).unwrap()),
        ("WGSL", run_pictures(gpu, &model.graph, &model.weights, &input, shape)),
        ("SIMD", run_pictures(&Cpu, &model.graph, &model.weights, &input, shape)),
    ];
    let differences = outputs.each_ref().map(|(executor, ours)| {
        let atol = 2e-4 * magnitude(&expected);
        let difference = assert_close(&format!("{file}, {executor}"), ours, &expected, atol, 1e-3);
        format!("{executor} {difference:.0e}")
    });
    let same = outputs.iter().map(|(_, ours)| same_argmax(ours, &expected)).fold(1.0, f64::min);
    println!("{file}: {}, same class on {:.3} % of pixels", differences.join(", "), same * 100.0);
    // Where the two best scores are equal to five digits, either is right.
    assert!(same >= 0.999, "{file}: same class on {same} of pixels");
}

/// A file of little-endian f32.
fn floats(path: &Path) -> Vec<f32> {
    let bytes = fs::read(path).unwrap();
    bytes.as_chunks().0.iter().map(|&value| f32::from_le_bytes(value)).collect()
}
