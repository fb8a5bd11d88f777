//! `cargo xtask eval --all`: every model of the catalogue whose entry names labelled photos, in one table; with `--write` also into
//! models/, from where `cargo xtask catalogue` puts it into the files.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use lexopt::prelude::*;
use segscope::session::{Backend, Cpu, Gpu, Session, network_size};
use segscope::weights::info::Metrics;
use segscope::wgsl::Activations;
use segscope::zoo;
use serde::Serialize;

use crate::catalogue::{Catalogue, Entry, Evaluation, Published, read_metrics};
use crate::eval::{BackendName, confusion, metrics};
use crate::pack::Pack;
use crate::readme::network;

/// The pack whose models docs/camvid.md compares, those that tell all of its classes apart.
const CAMVID: &str = "street_camvid";
const CAMVID_CLASSES: usize = 11;

const HEAD: &str = "\
# CamVid

<!-- Written by `cargo xtask eval --all --write` from models/. Do not edit. -->

How well the networks do that were trained here on CamVid (Brostow et al. 2008; the 11 classes and the split of the SegNet
authors), on photos that none of them saw in training. Parameters are those of the network as it was trained; multiply-adds and
receptive field (how many pixels across one answer can depend on) are for a photo of that pack. In f32 it is PyTorch's checkpoint that
was scored, in int8 the file that ships. Training: training/README.md.

";

pub struct Options {
    /// Holds `<id>/<split>.json`, what `training/camvid.py --score` says of the checkpoint in f32.
    checkpoints: Option<PathBuf>,
    backend: BackendName,
    /// Only what has no metrics in models/ yet is measured.
    only_new: bool,
    write: bool,
}

impl Options {
    /// The rest of the command line after `eval`.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let mut options =
            Self { checkpoints: None, backend: BackendName::WebGpu, only_new: false, write: false };
        while let Some(arg) = args.next()? {
            match arg {
                Long("all") => {}
                Long("checkpoints") => options.checkpoints = Some(args.value()?.into()),
                Long("backend") => options.backend = BackendName::parse(&args.value()?.string()?)?,
                Long("new") => options.only_new = true,
                Long("write") => options.write = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

pub fn run(options: &Options) -> Result<()> {
    match options.backend {
        BackendName::WebGpu => {
            compare(&Session::new(pollster::block_on(Gpu::new(Activations::F32))?), options)
        }
        BackendName::Cpu => compare(&Session::new(Cpu), options),
    }
}

fn compare<B: Backend>(session: &Session<B>, options: &Options) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let catalogue = Catalogue::read(&root.join("models/catalogue.json"))?;
    // Whoever measures again may not have the checkpoints, or those of the networks trained last only.
    let last = last_scores(&root.join("models/camvid.json"))?;
    let mut rows = Vec::new();
    for entry in &catalogue.models {
        let (Some(file), Some(evaluation)) = (&entry.file, &entry.evaluation) else { continue };
        let shipped =
            fs::read(root.join(&file.path)).with_context(|| format!("{} cannot be read", file.path))?;
        let path = root.join(format!("models/{}.metrics.json", entry.spec.id));
        let known = if options.only_new { read_metrics(&path)? } else { None };
        let mut row = Row::measure(session, entry, evaluation, &shipped, known)
            .with_context(|| entry.spec.id.clone())?;
        let of_checkpoint = match &options.checkpoints {
            Some(folder) => mean_iou_in(&folder.join(row.id).join(format!("{}.json", row.split)))?,
            None => None,
        };
        row.mean_iou_f32 = of_checkpoint.or(last[row.id].as_f64());
        println!("{}", row.line());
        if options.write {
            write_metrics(&path, &row.metrics)?;
        }
        rows.push(row);
    }
    println!("\n{}", table(&rows)?);
    if options.write {
        rows.retain(|row| row.data == CAMVID && row.metrics.iou.len() == CAMVID_CLASSES);
        fs::write(root.join("docs/camvid.md"), format!("{HEAD}{}", table(&rows)?))
            .context("docs/camvid.md cannot be written")?;
        let rows = serde_json::json!({ "rows": rows });
        fs::write(root.join("models/camvid.json"), format!("{rows:#}\n"))
            .context("models/camvid.json cannot be written")?;
    }
    Ok(())
}

/// A model and what was measured.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    /// A file in models/.
    #[serde(skip)]
    card: String,
    network: String,
    /// Of the network as it was trained, before batch norms are folded.
    parameters: usize,
    /// Of a photo of the pack, as the network sees it: `[height, width]`.
    size: [usize; 2],
    /// For a photo of that size.
    macs: u64,
    /// Pixels across, along the longer side; none if an answer can depend on the whole photo.
    receptive_field: Option<usize>,
    /// The pack.
    data: &'a str,
    split: &'a str,
    images: usize,
    #[serde(skip)]
    metrics: Metrics,
    /// Mean IoU of the checkpoint in PyTorch, if that was measured.
    mean_iou_f32: Option<f64>,
    /// Of the file that ships.
    mean_iou: f64,
    published: Option<&'a Published>,
}

impl<'a> Row<'a> {
    fn measure<B: Backend>(
        session: &Session<B>,
        entry: &'a Entry,
        evaluation: &'a Evaluation,
        shipped: &[u8],
        known: Option<Metrics>,
    ) -> Result<Self> {
        let spec = &entry.spec;
        let info = &session.load_model(shipped)?.info;
        let pack = Pack::open(Path::new(&evaluation.data), &evaluation.split, info)?;
        let (width, height) = pack.photos.photo(&pack.photos.names[0])?.dimensions();
        let metrics = match known {
            Some(metrics) => metrics,
            None => {
                let matrix = confusion(session, &pack, info.classes.len())?;
                metrics(info, &evaluation.split, pack.photos.names.len(), &matrix)
            }
        };
        let [height, width] = network_size(&info.input, [width, height]);
        let graph = zoo::build(&spec.architecture.name, &spec.architecture.options())?;
        let field = graph.receptive_fields(height, width)?[graph.output];
        let sizes = field[0].size().zip(field[1].size());
        Ok(Self {
            id: &spec.id,
            card: entry.card(),
            network: network(spec),
            parameters: graph.parameters()?,
            size: [height, width],
            macs: graph.macs(height, width)?,
            receptive_field: sizes.map(|(v, h)| v.max(h).round() as usize),
            data: &evaluation.data,
            split: &evaluation.split,
            images: pack.photos.names.len(),
            mean_iou_f32: None,
            mean_iou: metrics.mean_iou,
            metrics,
            published: evaluation.published.as_ref(),
        })
    }

