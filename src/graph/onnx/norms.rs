//! Normalisations in ONNX's terms, whose own are over the last dimension and over the whole of a channel.

use super::super::NodeId;
use super::proto::AttributeProto;
use super::writer::{Writer, float, int, ints};
use crate::error::Result;

/// Over the channels, which are brought to the end and back. Errors: `weights-mismatch`.
pub fn layer_norm(file: &mut Writer, id: NodeId, x: &str, epsilon: f32) -> Result<()> {
    let node = file.graph.node(id);
    let name = node.name.as_str();
    let channels = file.shapes[id][1];
    let scale = file.weight(&node.weights[0], &[channels])?;
    let shift = file.weight(&node.weights[1], &[channels])?;
    let (last, normal) = (format!("{name}/last"), format!("{name}/normal"));
    file.node(&last, "Transpose", &[x], &last, vec![ints("perm", &[0, 2, 3, 1])]);
    let attributes = vec![AttributeProto { i: -1, ..int("axis", 0) }, float("epsilon", epsilon)];
    file.node(&normal, "LayerNormalization", &[&last, &scale, &shift], &normal, attributes);
    file.node(name, "Transpose", &[&normal], name, vec![ints("perm", &[0, 3, 1, 2])]);
    Ok(())
}

/// Each group as one channel of an instance norm. Errors: `weights-mismatch`.
pub fn group_norm(file: &mut Writer, id: NodeId, x: &str, groups: usize, epsilon: f32) -> Result<()> {
    let node = file.graph.node(id);
    let name = node.name.as_str();
    let [n, c, h, w] = file.shapes[id];
    let scale = file.weight(&node.weights[0], &[c, 1, 1])?;
    let shift = file.weight(&node.weights[1], &[c, 1, 1])?;
    let ones = file.floats(&format!("{name}/ones"), &[groups], &vec![1.0; groups]);
    let zeros = file.floats(&format!("{name}/zeros"), &[groups], &vec![0.0; groups]);
    let grouped_shape = file.integers(&format!("{name}/grouped_shape"), &[n, groups, c / groups * h * w]);
    let shape = file.integers(&format!("{name}/shape"), &[n, c, h, w]);
    let parts = ["grouped", "normal", "apart", "scaled"].map(|part| format!("{name}/{part}"));
    let [grouped, normal, apart, scaled] = parts.each_ref().map(String::as_str);
    file.node(grouped, "Reshape", &[x, &grouped_shape], grouped, vec![]);
    let epsilon = vec![float("epsilon", epsilon)];
    file.node(normal, "InstanceNormalization", &[grouped, &ones, &zeros], normal, epsilon);
    file.node(apart, "Reshape", &[normal, &shape], apart, vec![]);
    file.node(scaled, "Mul", &[apart, &scale], scaled, vec![]);
    file.node(name, "Add", &[scaled, &shift], name, vec![]);
    Ok(())
}
