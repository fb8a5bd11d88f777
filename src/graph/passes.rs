//! Passes that turn a training graph into an inference graph with the same outputs.

use super::graph::{Graph, Node, NodeId};
use super::op::Op;
use super::tensor::{Tensor, Weights};

/// Folds batch norms: into the convolution before them where nothing else reads that convolution
/// (Jacob et al. 2018, arXiv 1712.05877, section 3.2), else into an [`Op::Affine`].
///
/// `weights` must hold every weight of `graph` in its right shape. A convolution that absorbed a batch norm gains a
/// bias named `<conv>.bias`; other names stay.
pub fn fold_batch_norms(graph: &Graph, weights: &Weights) -> (Graph, Weights) {
    let consumers = graph.consumers();
    let mut weights = weights.clone();
    let mut nodes: Vec<Node> = Vec::with_capacity(graph.nodes.len());
    let mut new_ids: Vec<NodeId> = Vec::with_capacity(graph.nodes.len());
    for node in &graph.nodes {
        let Op::BatchNorm { epsilon } = node.op else {
            let inputs = node.inputs.iter().map(|&i| new_ids[i]).collect();
            nodes.push(Node { inputs, ..node.clone() });
            new_ids.push(nodes.len() - 1);
            continue;
        };
        let (scale, shift) = scale_and_shift(node, epsilon, &mut weights);
        let source = node.inputs[0];
        let source_is_foldable = consumers[source].len() == 1
            && source != graph.output
            && matches!(graph.nodes[source].op, Op::Conv2d(_) | Op::ConvTranspose2d(_));
        if source_is_foldable {
            let conv = &mut nodes[new_ids[source]];
            fold_into_conv(conv, &scale, &shift, &mut weights);
            new_ids.push(new_ids[source]);
        } else {
            let names = ["scale", "shift"].map(|suffix| format!("{}.{suffix}", node.name));
            for (name, data) in names.iter().zip([scale, shift]) {
                weights.insert(name.clone(), Tensor::new([data.len()], data));
            }
            let inputs = vec![new_ids[source]];
            nodes.push(Node { name: node.name.clone(), op: Op::Affine, inputs, weights: names.to_vec() });
            new_ids.push(nodes.len() - 1);
        }
    }
    (Graph { nodes, output: new_ids[graph.output] }, weights)
}

/// Takes the four tensors of a batch norm out of `weights`.
fn scale_and_shift(node: &Node, epsilon: f64, weights: &mut Weights) -> (Vec<f32>, Vec<f32>) {
    let mut take = |i: usize| {
        weights.remove(&node.weights[i]).expect("the caller checked that all weights are there").data
    };
    let (gamma, beta, mean, variance) = (take(0), take(1), take(2), take(3));
    let scale: Vec<f32> = gamma
        .iter()
        .zip(&variance)
        .map(|(g, v)| (f64::from(*g) / (f64::from(*v) + epsilon).sqrt()) as f32)
        .collect();
    let shift = beta.iter().zip(&mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
    (scale, shift)
}

fn fold_into_conv(node: &mut Node, scale: &[f32], shift: &[f32], weights: &mut Weights) {
    let bias = match &mut node.op {
        Op::Conv2d(conv) => &mut conv.bias,
        Op::ConvTranspose2d(conv) => &mut conv.bias,
        _ => unreachable!("the caller checked that this is a convolution"),
    };
    let kernel = weights.get_mut(&node.weights[0]).expect("the caller checked that all weights are there");
    let per_output = kernel.data.len() / scale.len();
    for (filter, s) in kernel.data.chunks_mut(per_output).zip(scale) {
        filter.iter_mut().for_each(|w| *w *= s);
    }
    if *bias {
        let bias = weights.get_mut(&node.weights[1]).expect("the caller checked that all weights are there");
        for ((b, s), t) in bias.data.iter_mut().zip(scale).zip(shift) {
            *b = *b * s + t;
        }
    } else {
        *bias = true;
        let name = format!("{}.bias", node.name);
        weights.insert(name.clone(), Tensor::new([shift.len()], shift.to_vec()));
        node.weights.push(name);
    }
}
