//! `precision`: what fewer bits cost every model of the catalogue and the published ESPNetv2, as docs/precision.md.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use lexopt::prelude::*;
use segscope::lab::metrics::ConfusionMatrix;
use segscope::session::{Cpu, Session};
use segscope::weights::{Model, Precision};

use crate::eval::segment;
use crate::layers::{Kind, Layer, expected_worst_layers, kernels, worst_layers};
use crate::subjects::{Subject, published, shipped};
use crate::taps::{channel_means, corrected};

const HEAD: &str = "\
# Precision

<!-- Written by `cargo xtask precision`. Do not edit. -->

What fewer bits a weight cost, on photos that no network was trained on, through the processor's executor. A row compares with the first row
of its model: mean IoU, and the share of pixels whose class changes. `corrected`: with biases that take back what rounding
moves the mean of a channel by, measured on 32 photos of the training split (Nagel et al. 2021, section 3.4). Milliseconds a photo are medians of runs
that take turns, with decoding left out.

The published ESPNetv2 come in f32. Their classes are not those of the labels. Of Pascal VOC's, `person` is people_ccp's and all others are its
background. Of Cityscapes', those are a class of street_camvid from whose rows training started it (`street` in `training/recipes.py`): traffic lights
are signs, walls fences, trucks and buses cars, riders and bicycles bicyclists. Terrain, train, motorcycle and background are none of its classes, and so
wrong wherever there is a label. The mean is over the classes of the labels: it compares formats, and is no score of a network on what its authors
trained it for.

The models that ship exist as int8 files only: their checkpoints in f32 were not kept. So their first row is int8, and what the step from f32 cost them
is not measured here. Training scored the compact networks in f32, on all photos of CamVid's test split: [camvid.md](camvid.md) has those figures beside
int8's. For the other models there is what their cards say of f32, to be held against int8's figures on all photos in
[models/README.md](../models/README.md), and nothing for those whose cards say nothing (road, drivable):

";

const LAYERS: &str = "\
## Where it goes wrong

The same networks with the kernels of one kind rounded to eight or to four bits and all others as they were, on half as many photos: changed pixels,
and the kernel that rounding moves furthest (relative RMS). For models that come in int8 the error at eight bits is what it is on average: rounding to the
nearest of equal steps is off by a step over the root of 12. Depthwise kernels are a small share of the weights, and at four bits cost more than that
share.

";

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

pub fn run(options: &Options) -> Result<()> {
    let mut rows = String::from(
        "| model | weights | bytes | photos | mean IoU | changed pixels | ms |\n|---|---|---:|---|---:|---:|---:|\n",
    );
    let mut layers = String::from(
        "| model | weights | depthwise kernels | share of weights | changed pixels | worst | other kernels: changed pixels | worst |\n\
         |---|---|---:|---:|---:|---|---:|---|\n",
    );
    let mut cards = String::new();
    for subject in published()?.into_iter().chain(shipped()?) {
        println!("{}", subject.name);
        if let Some(scores) = subject.f32_in_card() {
            writeln!(cards, "- [{0}](../models/{0}.md): {scores}", subject.name)?;
        }
        let subject = subject.load()?;
        rows += &subject.precisions(options.pictures)?;
        layers += &subject.kinds(options.pictures)?;
    }
    let text = format!(
        "{HEAD}{cards}\n`cargo xtask precision --pictures {}` writes this file.\n\n{rows}\n{LAYERS}{layers}",
        options.pictures
    );
    fs::write(&options.output, text)
        .with_context(|| format!("{} cannot be written", options.output.display()))?;
    println!("{}", options.output.display());
    Ok(())
}

