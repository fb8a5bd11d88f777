//! `calibrate`: how large the inputs of convolutions get on pictures of a training split, into the model file. The network
//! runs on the CPU executor, on exactly what the page would feed it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use lexopt::prelude::*;
use segscope::graph::{Graph, Node, NodeId};
use segscope::plan::{ConvKernel, conv_kernels};
use segscope::reference::reference_numbers;
use segscope::weights::{Calibration, Magnitudes, Model, ReferenceNumbers};

use crate::eval::model_path;
use crate::pack::Photos;
use crate::taps::for_each_value;

pub struct Options {
    /// A model of the catalogue or a model file.
    model: String,
    data: PathBuf,
    split: String,
    pictures: usize,
    /// The model's own file unless given.
    output: Option<PathBuf>,
}

impl Options {
    /// The rest of the command line after `calibrate`.
    pub fn parse(mut args: lexopt::Parser) -> Result<Self> {
        let (mut model, mut data, mut split, mut output) = (None, None, None, None);
        let mut pictures = 32;
        while let Some(arg) = args.next()? {
            match arg {
                Long("data") => data = Some(PathBuf::from(args.value()?)),
                Long("split") => split = Some(args.value()?.string()?),
                Long("pictures") => pictures = args.value()?.parse()?,
                Short('o') | Long("output") => output = Some(PathBuf::from(args.value()?)),
                Value(value) if model.is_none() => model = Some(value.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        let missing =
            |what: &str| format!("{what} is missing: cargo xtask calibrate MODEL --data PACK --split train");
        let split: String = split.with_context(|| missing("--split"))?;
        check_split(&split)?;
        ensure!(pictures > 0, "--pictures must be 1 or more");
        let model = model.with_context(|| missing("MODEL"))?;
        Ok(Self { model, data: data.with_context(|| missing("--data"))?, split, pictures, output })
    }
}

/// Errors: for the splits that models are measured on.
pub fn check_split(split: &str) -> Result<()> {
    ensure!(
        split != "val" && split != "test",
        "a model is evaluated on the split \"{split}\", which calibration must not see; give --split train"
    );
    Ok(())
}

pub fn run(options: &Options) -> Result<()> {
    let path = model_path(&options.model);
    let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut model = Model::from_bytes(&bytes).with_context(|| path.display().to_string())?;
    let photos = Photos::open(&options.data, &options.split)?;
    let names = photos.spread(options.pictures);
    let inputs = inputs(&model.graph)?;
    let magnitudes = measure(&model, &photos, &names, &inputs)?;
    let ranges = magnitudes.iter().map(|(id, values)| (*id, values.range())).collect();
    print(&model.info.id, names.len(), &magnitudes, &ranges);
    let root = photos.root.canonicalize()?;
    let folder = root.file_name().unwrap_or(root.as_os_str()).to_string_lossy();
    let ranges: Vec<Option<f32>> = inputs.iter().map(|input| input.map(|id| ranges[&id])).collect();
    let size = ReferenceNumbers::size_for(&model.info.input);
    model.info.calibration = Some(Calibration {
        data: format!("{folder}, {}", options.split),
        pictures: names.len(),
        reference: Some(reference_numbers(&model.graph, &model.weights, &ranges, size)?),
        ranges,
    });
    let model = Model::new(&model.info, &model.graph, &model.weights)?;
    let path = options.output.as_deref().unwrap_or(&path);
    std::fs::write(path, model.to_bytes())
        .with_context(|| format!("{} cannot be written", path.display()))?;
    println!("{}: {} bytes, sha256 {}", path.display(), model.size_bytes, model.sha256);
    Ok(())
}

/// For each convolution that is done in products, what it reads.
fn inputs(graph: &Graph) -> Result<Vec<Option<NodeId>>> {
    let kernels = conv_kernels(graph, &graph.channels()?);
    let input = |(node, kernel): (&Node, Option<ConvKernel>)| {
        kernel.is_some_and(ConvKernel::is_product).then(|| node.inputs[0])
    };
    Ok(graph.nodes.iter().zip(kernels).map(input).collect())
}

/// The magnitudes of every value that some convolution reads, over all pictures, each at the size the page would choose.
fn measure(
    model: &Model,
    photos: &Photos,
    names: &[&str],
    inputs: &[Option<NodeId>],
) -> Result<BTreeMap<NodeId, Magnitudes>> {
    let mut magnitudes: BTreeMap<NodeId, Magnitudes> =
        inputs.iter().flatten().map(|id| (*id, Magnitudes::default())).collect();
    let taps: Vec<NodeId> = magnitudes.keys().copied().collect();
    for_each_value(model, photos, names, &taps, |id, value| {
        magnitudes.get_mut(&id).expect("it was tapped").add(&value.data);
    })?;
    Ok(magnitudes)
}

fn print(id: &str, pictures: usize, values: &BTreeMap<NodeId, Magnitudes>, ranges: &BTreeMap<NodeId, f32>) {
    let clipped: u64 = values.iter().map(|(id, values)| values.clipped(ranges[id])).sum();
    let count: u64 = values.values().map(Magnitudes::count).sum();
    let [smallest, median, largest] = spread_of(ranges.values().map(|range| f64::from(*range)));
    println!("{id}: {pictures} pictures, {} tensors that convolutions read", ranges.len());
    println!(
        "ranges {smallest:.3e} to {largest:.3e}, median {median:.3e}; {:.4} % of values clipped",
        100.0 * clipped as f64 / count as f64
    );
    let chosen = spread_of(values.iter().map(|(id, values)| values.relative_error(ranges[id])));
    let unclipped = spread_of(values.values().map(|values| values.relative_error(values.largest())));
    for (what, [_, median, largest]) in
        [("with these ranges", chosen), ("if nothing were clipped", unclipped)]
    {
        println!(
            "rounding error {what}: {:.2} % of a tensor's magnitude in the median, {:.2} % at most",
            100.0 * median,
            100.0 * largest
        );
    }
}

/// The smallest, the median and the largest.
fn spread_of(figures: impl Iterator<Item = f64>) -> [f64; 3] {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    [figures[0], figures[figures.len() / 2], figures[figures.len() - 1]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_of_the_evaluation_are_refused() {
        let parse = |split: &str| {
            Options::parse(lexopt::Parser::from_args(["street", "--data", "pack", "--split", split]))
        };
        assert_eq!(parse("train").map(|options| options.pictures).ok(), Some(32));
        for split in ["val", "test"] {
            let error = parse(split).err().expect("the split is refused").to_string();
            assert!(error.contains(split), "{error}");
        }
    }
}
