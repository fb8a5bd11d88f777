//! The catalogue and the models beside it agree, so that no figure in models/ drifts from its file.

use std::fs;
use std::path::PathBuf;

use segscope::plan::{ConvKernel, conv_kernels};
use segscope::weights::Model;
use segscope::weights::file::hex_sha256;
use serde_json::Value;

/// What a model that ships may weigh.
const BUDGET_BYTES: usize = 1_500_000;

fn models(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models").join(file)
}

/// Entries of the catalogue that ship with the project, and their files.
fn shipped() -> Vec<(Value, Vec<u8>)> {
    let catalogue: Value =
        serde_json::from_str(&fs::read_to_string(models("catalogue.json")).unwrap()).unwrap();
    let entries = catalogue["models"].as_array().unwrap().iter().filter(|entry| entry["file"].is_object());
    let path = |entry: &Value| {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(entry["file"]["path"].as_str().unwrap())
    };
    let shipped: Vec<_> = entries.map(|entry| (entry.clone(), fs::read(path(entry)).unwrap())).collect();
    assert_eq!(shipped.len(), 3, "people, clothing and street ship");
    shipped
}

#[test]
fn sizes_and_hashes_are_those_of_the_files() {
    for (entry, bytes) in shipped() {
        let id = &entry["id"];
        assert_eq!(entry["file"]["size_bytes"], bytes.len(), "{id}: run cargo xtask catalogue");
        assert_eq!(entry["file"]["sha256"], hex_sha256(&bytes), "{id}: run cargo xtask catalogue");
        assert!(bytes.len() <= BUDGET_BYTES, "{id} weighs {} bytes", bytes.len());
    }
}

#[test]
fn files_say_what_the_catalogue_says() {
    for (entry, bytes) in shipped() {
        let model = Model::from_bytes(&bytes).unwrap();
        let info = serde_json::to_value(&model.info).unwrap();
        for field in ["id", "name", "classes", "licence", "data", "credit"] {
            assert_eq!(info[field], entry[field], "{} of {}", field, entry["id"]);
        }
        assert_eq!(info["input"]["long_side"], entry["input"]["long_side"], "{}", entry["id"]);
        assert_eq!(model.weights.precision().name(), "int8");
    }
}

/// Evaluation must not have been part of it.
#[test]
fn files_are_calibrated_on_training_pictures() {
    for (entry, bytes) in shipped() {
        let model = Model::from_bytes(&bytes).unwrap();
        let calibration =
            model.info.calibration.unwrap_or_else(|| panic!("{} is not calibrated", entry["id"]));
        assert!(calibration.data.ends_with("train") && calibration.pictures >= 32, "{}", calibration.data);
        assert!(calibration.reference.is_some(), "{} has no numbers for int8", entry["id"]);
        let kernels = conv_kernels(&model.graph, &model.graph.channels().unwrap());
        for (node, (kernel, range)) in model.graph.nodes.iter().zip(kernels.iter().zip(&calibration.ranges)) {
            let is_product = kernel.is_some_and(ConvKernel::is_product);
            assert_eq!(is_product, range.is_some(), "{} of {}", node.name, entry["id"]);
        }
    }
}

#[test]
fn readme_quotes_the_measured_figures() {
    let readme = fs::read_to_string(models("README.md")).unwrap();
    for (entry, bytes) in shipped() {
        let id = entry["id"].as_str().unwrap();
        let metrics = Model::from_bytes(&bytes)
            .unwrap()
            .info
            .metrics
            .unwrap_or_else(|| panic!("{id} was not measured"));
        let row = readme.lines().find(|line| line.starts_with(&format!("| [{id}]({id}.md)"))).unwrap();
        for figure in [format!("| {} |", bytes.len()), format!("| {:.4} |", metrics.mean_iou)] {
            assert!(row.contains(&figure), "{id}: \"{figure}\" is not in {row}; run cargo xtask catalogue");
        }
        assert!(models(&format!("{id}.md")).exists(), "{id} has no card");
    }
}
