//! `precision`: what fewer bits cost every model of the catalogue and the published ESPNetv2, as docs/precision.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use segscope::lab::metrics::ConfusionMatrix;
use segscope::session::{Cpu, Session};
use segscope::weights::import::{ArchitectureSpec, ImportSpec, import};
use segscope::weights::{Model, Precision};

use crate::catalogue::Catalogue;
use crate::eval::segment;
use crate::layers::{Kind, kernels, worst_layers};
use crate::pack::{Pack, Photos};
use crate::taps::{channel_means, corrected};

const HEAD: &str = "\
# Precision

<!-- Written by `cargo xtask precision`. Do not edit. -->

What fewer bits a weight cost, on photos that no network was trained on, through the processor's executor. A row compares with the first row
of its model: mean IoU where the photos are labelled, and the share of pixels whose class changes. The models that ship are int8 files, and what they lost
on the way from f32 is in [camvid.md](camvid.md), where training scored both; the published ESPNetv2 come in f32. `corrected`: with biases that take back what rounding
moves the mean of a channel by, measured on 32 photos of the training split (Nagel et al. 2021, section 3.4). Milliseconds a photo are medians of runs
that take turns, with decoding left out.

";

const LAYERS: &str = "\
## Where it goes wrong

The same networks with the kernels of one kind rounded to four bits and all others as they were: changed pixels, and the kernel that rounding
moves furthest (relative RMS). Depthwise kernels are a small share of the weights and cost more than that share.

";

/// The published networks, where they lie below SEGSCOPE_WEIGHTS, and the pack whose photos they look at.
const PUBLISHED: [(&str, &str, f64, usize, &str); 4] = [
    ("espnet_v2 0.5, Pascal VOC", "espnet_v2/espnetv2_s_0.5_pascal_384x384.pth", 0.5, 21, "people_ccp"),
    ("espnet_v2 1.0, Pascal VOC", "espnet_v2/espnetv2_s_1.0_pascal_384x384.pth", 1.0, 21, "people_ccp"),
    ("espnet_v2 2.0, Pascal VOC", "espnet_v2/espnetv2_s_2.0_pascal_384x384.pth", 2.0, 21, "people_ccp"),
    ("espnet_v2 2.0, Cityscapes", "espnet_v2/espnetv2_s_2.0_city_1024x512.pth", 2.0, 20, "street_camvid"),
];

pub struct Options {
    /// How many photos of a split are looked at.
    pictures: usize,
    output: PathBuf,
}

