//! `cargo xtask eval MODEL --data DIR --split S`: how well a model file does on labelled photos, through either executor.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use segscope::lab::metrics::ConfusionMatrix;
use segscope::session::{Backend, Cpu, Gpu, Session};
use segscope::weights::ModelInfo;
use segscope::weights::info::Metrics;

use lexopt::prelude::*;

use crate::activations::Numbers;
use crate::pack::Pack;

pub struct Options {
    /// A model of the catalogue or a model file.
    pub model: String,
    /// A pack: `images/*.jpg`, label folders, `<split>.txt` and `classes.json`.
    pub data: PathBuf,
    pub split: String,
    pub json: bool,
    pub backend: BackendName,
    /// On the GPU.
    pub numbers: Numbers,
}

/// Where the network runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BackendName {
    WebGpu,
    Cpu,
}

impl BackendName {
    pub fn parse(name: &str) -> Result<Self> {
        match name {
            "webgpu" => Ok(Self::WebGpu),
            "cpu" => Ok(Self::Cpu),
            other => bail!("there is no backend \"{other}\"; it is webgpu or cpu"),
        }
    }
}

impl Options {
    /// The rest of the command line after `eval`.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let (mut model, mut data, mut split, mut json) = (None, None, None, false);
        let (mut backend, mut numbers) = (BackendName::WebGpu, Numbers::F32);
        while let Some(arg) = args.next()? {
            match arg {
                Long("data") => data = Some(PathBuf::from(args.value()?)),
                Long("split") => split = Some(args.value()?.string()?),
                Long("json") => json = true,
                Long("activations") => numbers = Numbers::parse(&args.value()?.string()?)?,
                Long("backend") => backend = BackendName::parse(&args.value()?.string()?)?,
                Value(value) if model.is_none() => model = Some(value.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        let missing =
            |what: &str| format!("{what} is missing: cargo xtask eval MODEL --data PACK --split NAME");
        Ok(Self {
            model: model.with_context(|| missing("MODEL"))?,
            data: data.with_context(|| missing("--data"))?,
            split: split.with_context(|| missing("--split"))?,
            json,
            backend,
            numbers,
        })
    }
}

/// A model file, or the file of a model of the catalogue.
pub fn model_path(model: &str) -> PathBuf {
    let shipped =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models").join(format!("{model}.safetensors"));
    if shipped.exists() { shipped } else { PathBuf::from(model) }
}

pub fn run(options: &Options) -> Result<()> {
    let file = model_path(&options.model);
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    match options.backend {
        BackendName::WebGpu => {
            let numbers = options.numbers;
            let gpu = pollster::block_on(Gpu::new(numbers.in_memory()))?;
            numbers.check(&gpu.device)?;
            gpu.set_int8_products(numbers == Numbers::Int8);
            let place = format!("adapter {}, {}", gpu.device.adapter.get_info().name, numbers.name());
            let session = Session::new(gpu);
            session.load_model(&bytes)?;
            numbers.check_format(session.weight_format())?;
            evaluate(&session, &bytes, options, &place)
        }
        BackendName::Cpu if options.numbers != Numbers::F32 => {
            bail!("--activations are of the backend webgpu")
        }
        BackendName::Cpu => evaluate(&Session::new(Cpu), &bytes, options, "CPU"),
    }
}

/// `place` says where the session runs.
fn evaluate<B: Backend>(session: &Session<B>, bytes: &[u8], options: &Options, place: &str) -> Result<()> {
    let model = session.load_model(bytes)?;
    options.numbers.ranges(&model.info)?;
    let pack = Pack::open(&options.data, &options.split, &model.info)?;
    if !options.json {
        println!(
            "{} on {} ({} photos), {place}",
            model.info.id,
            pack.labels.display(),
            pack.photos.names.len()
        );
    }
    let matrix = confusion(session, &pack, model.info.classes.len())?;
    let metrics = metrics(&model.info, &options.split, pack.photos.names.len(), &matrix);
    if options.json {
        println!("{}", serde_json::to_string(&metrics)?);
    } else {
        print(&model.info, &metrics, &matrix);
    }
    Ok(())
}

/// What the loaded model, which has so many classes, answers on a pack's photos.
pub fn confusion<B: Backend>(session: &Session<B>, pack: &Pack, classes: usize) -> Result<ConfusionMatrix> {
    let mut matrix = ConfusionMatrix::new(classes);
    let progress = ProgressBar::new(pack.photos.names.len() as u64)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} photos, {eta} left, {msg}")?);
    for name in &pack.photos.names {
        let mask = segment(session, pack.photos.photo(name)?)?;
        let truth = pack.truth(name)?;
        ensure!(
            truth.dimensions() == mask.dimensions(),
            "{name}: the photo is {:?} and its label map {:?}; they must have the same size",
            mask.dimensions(),
            truth.dimensions()
        );
        if let Err(value) = matrix.add(truth.as_raw(), mask.as_raw()) {
            bail!("{name}: class id {value} is beyond the model's {classes} classes");
        }
        progress.set_message(format!("mean IoU {:.4}", matrix.mean_iou()));
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(matrix)
}

/// The classes of every pixel of a photo, at its own size.
pub fn segment<B: Backend>(session: &Session<B>, photo: image::RgbaImage) -> Result<image::GrayImage> {
    let (width, height) = photo.dimensions();
    let picture = session.backend().picture([width, height], photo.into_raw())?;
    pollster::block_on(session.segment(Rc::new(picture), [width, height], 0.0))?;
    let (ids, _) = pollster::block_on(session.read_mask())?;
    Ok(image::GrayImage::from_raw(width, height, ids).expect("a mask has the photo's size"))
}

pub fn metrics(info: &ModelInfo, split: &str, images: usize, matrix: &ConfusionMatrix) -> Metrics {
    Metrics {
        model: info.id.clone(),
        split: split.into(),
        images,
        mean_iou: matrix.mean_iou(),
        iou: info.classes.iter().enumerate().map(|(i, class)| (class.name.clone(), matrix.iou(i))).collect(),
        pixel_accuracy: matrix.pixel_accuracy(),
        dice: matrix.mean_dice(),
    }
}

fn print(info: &ModelInfo, metrics: &Metrics, matrix: &ConfusionMatrix) {
    let width = info.classes.iter().map(|class| class.name.len()).max().unwrap_or(0);
    println!("{:width$}  IoU     Dice", "class");
    let figure = |value: Option<f64>| value.map_or("-     ".into(), |v| format!("{v:.4}"));
    for (i, class) in info.classes.iter().enumerate() {
        println!("{:width$}  {}  {}", class.name, figure(matrix.iou(i)), figure(matrix.dice(i)));
    }
    println!(
        "mean IoU {:.4}, pixel accuracy {:.4}, mean Dice {:.4}",
        metrics.mean_iou, metrics.pixel_accuracy, metrics.dice
    );
    println!("\nconfusion, % of each true class (rows) predicted as (columns, same order):");
    for (i, class) in info.classes.iter().enumerate() {
        let row: u64 = (0..matrix.classes()).map(|j| matrix.count(i, j)).sum();
        let shares: Vec<_> = (0..matrix.classes())
            .map(|j| format!("{:5.1}", 100.0 * matrix.count(i, j) as f64 / row.max(1) as f64))
            .collect();
        println!("{:width$} {}", class.name, shares.join(" "));
    }
}
