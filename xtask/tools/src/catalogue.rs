//! `catalogue`: brings models/ in line with its files. `models/<id>.metrics.json`, the last line of
//! `cargo xtask eval --json`, goes into the model file, the file's size and hash into `models/catalogue.json`, and
//! everything into `models/README.md`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use segscope::weights::Model;
use segscope::weights::import::ImportSpec;
use segscope::weights::info::Metrics;
use serde::{Deserialize, Serialize};

use crate::numbers::with_numbers;
use crate::readme;

#[derive(Deserialize)]
pub struct Catalogue {
    pub models: Vec<Entry>,
}

#[derive(Deserialize)]
pub struct Entry {
    #[serde(flatten)]
    pub spec: ImportSpec,
    /// Its card in models/, if that is not `<id>.md`.
    pub card: Option<String>,
    /// Where a model that ships lies; the others are fetched from their source.
    pub file: Option<ShippedFile>,
    /// Labelled photos that it was not trained on.
    pub evaluation: Option<Evaluation>,
}

impl Entry {
    pub fn card(&self) -> String {
        self.card.clone().unwrap_or_else(|| format!("{}.md", self.spec.id))
    }
}

#[derive(Deserialize)]
pub struct Evaluation {
    /// A pack in SEGSCOPE_DATA.
    pub data: String,
    pub split: String,
    /// What is said of the architecture elsewhere, on the same photos.
    pub published: Option<Published>,
}

#[derive(Deserialize, Serialize)]
pub struct Published {
    /// A fraction of 1.
    pub mean_iou: f64,
    /// Paper and table, and what was different there.
    pub source: String,
}

#[derive(Deserialize)]
pub struct ShippedFile {
    /// Relative to the project's root.
    pub path: String,
}

impl Catalogue {
    pub fn read(path: &Path) -> Result<Self> {
        let json = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
        serde_json::from_slice(&json).with_context(|| format!("{} is not a catalogue", path.display()))
    }
}

pub fn run() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("models/catalogue.json");
    let mut text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let catalogue = Catalogue::read(&path)?;
    let mut shipped = Vec::new();
    for entry in &catalogue.models {
        let Some(file) = &entry.file else { continue };
        let metrics = read_metrics(&root.join(format!("models/{}.metrics.json", entry.spec.id)))?;
        let model = update_model(&root.join(&file.path), &entry.spec, metrics)?;
        text = set_in_file_block(&text, &file.path, "size_bytes", &model.size_bytes.to_string())?;
        text = set_in_file_block(&text, &file.path, "sha256", &format!("\"{}\"", model.sha256))?;
        println!("{}: {} bytes, sha256 {}", file.path, model.size_bytes, model.sha256);
        shipped.push((entry, model));
    }
    let fetched = catalogue.models.iter().filter(|entry| entry.file.is_none());
    let readme = readme::write(&shipped, &fetched.collect::<Vec<_>>())?;
    fs::write(&path, text).context("models/catalogue.json cannot be written")?;
    fs::write(root.join("models/README.md"), readme).context("models/README.md cannot be written")
}

pub fn read_metrics(path: &Path) -> Result<Option<Metrics>> {
    if !path.exists() {
        return Ok(None);
    }
    let json = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&json)
        .map(Some)
        .with_context(|| format!("{} is not a line of eval --json", path.display()))
}

/// Rewrites the model's info from the catalogue, which is where a person edits names and colours, and adds the metrics
/// and the reference numbers. The weights stay, so the metrics and the calibration stay true.
fn update_model(path: &Path, spec: &ImportSpec, metrics: Option<Metrics>) -> Result<Model> {
    let bytes = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let old = Model::from_bytes(&bytes).with_context(|| format!("{}", path.display()))?;
    let mut info = spec.info()?;
    info.source = old.info.source;
    info.metrics = metrics;
    info.calibration = old.info.calibration;
    let model = with_numbers(Model::new(&info, &old.graph, &old.weights)?)?;
    fs::write(path, model.to_bytes()).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(model)
}

/// Replaces the value of `key` in the `"file"` block that names `path`, and leaves the layout of the rest to people.
fn set_in_file_block(text: &str, path: &str, key: &str, value: &str) -> Result<String> {
    let missing = || format!("models/catalogue.json: no \"{key}\" after \"path\": \"{path}\"");
    let block = text.find(&format!("\"path\": \"{path}\"")).with_context(missing)?;
    let end = block + text[block..].find('}').with_context(missing)?;
    let key = format!("\"{key}\":");
    let start = block + text[block..end].find(&key).with_context(missing)? + key.len();
    let length = text[start..end].find([',', '\n']).unwrap_or(end - start);
    Ok(format!("{} {value}{}", &text[..start], &text[start + length..]))
}
