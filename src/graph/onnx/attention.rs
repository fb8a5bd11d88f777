//! Attention in ONNX's terms: products of matrices and a softmax.

use super::super::NodeId;
use super::proto::AttributeProto;
use super::writer::{Writer, int, ints};

/// Adds the node `id`; `inputs` are queries, keys and values.
pub fn write(file: &mut Writer, id: NodeId, inputs: &[&str], heads: usize) {
    let node = file.graph.node(id);
    let name = node.name.as_str();
    let [n, c, h, w] = file.shapes[id];
    let size = c / heads;
    // Each as `[n, heads, size, pixels]`, queries turned.
    let mut split = |part: &str, i: usize| {
        let [_, _, h, w] = file.shapes[node.inputs[i]];
        let (split, shape) = (format!("{name}/{part}"), format!("{name}/{part}_shape"));
        let shape = file.integers(&shape, &[n, heads, size, h * w]);
        file.node(&split, "Reshape", &[inputs[i], &shape], &split, vec![]);
        split
    };
    let [queries, keys, values] = [split("queries", 0), split("keys", 1), split("values", 2)];
    let parts = ["turned", "products", "scores", "weights", "weights_turned", "sums"];
    let parts = parts.map(|part| format!("{name}/{part}"));
    let [turned, products, scores, weights, weights_turned, sums] = parts.each_ref().map(String::as_str);
    let swap = || vec![ints("perm", &[0, 1, 3, 2])];
    file.node(turned, "Transpose", &[&queries], turned, swap());
    file.node(products, "MatMul", &[turned, &keys], products, vec![]);
    let scale = file.floats(&format!("{name}/scale"), &[], &[1.0 / (size as f32).sqrt()]);
    file.node(scores, "Mul", &[products, &scale], scores, vec![]);
    let last = vec![AttributeProto { i: -1, ..int("axis", 0) }];
    file.node(weights, "Softmax", &[scores], weights, last);
    // `[size, keys] x [keys, queries]` leaves the pixels last, where the graph has them.
    file.node(weights_turned, "Transpose", &[weights], weights_turned, swap());
    file.node(sums, "MatMul", &[&values, weights_turned], sums, vec![]);
    let shape = file.integers(&format!("{name}/shape"), &[n, c, h, w]);
    file.node(name, "Reshape", &[sums, &shape], name, vec![]);
}