/// What a variant of a network answered.
struct Answers {
    /// See `ClassMap::matrix`.
    matrix: ConfusionMatrix,
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
            let changed = format!("{:.2} %", 100.0 * answers.share_changed());
            writeln!(
                rows,
                "| {} | {weights} | {} | {} of {} {} | {:.4} | {} | {:.0} |",
                self.name,
                model.size_bytes,
                answers.ms.len(),
                self.pack.photos.names.len(),
                self.pack.photos.root.file_name().unwrap_or_default().to_string_lossy(),
                self.class_map.mean_iou(&answers.matrix),
                if answers.changed == 0 { "-".into() } else { changed },
                answers.median_ms(),
            )?;
        }
        Ok(rows)
    }

    /// The rows of a network whose kernels of one kind are rounded, for each format of few bits.
    fn kinds(&self, pictures: usize) -> Result<String> {
        let [depthwise, others] = [Kind::Depthwise, Kind::Other].map(|kind| kernels(&self.exact, kind));
        let count = |names: &[&str]| {
            names
                .iter()
                .map(|name| self.exact.weights[*name].shape().iter().product::<usize>())
                .sum::<usize>()
        };
        let share = count(&depthwise) as f64 / count(&[&depthwise[..], &others[..]].concat()) as f64;
        let mut rows = String::new();
        for precision in [Precision::Int8, Precision::Int4] {
            let is_rounded = precision > self.exact.weights.precision();
            let (changed, worst) = if is_rounded {
                let rounded = self.exact.at(precision)?;
                let changed = self.changed(&rounded, [&depthwise[..], &others[..]], pictures)?;
                (changed, worst_layers(&self.exact, &rounded))
            } else {
                (["-".into(), "-".into()], expected_worst_layers(&self.exact))
            };
            let about = if is_rounded { "" } else { "about " };
            let described = |layer: Layer| format!("`{}` {about}{:.2} %", layer.name, 100.0 * layer.error);
            let worst = worst.map(|layer| layer.map_or("-".into(), described));
            writeln!(
                rows,
                "| {} | {} | {} | {:.1} % | {} | {} | {} | {} |",
                self.name,
                precision.name(),
                depthwise.len(),
                100.0 * share,
                changed[0],
                worst[0],
                changed[1],
                worst[1],
            )?;
        }
        Ok(rows)
    }

    /// The share of pixels that change, as text, when the kernels of one kind are the rounded ones, for each kind given by its names.
    fn changed(&self, rounded: &Model, kinds: [&[&str]; 2], pictures: usize) -> Result<[String; 2]> {
        let only = |names: &[&str]| {
            let mut weights = self.exact.weights.clone();
            for name in names {
                weights.0.insert((*name).into(), rounded.weights[*name].clone());
            }
            Model::new(&rounded.info, &self.exact.graph, &weights)
        };
        let variants = [only(kinds[0])?, only(kinds[1])?];
        let answers = self.answers(&[&self.exact, &variants[0], &variants[1]], pictures.div_ceil(2))?;
        Ok([0, 1].map(|kind: usize| {
            let changed = format!("{:.2} %", 100.0 * answers[kind + 1].share_changed());
            if kinds[kind].is_empty() { "-".into() } else { changed }
        }))
    }

    /// What networks answer on the same photos, one after the other on each.
    fn answers(&self, models: &[&Model], pictures: usize) -> Result<Vec<Answers>> {
        let sessions = models.iter().map(|model| {
            let session = Session::new(Cpu);
            session.load_model(&model.to_bytes())?;
            Ok(session)
        });
        let sessions: Vec<_> = sessions.collect::<Result<_>>()?;
        let empty = || Answers { matrix: self.class_map.matrix(), changed: 0, pixels: 0, ms: Vec::new() };
        let mut answers: Vec<Answers> = models.iter().map(|_| empty()).collect();
        for name in self.pack.photos.spread(pictures) {
            let photo = self.pack.photos.photo(name)?;
            let truth = self.pack.truth(name)?;
            let mut first = None;
            for (session, answers) in sessions.iter().zip(&mut answers) {
                let start = Instant::now();
                let mask = segment(session, photo.clone())?;
                answers.ms.push(start.elapsed().as_secs_f64() * 1e3);
                let added = self.class_map.add(&mut answers.matrix, truth.as_raw(), mask.as_raw());
                if let Err(value) = added {
                    bail!("{name}: label {value} is beyond the classes of the pack");
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
