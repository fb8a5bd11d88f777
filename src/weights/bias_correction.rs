//! Empirical bias correction (Nagel et al. 2019, arXiv 1906.04721, section 4.2; Nagel et al. 2021, arXiv 2106.08295, section 3.4):
//! rounding a kernel moves the mean of each of its output channels; what photos say the inputs' means are tells how far, and
//! the bias takes it back.

use std::collections::BTreeMap;

use super::stored::{QuantisedWeights, Stored};
use crate::graph::{ConvTranspose2d, Graph, NodeId, Op, Tensor, Weights};

/// The mean of each channel of what convolutions read, by the node that they read.
pub type ChannelMeans = BTreeMap<NodeId, Vec<f32>>;

/// `rounded`, with every convolution's bias moved so that the means of its outputs are those of `exact` for inputs of `means`. A
/// convolution without a bias gains one, named `<conv>.bias`; one whose input has no mean stays as it is.
///
/// Padding is left out of account: at the border of a map part of the window reads zeros.
#[must_use]
pub fn correct_biases(
    graph: &Graph,
    exact: &Weights,
    rounded: &QuantisedWeights,
    means: &ChannelMeans,
) -> (Graph, QuantisedWeights) {
    let (mut graph, mut rounded) = (graph.clone(), rounded.clone());
    for node in &mut graph.nodes {
        let Some(conv) = node.op.convolution() else { continue };
        let Some(means) = means.get(&node.inputs[0]) else { continue };
        let kernel = &node.weights[0];
        let mut shifts = shifts(&exact[kernel], &rounded[kernel].dequantise(), means, conv.groups);
        if let Op::ConvTranspose2d(ConvTranspose2d { stride: [sy, sx], .. }) = node.op {
            // An output pixel sees one tap in so many.
            shifts.iter_mut().for_each(|shift| *shift /= (sy * sx) as f64);
        }
        let bias = match node.weights.get(1) {
            Some(name) => exact[name].data.clone(),
            None => vec![0.0; conv.out_channels],
        };
        let corrected = bias.iter().zip(shifts).map(|(bias, shift)| (f64::from(*bias) - shift) as f32);
        let corrected = Tensor::new([bias.len()], corrected.collect());
        if node.weights.len() == 1 {
            node.weights.push(format!("{}.bias", node.name));
            match &mut node.op {
                Op::Conv2d(conv) => conv.bias = true,
                Op::ConvTranspose2d(conv) => conv.bias = true,
                _ => unreachable!("it has a kernel"),
            }
        }
        rounded.0.insert(node.weights[1].clone(), Stored::F32(corrected));
    }
    (graph, rounded)
}

/// How far the mean of each output channel moves: the sums of a kernel's errors, times the means of what they multiply.
fn shifts(exact: &Tensor, rounded: &Tensor, means: &[f32], groups: usize) -> Vec<f64> {
    let [out, per_group] = [exact.shape[0], exact.shape[1]];
    let taps: usize = exact.shape[2..].iter().product();
    let errors: Vec<f64> =
        exact.data.iter().zip(&rounded.data).map(|(e, r)| f64::from(*r) - f64::from(*e)).collect();
    let of_channel = |o: usize| {
        let first = o / (out / groups) * per_group;
        let kernels = errors[o * per_group * taps..][..per_group * taps].chunks(taps);
        kernels.zip(&means[first..]).map(|(kernel, mean)| kernel.iter().sum::<f64>() * f64::from(*mean)).sum()
    };
    (0..out).map(of_channel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Conv2d, GraphBuilder};
    use crate::weights::Precision;
    use crate::weights::quantise::quantise;

    /// Two groups of two channels, one filter each, no bias.
    fn network() -> (Graph, Weights) {
        let (mut builder, input) = GraphBuilder::new(4);
        let output = builder.conv("conv", input, Conv2d::new(2, 1).groups(2));
        let graph = builder.build(output);
        let kernel = Tensor::new([2, 2, 1, 1], vec![0.9, 0.061, -0.7, 0.043]);
        (graph, Weights::from([("conv.weight".into(), kernel)]))
    }

    #[test]
    fn the_mean_of_every_output_is_kept() {
        let (graph, exact) = network();
        let rounded = quantise(&exact, Precision::Int4);
        let means = [2.0f32, -3.0, 0.5, 7.0];
        let (graph, corrected) =
            correct_biases(&graph, &exact, &rounded, &ChannelMeans::from([(0, means.to_vec())]));
        assert!(matches!(&graph.nodes[1].op, Op::Conv2d(conv) if conv.bias));
        let [kernel, bias] = ["conv.weight", "conv.bias"].map(|name| corrected[name].dequantise().data);
        let exact = &exact["conv.weight"].data;
        assert_ne!(&kernel, exact, "four bits move these weights");
        for out in 0..2 {
            let mean =
                |kernel: &[f32]| kernel[2 * out] * means[2 * out] + kernel[2 * out + 1] * means[2 * out + 1];
            let (wanted, ours) = (mean(exact), mean(&kernel) + bias[out]);
            assert!((wanted - ours).abs() < 1e-6, "output {out}: {ours}, not {wanted}");
        }
    }

    #[test]
    fn without_means_nothing_changes() {
        let (graph, exact) = network();
        let rounded = quantise(&exact, Precision::Int8);
        assert_eq!(correct_biases(&graph, &exact, &rounded, &ChannelMeans::new()), (graph, rounded));
    }
}
