//! The catalogue and the models beside it agree, so that no figure in models/ drifts from its file.

use std::fs;
use std::path::PathBuf;

use segscope::plan::{ConvKernel, conv_kernels};
use segscope::weights::Model;
use segscope::weights::file::hex_sha256;
use serde_json::Value;

/// What a model that ships may weigh, and what all of them may with their cards.
const BUDGET_BYTES: usize = 4_000_000;
const TOTAL_BUDGET_BYTES: u64 = 40_000_000;

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
    let ids: Vec<_> = shipped.iter().map(|(entry, _)| entry["id"].as_str().unwrap()).collect();
    assert!(["people", "clothing", "street"].iter().all(|id| ids.contains(id)), "{ids:?}");
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
    let files = fs::read_dir(models("")).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    let total: u64 = files.sum();
    assert!(total <= TOTAL_BUDGET_BYTES, "models/ weighs {total} bytes");
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
        let card = entry["card"].as_str().map_or(format!("{id}.md"), Into::into);
        let row = readme.lines().find(|line| line.starts_with(&format!("| [{id}]({card})"))).unwrap();
        for figure in [format!("| {} |", bytes.len()), format!("| {:.4} |", metrics.mean_iou)] {
            assert!(row.contains(&figure), "{id}: \"{figure}\" is not in {row}; run cargo xtask catalogue");
        }
        assert!(models(&card).exists(), "{id} has no card");
    }
}

/// What the page shows of the comparison is what the files say.
#[test]
fn the_comparison_quotes_the_measured_figures() {
    let table: Value = serde_json::from_str(&fs::read_to_string(models("camvid.json")).unwrap()).unwrap();
    let rows = table["rows"].as_array().unwrap();
    for (entry, bytes) in shipped() {
        let id = &entry["id"];
        let row = rows.iter().find(|row| row["id"] == *id);
        let is_compared = entry["evaluation"]["data"] == "street_camvid"
            && entry["classes"].as_array().unwrap().len() == 11;
        assert_eq!(row.is_some(), is_compared, "{id}: run cargo xtask eval --all");
        let Some(row) = row else { continue };
        let metrics = Model::from_bytes(&bytes).unwrap().info.metrics.unwrap();
        let difference = row["mean_iou"].as_f64().unwrap() - metrics.mean_iou;
        assert!(difference.abs() < 5e-5, "{id}: {difference}; run cargo xtask eval --all --write");
    }
}
