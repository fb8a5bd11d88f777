//! `quantise`: the same checkpoint in every number format, and what each costs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use segscope::graph::Tensor;
use segscope::graph::random::random_picture;
use segscope::reference::Reference;
use segscope::weights::import::import;
use segscope::weights::quantise::QuantisationError;
use segscope::weights::{Model, Precision};

use crate::checkpoint::Request;

/// A picture that every network of the zoo takes.
const HEIGHT: usize = 192;
const WIDTH: usize = 256;

pub fn run(request: Request) -> Result<()> {
    let checkpoint = request.read()?;
    let folder = request.output.as_deref().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let exact = import(&checkpoint, &request.spec, Precision::F32)?;
    let exact_logits = logits(&exact)?;
    println!(
        "Kernels against f32; scores on a made-up picture of {WIDTH}x{HEIGHT}, through the reference executor.\n"
    );
    println!(
        "{:6} {:>10} {:>14} {:>14} {:>14} {:>12}",
        "", "bytes", "weights: max", "relative RMS", "scores: RMS", "same class"
    );
    for precision in [Precision::F16, Precision::Int8, Precision::Int4] {
        let model = import(&checkpoint, &request.spec, precision)?;
        let path = folder.join(format!("{}.{}.safetensors", model.info.id, precision.name()));
        fs::write(&path, model.to_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))?;
        let weights = weights_error(&exact, &model);
        let logits = logits(&model)?;
        println!(
            "{:6} {:>10} {:>14.6} {:>13.3}% {:>13.3}% {:>11.2}%",
            precision.name(),
            model.size_bytes,
            weights.max_abs,
            100.0 * weights.relative_rms(),
            100.0 * QuantisationError::between(&exact_logits, &logits).relative_rms(),
            100.0 * same_class(&exact_logits, &logits),
        );
    }
    Ok(())
}

/// Over all kernels: nothing else is quantised.
fn weights_error(exact: &Model, model: &Model) -> QuantisationError {
    let quantised = model.weights.dequantise();
    let kernels = exact.weights.dequantise().into_iter().filter(|(_, tensor)| tensor.shape.len() == 4);
    let errors = kernels.map(|(name, tensor)| QuantisationError::between(&tensor, &quantised[&name]));
    errors.fold(QuantisationError::default(), QuantisationError::and)
}

fn logits(model: &Model) -> Result<Tensor> {
    let shape = [1, 3, HEIGHT, WIDTH];
    let reference = Reference::new(&model.graph, &model.weights.dequantise())?;
    Ok(reference.run(&random_picture(shape), shape)?)
}

/// The fraction of pixels whose largest score belongs to the same class; `[1, c, h, w]` each.
fn same_class(a: &Tensor, b: &Tensor) -> f64 {
    let [_, classes, height, width] = a.shape[..] else {
        unreachable!("a network's output has four dimensions")
    };
    let pixels = height * width;
    let best = |scores: &Tensor, pixel: usize| {
        (0..classes)
            .max_by(|&i, &j| scores.data[i * pixels + pixel].total_cmp(&scores.data[j * pixels + pixel]))
    };
    (0..pixels).filter(|&pixel| best(a, pixel) == best(b, pixel)).count() as f64 / pixels as f64
}
