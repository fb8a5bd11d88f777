//! `quantise`: the same checkpoint in every number format, and what each costs; with photos of a training split also with its biases
//! corrected.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use segscope::graph::Tensor;
use segscope::reference::Reference;
use segscope::weights::quantise::QuantisationError;
use segscope::weights::{Model, Precision};

use crate::checkpoint::Request;
use crate::layers::{Layer, worst_layers};
use crate::numbers::with_numbers;
use crate::sample_photos::{Photo, sample_photos};
use crate::taps::{channel_means, corrected};

pub fn run(request: Request) -> Result<()> {
    let folder = request.output.as_deref().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let exact = request.import(Precision::F32)?;
    let photos = sample_photos(&exact.info.input)?;
    let exact_scores = scores(&exact, &photos)?;
    println!("Kernels against f32, and scores on the page's sample photos through the reference executor.\n");
    println!(
        "{:14} {:>9} {:>13} {:>13} {:>13} {:>11}",
        "", "bytes", "weights: max", "relative RMS", "scores: RMS", "same class"
    );
    let means = request.photos.as_ref().map(|photos| channel_means(&exact, photos)).transpose()?;
    for precision in [Precision::F16, Precision::Int8, Precision::Int4] {
        let model = request.import(precision)?;
        let corrected = match &means {
            Some(means) if precision > Precision::F16 => Some(corrected(&exact, &model, means)?),
            _ => None,
        };
        for (ending, model) in [("", Some(model)), (".corrected", corrected)] {
            let Some(model) = model else { continue };
            let model = with_numbers(model)?;
            let name = format!("{}{ending}", precision.name());
            let path = folder.join(format!("{}.{name}.safetensors", model.info.id));
            fs::write(&path, model.to_bytes())
                .with_context(|| format!("{} cannot be written", path.display()))?;
            let weights = weights_error(&exact, &model);
            let scores = scores(&model, &photos)?;
            println!(
                "{name:14} {:>9} {:>13.6} {:>12.3}% {:>12.3}% {:>10.2}%",
                model.size_bytes,
                weights.max_abs,
                100.0 * weights.relative_rms(),
                100.0 * total(exact_scores.iter().zip(&scores)).relative_rms(),
                100.0 * same_class(&exact_scores, &scores),
            );
            let [depthwise, others] = worst_layers(&exact, &model);
            for (kind, layer) in [("depthwise", depthwise), ("other", others)] {
                if let Some(Layer { name, error }) = layer {
                    println!("    worst {kind} kernel: {name}, relative RMS {:.3}%", 100.0 * error);
                }
            }
        }
    }
    Ok(())
}

/// Over all kernels: nothing else is quantised.
fn weights_error(exact: &Model, model: &Model) -> QuantisationError {
    let (exact, quantised) = (exact.weights.dequantise(), model.weights.dequantise());
    total(
        exact
            .iter()
            .filter(|(_, tensor)| tensor.shape.len() == 4)
            .map(|(name, tensor)| (tensor, &quantised[name])),
    )
}

fn total<'a>(pairs: impl Iterator<Item = (&'a Tensor, &'a Tensor)>) -> QuantisationError {
    let errors = pairs.map(|(exact, ours)| QuantisationError::between(exact, ours));
    errors.fold(QuantisationError::default(), QuantisationError::and)
}

/// Class scores `[1, c, h, w]` of each photo.
fn scores(model: &Model, photos: &[Photo]) -> Result<Vec<Tensor>> {
    let reference = Reference::new(&model.graph, &model.weights.dequantise())?;
    photos.iter().map(|photo| Ok(reference.run(&photo.data, photo.shape)?)).collect()
}

/// The fraction of pixels whose largest score belongs to the same class.
fn same_class(a: &[Tensor], b: &[Tensor]) -> f64 {
    let (a, b) = (classes(a), classes(b));
    a.iter().zip(&b).filter(|(a, b)| a == b).count() as f64 / a.len() as f64
}

/// The class of every pixel of every photo.
fn classes(scores: &[Tensor]) -> Vec<usize> {
    let of_photo = |scores: &Tensor| {
        let (classes, pixels) = (scores.shape[1], scores.shape[2] * scores.shape[3]);
        let score = |class: usize, pixel: usize| scores.data[class * pixels + pixel];
        let best = |pixel: usize| (0..classes).max_by(|&i, &j| score(i, pixel).total_cmp(&score(j, pixel)));
        (0..pixels).map(|pixel| best(pixel).expect("a network has classes")).collect::<Vec<_>>()
    };
    scores.iter().flat_map(of_photo).collect()
}
