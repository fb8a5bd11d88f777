//! Where the sizes of resized and cropped maps come from, when the same file was walked through with pictures of several sizes.

use super::trace::{Target, Trace};
use super::unsupported;
use crate::error::Result;
use crate::graph::{Graph, Node, NodeId, Op, Pair, Size};

/// A graph for pictures of any size. The first trace is that of the file's own size, if it has one.
///
/// Errors: `model-unsupported` where a size follows no rule that we have.
pub fn settle(traces: &[Trace], output: NodeId) -> Result<Graph> {
    let first = &traces[0];
    if let Some(other) = traces.iter().find(|other| !is_alike(first, other)) {
        let place = first.nodes.iter().zip(&other.nodes).find(|(a, b)| a != b);
        let name = place.map_or("its end", |(node, _)| node.name.as_str());
        return Err(unsupported(format!(
            "its nodes are others for pictures of other sizes, from \"{name}\" on; export it for one size"
        )));
    }
    let mut nodes: Vec<Node> = Vec::with_capacity(first.nodes.len());
    for (id, node) in first.nodes.iter().enumerate() {
        let mut node = node.clone();
        if first.targets.contains_key(&id) {
            let (size, like) = rule(traces, id).ok_or_else(|| {
                unsupported(format!("the size of \"{}\" follows no rule that can be expressed", node.name))
            })?;
            node.inputs.extend(like);
            match &mut node.op {
                Op::Resize { size: of_node, .. } => *of_node = size,
                _ if size != Size::Like => {
                    return Err(unsupported(format!(
                        "no other map has the size that \"{}\" cuts out",
                        node.name
                    )));
                }
                _ => {}
            }
        }
        nodes.push(node);
    }
    Ok(Graph { nodes, output })
}

fn is_alike(a: &Trace, b: &Trace) -> bool {
    let same_kind = |(a, b): (&Target, &Target)| matches!((a, b), (Target::To(_), Target::To(_))) || a == b;
    a.nodes == b.nodes
        && a.targets.keys().eq(b.targets.keys())
        && a.targets.values().zip(b.targets.values()).all(same_kind)
}

fn side(trace: &Trace, id: NodeId) -> Pair {
    let [_, _, h, w] = trace.shapes[id];
    [h, w]
}

/// The size of a node, and the map whose size that is.
fn rule(traces: &[Trace], id: NodeId) -> Option<(Size, Option<NodeId>)> {
    let node = &traces[0].nodes[id];
    if let Target::Scaled(factor) = traces[0].targets[&id] {
        return Some((Size::Scale { factor, min: 1 }, None));
    }
    let is_like = |&other: &NodeId| traces.iter().all(|trace| side(trace, other) == side(trace, id));
    let is_crop = matches!(node.op, Op::Crop2d { .. });
    // The map that it is joined with, else the first map of its size: the picture or the encoder's.
    let partners = traces[0]
        .nodes
        .iter()
        .filter(|reader| reader.inputs.contains(&id))
        .filter(|reader| matches!(reader.op, Op::Concat | Op::Add | Op::Mul));
    let partners = partners.flat_map(|reader| reader.inputs.iter().copied()).filter(|&other| other < id);
    if let Some(like) = partners.chain(0..id).find(is_like) {
        return Some((Size::Like, Some(like)));
    }
    let factor = |trace: &Trace, axis: usize| {
        let (from, to) = (side(trace, node.inputs[0])[axis], side(trace, id)[axis]);
        to.is_multiple_of(from).then(|| to / from)
    };
    let common = factor(&traces[0], 0);
    if let Some(common) = common
        .filter(|_| !is_crop && traces.iter().all(|trace| (0..2).all(|axis| factor(trace, axis) == common)))
    {
        return Some((Size::Scale { factor: common as f64, min: 1 }, None));
    }
    let [height, width] = side(&traces[0], id);
    let is_fixed = traces.iter().all(|trace| side(trace, id) == [height, width]);
    is_fixed.then_some((Size::Fixed { height, width }, None))
}