impl Options {
    /// The rest of the command line after `precision`.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut options = Self { pictures: 48, output: root.join("docs/precision.md") };
        while let Some(arg) = args.next()? {
            match arg {
                Long("pictures") => options.pictures = args.value()?.parse()?,
                Short('o') | Long("output") => options.output = args.value()?.into(),
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// A network with all the bits it has, and photos.
struct Subject {
    name: String,
    exact: Model,
    /// Of the split that it is measured on.
    photos: Photos,
    /// The same photos with labels, if there are any of its classes.
    labels: Option<Pack>,
    /// Photos of a training split.
    seen: Photos,
}

pub fn run(options: &Options) -> Result<()> {
    let mut rows = String::from(
        "| model | weights | bytes | photos | mean IoU | changed pixels | ms |\n|---|---|---:|---|---:|---:|---:|\n",
    );
    let mut layers = String::from(
        "| model | depthwise kernels | share of weights | changed pixels | worst | other kernels: changed pixels | worst |\n\
         |---|---:|---:|---:|---|---:|---|\n",
    );
    for subject in published()?.into_iter().chain(shipped()?) {
        println!("{}", subject.name);
        let subject = subject.load()?;
        rows += &subject.precisions(options.pictures)?;
        layers += &subject.kinds(options.pictures)?;
    }
    let text = format!(
        "{HEAD}`cargo xtask precision --pictures {}` writes this file.\n\n{rows}\n{LAYERS}{layers}",
        options.pictures
    );
    fs::write(&options.output, text)
        .with_context(|| format!("{} cannot be written", options.output.display()))?;
    println!("{}", options.output.display());
    Ok(())
}

/// A subject that is not in memory yet.
struct Listed {
    name: String,
    file: PathBuf,
    /// None: a model file.
    spec: Option<ImportSpec>,
    data: String,
    split: String,
}

impl Listed {
    fn load(self) -> Result<Subject> {
        let bytes =
            fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let exact = match &self.spec {
            Some(spec) => import(&bytes, spec, Precision::F32)?,
            None => Model::from_bytes(&bytes)?,
        };
        let data = Path::new(&self.data);
        Ok(Subject {
            name: self.name,
            photos: Photos::open(data, &self.split)?,
            labels: if self.spec.is_none() {
                Some(Pack::open(data, &self.split, &exact.info)?)
            } else {
                None
            },
            seen: Photos::open(data, "train")?,
            exact,
        })
    }
}

fn published() -> Result<Vec<Listed>> {
    let Some(folder) = std::env::var_os("SEGSCOPE_WEIGHTS").map(PathBuf::from) else {
        bail!(
            "the published ESPNetv2 are in the table too: set SEGSCOPE_WEIGHTS to the folder of their checkpoints"
        );
    };
    let listed = |(name, file, scale, classes, data): (&str, &str, f64, usize, &str)| {
        let spec = ArchitectureSpec { name: "espnet_v2".into(), scale: Some(scale), classes };
        let split = if data == "people_ccp" { "val" } else { "test" };
        Listed {
            name: name.into(),
            file: folder.join(file),
            spec: Some(ImportSpec::new(spec)),
            data: data.into(),
            split: split.into(),
        }
    };
    Ok(PUBLISHED.into_iter().map(listed).collect())
}

fn shipped() -> Result<Vec<Listed>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let catalogue = Catalogue::read(&root.join("models/catalogue.json"))?;
    let listed = catalogue.models.into_iter().filter_map(|entry| {
        let (file, evaluation) = (entry.file?, entry.evaluation?);
        Some(Listed {
            name: entry.spec.id,
            file: root.join(file.path),
            spec: None,
            data: evaluation.data,
            split: evaluation.split,
        })
    });
    Ok(listed.collect())
}

/// What a variant of a network answered.
struct Answers {
    matrix: Option<ConfusionMatrix>,
    /// Pixels whose class is not the first variant's.
    changed: u64,
    pixels: u64,
    /// Of each photo.
    ms: Vec<f64>,
}

impl Answers {
    fn share_changed(&self) -> f64 {
        self.changed as f64 / self.pixels as f64
    }

    fn median_ms(&self) -> f64 {
        let mut ms = self.ms.clone();
        ms.sort_by(f64::total_cmp);
        ms[ms.len() / 2]
    }
}

impl Subject {
    /// The rows of a network in every format below its own.
    fn precisions(&self, pictures: usize) -> Result<String> {
        let own = self.exact.weights.precision();
        let means = channel_means(&self.exact, &self.seen)?;
        let mut variants = vec![(own.name().to_owned(), self.exact.clone())];
        for precision in Precision::ALL.into_iter().filter(|precision| *precision > own) {
            let rounded = self.exact.at(precision)?;
            variants.push((precision.name().into(), rounded.clone()));
            if precision > Precision::F16 {
                let name = format!("{}, corrected", precision.name());
                variants.push((name, corrected(&self.exact, &rounded, &means)?));
            }
        }
        let models: Vec<&Model> = variants.iter().map(|(_, model)| model).collect();
        let answers = self.answers(&models, pictures)?;
        let mut rows = String::new();
        for ((weights, model), answers) in variants.iter().zip(&answers) {
            let mean_iou =
                answers.matrix.as_ref().map_or("-".into(), |matrix| format!("{:.4}", matrix.mean_iou()));
            let changed = format!("{:.2} %", 100.0 * answers.share_changed());
            writeln!(
                rows,
                "| {} | {weights} | {} | {} of {} {} | {mean_iou} | {} | {:.0} |",
                self.name,
                model.size_bytes,
                answers.ms.len(),
                self.photos.names.len(),
                self.photos.root.file_name().unwrap_or_default().to_string_lossy(),
                if answers.changed == 0 { "-".into() } else { changed },
                answers.median_ms(),
            )?;
        }
        Ok(rows)
    }

    /// The row of a network whose kernels of one kind are rounded to four bits.
    fn kinds(&self, pictures: usize) -> Result<String> {
        let rounded = self.exact.at(Precision::Int4)?;
        let [depthwise, others] = [Kind::Depthwise, Kind::Other].map(|kind| kernels(&self.exact, kind));
        let only = |names: &[&str]| {
            let mut weights = self.exact.weights.clone();
            for name in names {
                weights.0.insert((*name).into(), rounded.weights[*name].clone());
            }
            Model::new(&rounded.info, &self.exact.graph, &weights)
        };
        let variants = [only(&depthwise)?, only(&others)?];
        let answers = self.answers(&[&self.exact, &variants[0], &variants[1]], pictures.div_ceil(2))?;
        let count = |names: &[&str]| {
            names
                .iter()
                .map(|name| self.exact.weights[*name].shape().iter().product::<usize>())
                .sum::<usize>()
        };
        let share = count(&depthwise) as f64 / count(&[&depthwise[..], &others[..]].concat()) as f64;
        let worst = worst_layers(&self.exact, &rounded)
            .map(|layer| layer.map_or("-".into(), |l| format!("`{}` {:.1} %", l.name, 100.0 * l.error)));
        let changed = [1, 2].map(|i: usize| format!("{:.2} %", 100.0 * answers[i].share_changed()));
        Ok(format!(
            "| {} | {} | {:.1} % | {} | {} | {} | {} |\n",
            self.name,
            depthwise.len(),
            100.0 * share,
            if depthwise.is_empty() { "-" } else { &changed[0] },
            worst[0],
            changed[1],
            worst[1],
        ))
    }

    /// What networks answer on the same photos, one after the other on each.
    fn answers(&self, models: &[&Model], pictures: usize) -> Result<Vec<Answers>> {
        let classes = self.exact.info.classes.len();
        let sessions = models.iter().map(|model| {
            let session = Session::new(Cpu);
            session.load_model(&model.to_bytes())?;
            Ok(session)
        });
        let sessions: Vec<_> = sessions.collect::<Result<_>>()?;
        let empty = || Answers {
            matrix: self.labels.is_some().then(|| ConfusionMatrix::new(classes)),
            changed: 0,
            pixels: 0,
            ms: Vec::new(),
        };
        let mut answers: Vec<Answers> = models.iter().map(|_| empty()).collect();
        for name in self.photos.spread(pictures) {
            let photo = self.photos.photo(name)?;
            let truth = self.labels.as_ref().map(|pack| pack.truth(name)).transpose()?;
            let mut first = None;
            for (session, answers) in sessions.iter().zip(&mut answers) {
                let start = Instant::now();
                let mask = segment(session, photo.clone())?;
                answers.ms.push(start.elapsed().as_secs_f64() * 1e3);
                if let (Some(matrix), Some(truth)) = (&mut answers.matrix, &truth)
                    && let Err(value) = matrix.add(truth.as_raw(), mask.as_raw())
                {
                    bail!("{name}: class id {value} is beyond the model's {classes} classes");
                }
                let first = first.get_or_insert_with(|| mask.clone());
                let is_changed = |(a, b): &(&u8, &u8)| a != b;
                answers.changed += first.as_raw().iter().zip(mask.as_raw()).filter(is_changed).count() as u64;
                answers.pixels += mask.as_raw().len() as u64;
            }
        }
        Ok(answers)
    }
}
