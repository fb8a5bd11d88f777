//! Passes that turn a training graph into an inference graph with the same outputs.

use super::graph::{Graph, Node, NodeId};
use super::op::Op;
use super::tensor::{Tensor, Weights};

/// Folds what scales and shifts every channel, batch norms and affines: into the convolution or affine before it where nothing
/// else reads that (Jacob et al. 2018, arXiv 1712.05877, section 3.2), else into an [`Op::Affine`].
///
/// `weights` must hold every weight of `graph` in its right shape. A convolution that absorbed something gains a bias named
/// `<conv>.bias`; other names stay.
pub fn fold_affines(graph: &Graph, weights: &Weights) -> (Graph, Weights) {
    let consumers = graph.consumers();
    let mut weights = weights.clone();
    let mut nodes: Vec<Node> = Vec::with_capacity(graph.nodes.len());
    let mut new_ids: Vec<NodeId> = Vec::with_capacity(graph.nodes.len());
    // Whether a node's new node is read by that node's readers only.
    let mut is_its_own = vec![true; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        let Some((scale, shift)) = scale_and_shift(node, &mut weights) else {
            let inputs = node.inputs.iter().map(|&i| new_ids[i]).collect();
            nodes.push(Node { inputs, ..node.clone() });
            new_ids.push(nodes.len() - 1);
            continue;
        };
        let source = node.inputs[0];
        let target = new_ids[source];
        let is_read_here_only = consumers[source].len() == 1 && source != graph.output && is_its_own[source];
        match nodes[target].op {
            Op::Conv2d(_) | Op::ConvTranspose2d(_) if is_read_here_only => {
                fold_into_conv(&mut nodes[target], &scale, &shift, &mut weights);
                new_ids.push(target);
            }
            Op::Affine if is_read_here_only => {
                fold_into_affine(&nodes[target], &scale, &shift, &mut weights);
                new_ids.push(target);
            }
            _ if scale.iter().all(|s| *s == 1.0) && shift.iter().all(|s| *s == 0.0) => {
                is_its_own[id] = is_read_here_only;
                new_ids.push(target);
            }
            _ => {
                let names = ["scale", "shift"].map(|suffix| format!("{}.{suffix}", node.name));
                for (name, data) in names.iter().zip([scale, shift]) {
                    weights.insert(name.clone(), Tensor::new([data.len()], data));
                }
                let (name, weights) = (node.name.clone(), names.to_vec());
                nodes.push(Node { name, op: Op::Affine, inputs: vec![target], weights });
                new_ids.push(nodes.len() - 1);
            }
        }
    }
    (Graph { nodes, output: new_ids[graph.output] }, weights)
}

/// Leaves out what the output does not depend on.
#[must_use]
pub fn drop_unread(graph: &Graph, mut weights: Weights) -> (Graph, Weights) {
    let mut is_read = vec![false; graph.nodes.len()];
    (is_read[0], is_read[graph.output]) = (true, true);
    for id in (0..graph.nodes.len()).rev().filter(|&id| id > 0) {
        if is_read[id] {
            graph.nodes[id].inputs.iter().for_each(|&input| is_read[input] = true);
        }
    }
    let mut new_ids = vec![0; graph.nodes.len()];
    let mut nodes = Vec::new();
    for (id, node) in graph.nodes.iter().enumerate() {
        if is_read[id] {
            new_ids[id] = nodes.len();
            nodes.push(Node { inputs: node.inputs.iter().map(|&i| new_ids[i]).collect(), ..node.clone() });
        } else {
            node.weights.iter().for_each(|name| drop(weights.remove(name)));
        }
    }
    (Graph { nodes, output: new_ids[graph.output] }, weights)
}

/// Takes the tensors of a batch norm or an affine out of `weights`; none for other operations.
fn scale_and_shift(node: &Node, weights: &mut Weights) -> Option<(Vec<f32>, Vec<f32>)> {
    let mut take = |i: usize| {
        weights.remove(&node.weights[i]).expect("the caller checked that all weights are there").data
    };
    let epsilon = match node.op {
        Op::BatchNorm { epsilon } => epsilon,
        Op::Affine => return Some((take(0), take(1))),
        _ => return None,
    };
    let (gamma, beta, mean, variance) = (take(0), take(1), take(2), take(3));
    let scale: Vec<f32> = gamma
        .iter()
        .zip(&variance)
        .map(|(g, v)| (f64::from(*g) / (f64::from(*v) + epsilon).sqrt()) as f32)
        .collect();
    let shift = beta.iter().zip(&mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
    Some((scale, shift))
}

fn fold_into_affine(node: &Node, scale: &[f32], shift: &[f32], weights: &mut Weights) {
    for (i, name) in node.weights.iter().enumerate() {
        let before = weights.get_mut(name).expect("the affine was made with its weights");
        for ((value, s), t) in before.data.iter_mut().zip(scale).zip(shift) {
            *value = *value * s + if i == 1 { *t } else { 0.0 };
        }
    }
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
