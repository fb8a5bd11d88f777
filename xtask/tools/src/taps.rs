//! What the values inside a network are on photos, as the page would run them.

use anyhow::{Result, ensure};
use indicatif::ProgressBar;
use segscope::graph::{NodeId, Tensor};
use segscope::plan::Window;
use segscope::session::network_size;
use segscope::simd::{Executor, Network, Picture};
use segscope::weights::{ChannelMeans, Model, correct_biases};

use crate::pack::Photos;

/// How many photos of a training split tell the means of activations.
const PHOTOS: usize = 32;

/// Gives `visit` the value of each tapped node for each of the photos `names`.
pub fn for_each_value(
    model: &Model,
    photos: &Photos,
    names: &[&str],
    taps: &[NodeId],
    mut visit: impl FnMut(NodeId, &Tensor),
) -> Result<()> {
    let network = Network::new(model.graph.clone(), &model.weights)?;
    let progress = ProgressBar::new(names.len() as u64);
    for name in names {
        let photo = photos.photo(name)?;
        let source = [photo.width(), photo.height()];
        let executor = Executor::new(&network, network_size(&model.info.input, source), taps)?;
        let picture = Picture::new(source[0], photo.into_raw());
        executor.write_picture(&picture, Window::whole(source), &model.info.input);
        executor.run(&network);
        for &id in taps {
            let value = executor.read(id)?;
            let is_finite = value.data.iter().all(|value| value.is_finite());
            ensure!(is_finite, "{name}: \"{}\" is not finite", model.graph.node(id).name);
            visit(id, &value);
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(())
}

/// The mean of each channel of everything that a convolution reads.
pub fn channel_means(model: &Model, photos: &Photos) -> Result<ChannelMeans> {
    let names = photos.spread(PHOTOS);
    let graph = &model.graph;
    let mut taps: Vec<NodeId> = graph
        .nodes
        .iter()
        .filter(|node| node.op.convolution().is_some())
        .map(|node| node.inputs[0])
        .collect();
    taps.sort_unstable();
    taps.dedup();
    let mut means = ChannelMeans::new();
    for_each_value(model, photos, &names, &taps, |id, value| {
        let [_, channels, height, width] = value.shape[..] else { unreachable!("values are maps") };
        let sums = means.entry(id).or_insert_with(|| vec![0.0; channels]);
        for (sum, plane) in sums.iter_mut().zip(value.data.chunks(height * width)) {
            let mean = plane.iter().map(|v| f64::from(*v)).sum::<f64>() / plane.len() as f64;
            *sum += (mean / names.len() as f64) as f32;
        }
    })?;
    Ok(means)
}

/// The rounded model with its biases corrected.
pub fn corrected(exact: &Model, rounded: &Model, means: &ChannelMeans) -> Result<Model> {
    let (graph, weights) = correct_biases(&exact.graph, &exact.weights.dequantise(), &rounded.weights, means);
    Ok(Model::new(&rounded.info, &graph, &weights)?)
}
