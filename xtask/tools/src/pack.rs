//! A data pack: `images/<name>.jpg`, label folders, `<split>.txt` and `classes.json`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use segscope::weights::ModelInfo;

/// The photos of one split of a pack.
pub struct Photos {
    pub root: PathBuf,
    pub names: Vec<String>,
}

/// Photos with labels that a model understands.
pub struct Pack {
    pub photos: Photos,
    /// Folder of label maps whose classes are the model's, or hold them.
    pub labels: PathBuf,
    /// For each class of the label maps, the model's.
    ids: Vec<u8>,
}

impl Photos {
    /// `data` is a folder, or the name of one in SEGSCOPE_DATA.
    pub fn open(data: &Path, split: &str) -> Result<Self> {
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
        Ok(Self { root, names })
    }

    /// At most `count` of the names, equally far apart.
    pub fn spread(&self, count: usize) -> Vec<&str> {
        let count = count.min(self.names.len());
        (0..count).map(|i| self.names[i * self.names.len() / count].as_str()).collect()
    }

    pub fn photo(&self, name: &str) -> Result<image::RgbaImage> {
        let path = self.root.join("images").join(format!("{name}.jpg"));
        Ok(image::open(&path).with_context(|| format!("cannot open {}", path.display()))?.to_rgba8())
    }
}

impl Pack {
    /// `data` as for [`Photos::open`].
    pub fn open(data: &Path, split: &str, info: &ModelInfo) -> Result<Self> {
        let photos = Photos::open(data, split)?;
        let (folder, ids) = labels(&photos.root, info)?;
        Ok(Self { labels: photos.root.join(folder), photos, ids })
    }

    /// The model's class of every pixel, 255 where there is no label.
    pub fn truth(&self, name: &str) -> Result<image::GrayImage> {
        let path = self.labels.join(format!("{name}.png"));
        let mut labels =
            image::open(&path).with_context(|| format!("cannot open {}", path.display()))?.to_luma8();
        for label in labels.pixels_mut() {
            label.0 = label.0.map(|id| self.ids.get(usize::from(id)).copied().unwrap_or(id));
        }
        Ok(labels)
    }
}

/// A pack may label its photos in several ways; the one whose class names are the model's is meant. Otherwise one that has all of
/// them but `background`, which then stands for what the model does not name.
fn labels(root: &Path, info: &ModelInfo) -> Result<(String, Vec<u8>)> {
    let path = root.join("classes.json");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let sets: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text)?;
    let wanted: Vec<&str> = info.classes.iter().map(|class| class.name.as_str()).collect();
    let background = wanted.iter().position(|name| *name == "background");
    let mut merged = None;
    for (folder, classes) in &sets {
        let classes = classes.as_array().map_or(&[][..], Vec::as_slice);
        let names: Vec<&str> = classes.iter().filter_map(|class| class["name"].as_str()).collect();
        let id = |name: &&str| wanted.iter().position(|wanted| wanted == name);
        if names == wanted {
            return Ok((folder.clone(), (0..=u8::MAX).take(names.len()).collect()));
        }
        let has_all = wanted.iter().all(|name| *name == "background" || names.contains(name));
        if let (true, Some(background)) = (has_all, background) {
            let ids = names.iter().map(|name| id(name).unwrap_or(background) as u8).collect();
            merged = Some((folder.clone(), ids));
        }
    }
    merged.with_context(|| {
        format!("{} has no label set with this model's classes: {}", path.display(), wanted.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photos_are_spread_over_the_whole_list() {
        let photos = Photos { root: PathBuf::new(), names: (0..10).map(|i| i.to_string()).collect() };
        assert_eq!(photos.spread(4), ["0", "2", "5", "7"]);
        assert_eq!(photos.spread(99).len(), 10);
    }
}
