//! A data pack: `images/<name>.jpg`, label folders, `<split>.txt` and `classes.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use segscope::weights::ModelInfo;

/// A folder of labelled photos.
pub struct Pack {
    pub root: PathBuf,
    /// Folder of label maps whose classes are the model's.
    pub labels: PathBuf,
    /// Of the photos of one split.
    pub names: Vec<String>,
}

impl Pack {
    /// `data` is a folder, or the name of one in SEGSCOPE_DATA.
    pub fn open(data: &Path, split: &str, info: &ModelInfo) -> Result<Self> {
        let root = match std::env::var_os("SEGSCOPE_DATA") {
            Some(packs) if !data.exists() => Path::new(&packs).join(data),
            _ => data.to_path_buf(),
        };
        let list = root.join(format!("{split}.txt"));
        let names = std::fs::read_to_string(&list).with_context(|| {
            format!("cannot read {}; --data is a pack's folder and --split one of its lists", list.display())
        })?;
        let names: Vec<_> =
            names.lines().map(str::trim).filter(|name| !name.is_empty()).map(String::from).collect();
        ensure!(!names.is_empty(), "{} names no photos", list.display());
        let labels = root.join(label_folder(&root, info)?);
        Ok(Self { root, labels, names })
    }

    pub fn photo(&self, name: &str) -> Result<image::RgbaImage> {
        let path = self.root.join("images").join(format!("{name}.jpg"));
        Ok(image::open(&path).with_context(|| format!("cannot open {}", path.display()))?.to_rgba8())
    }

    pub fn truth(&self, name: &str) -> Result<image::GrayImage> {
        let path = self.labels.join(format!("{name}.png"));
        Ok(image::open(&path).with_context(|| format!("cannot open {}", path.display()))?.to_luma8())
    }
}

/// A pack may label its photos in several ways; the one whose class names are the model's is meant.
fn label_folder(root: &Path, info: &ModelInfo) -> Result<String> {
    let path = root.join("classes.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let sets: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text)?;
    let wanted: Vec<&str> = info.classes.iter().map(|class| class.name.as_str()).collect();
    for (folder, classes) in &sets {
        let names: Option<Vec<&str>> = classes
            .as_array()
            .map(|classes| classes.iter().filter_map(|class| class["name"].as_str()).collect());
        if names.as_deref() == Some(&wanted) {
            return Ok(folder.clone());
        }
    }
    bail!("{} has no label set with this model's classes: {}", path.display(), wanted.join(", "))
}