    fn line(&self) -> String {
        let Self { id, card, network, size: [height, width], images, split, mean_iou, .. } = self;
        format!(
            "| [{id}](../models/{card}) | {network} | {:.2} M | {width}x{height} | {:.2} G | {} | {images} \
             {split} | {} | {mean_iou:.4} | {} |",
            self.parameters as f64 / 1e6,
            self.macs as f64 / 1e9,
            self.receptive_field.map_or("whole photo".into(), |pixels| pixels.to_string()),
            self.mean_iou_f32.map_or("-".into(), |mean_iou| format!("{mean_iou:.4}")),
            self.published.map_or("-".into(), |published| format!("{:.3}", published.mean_iou)),
        )
    }
}

/// A measurement that agrees with the last one to four digits leaves that, so that files keep their hashes: executors differ in the last bits.
fn write_metrics(path: &Path, metrics: &Metrics) -> Result<()> {
    if read_metrics(path)?.is_some_and(|last| (last.mean_iou - metrics.mean_iou).abs() < 5e-5) {
        return Ok(());
    }
    let line = serde_json::to_string(metrics)? + "\n";
    fs::write(path, line).with_context(|| format!("{} cannot be written", path.display()))
}

/// Of a score that training wrote, if it did.
fn mean_iou_in(path: &Path) -> Result<Option<f64>> {
    if !path.exists() {
        return Ok(None);
    }
    let json = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let score: serde_json::Value = serde_json::from_slice(&json)?;
    let mean_iou = score["mean_iou"].as_f64();
    Ok(Some(mean_iou.with_context(|| format!("{} has no mean_iou", path.display()))?))
}

/// What the table said of checkpoints, by model.
fn last_scores(path: &Path) -> Result<serde_json::Value> {
    let json = fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let table: serde_json::Value = serde_json::from_slice(&json)?;
    let rows = table["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let score = |row: &serde_json::Value| Some((row["id"].as_str()?.to_owned(), row["mean_iou_f32"].clone()));
    Ok(rows.iter().filter_map(score).collect())
}

fn table(rows: &[Row]) -> Result<String> {
    let mut text = String::from(
        "| model | network | parameters | size | multiply-adds | receptive field | photos | mean IoU, f32 | int8 | published |\n\
         |---|---|---:|---|---:|---:|---|---:|---:|---:|\n",
    );
    for row in rows {
        writeln!(text, "{}", row.line())?;
    }
    for row in rows {
        if let Some(published) = row.published {
            writeln!(text, "\n{}: {}.", row.id, published.source)?;
        }
    }
    Ok(text)
}
