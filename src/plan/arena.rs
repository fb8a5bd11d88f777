//! Places every value in one arena: concatenations as views, everything else by liveness.

use super::{Layout, planes, steps::Step};
use crate::graph::{Graph, NodeId, Op, Shape};

/// Which concatenations cost nothing because their inputs are written straight into their planes.
pub struct Views {
    /// For a value that lives inside a concatenation: the concatenation and the first plane within it.
    parent: Vec<Option<(NodeId, usize)>>,
    is_concat: Vec<bool>,
}

impl Views {
    /// Whether this node is a concatenation that needs no step.
    pub fn is_concat(&self, id: NodeId) -> bool {
        self.is_concat[id]
    }

    /// The outermost value that holds `id`, and the plane at which `id` starts in it.
    fn root(&self, mut id: NodeId) -> (NodeId, usize) {
        let mut plane = 0;
        while let Some((parent, at)) = self.parent[id] {
            plane += at;
            id = parent;
        }
        (id, plane)
    }
}

/// A concatenation is a view if every input fills whole planes, is not the picture, and lives in no other concatenation.
pub fn concat_views(graph: &Graph, shapes: &[Shape], logits: NodeId) -> Views {
    let count = graph.nodes.len();
    let mut views = Views { parent: vec![None; count], is_concat: vec![false; count] };
    for id in (0..=logits).filter(|&id| matches!(graph.node(id).op, Op::Concat)) {
        let inputs = &graph.node(id).inputs;
        let viewable = inputs.iter().enumerate().all(|(i, &input)| {
            shapes[input][1].is_multiple_of(4)
                && input != 0
                && views.parent[input].is_none()
                && !inputs[..i].contains(&input)
        });
        if !viewable {
            continue;
        }
        views.is_concat[id] = true;
        let mut plane = 0;
        for &input in inputs {
            views.parent[input] = Some((id, plane));
            plane += planes(shapes[input][1]);
        }
    }
    views
}

pub struct Arena {
    pub offsets: Vec<Option<usize>>,
    pub len: usize,
}

/// First step that writes a value and last step that needs it.
#[derive(Clone, Copy)]
struct Lifetime {
    from: usize,
    to: usize,
}

/// Greedy placement, largest value first, at the lowest offset that is free during the value's whole life
/// (Pisarchyk and Lee 2020, arXiv 2001.03288, "greedy by size").
pub fn place(
    graph: &Graph,
    shapes: &[Shape],
    layouts: &[Layout],
    steps: &[Step],
    views: &Views,
    kept: &[NodeId],
) -> Arena {
    let lifetimes = lifetimes(graph, steps, views, kept);
    let len_of = |id: NodeId| {
        let [_, _, h, w] = shapes[id];
        layouts[id].planes() * h * w
    };
    let mut order: Vec<NodeId> = (0..graph.nodes.len()).filter(|&id| lifetimes[id].is_some()).collect();
    order.sort_by_key(|&id| std::cmp::Reverse(len_of(id)));

    let mut placed: Vec<(usize, usize, Lifetime)> = Vec::new(); // offset, length, lifetime
    let mut offsets = vec![None; graph.nodes.len()];
    for &id in &order {
        let life = lifetimes[id].expect("only values with a lifetime are ordered");
        let len = len_of(id);
        // Saturating: a hostile graph on 32 bits asks for a buffer that no adapter has, not for a small one.
        let mut busy: Vec<(usize, usize)> = placed
            .iter()
            .filter(|(_, _, other)| other.from <= life.to && life.from <= other.to)
            .map(|&(offset, len, _)| (offset, offset.saturating_add(len)))
            .collect();
        busy.sort_unstable();
        let mut at = 0usize;
        for (from, to) in busy {
            if at.saturating_add(len) <= from {
                break;
            }
            at = at.max(to);
        }
        placed.push((at, len, life));
        offsets[id] = Some(at);
    }
    for id in 0..graph.nodes.len() {
        let (root, plane) = views.root(id);
        if root != id {
            let [_, _, h, w] = shapes[root];
            offsets[id] = offsets[root].map(|offset| offset + plane * h * w);
        }
    }
    let len = placed.iter().map(|(offset, len, _)| offset.saturating_add(*len)).max().unwrap_or(0);
    Arena { offsets, len }
}

/// Lifetimes of root values (those that live in no concatenation), in step numbers.
fn lifetimes(graph: &Graph, steps: &[Step], views: &Views, kept: &[NodeId]) -> Vec<Option<Lifetime>> {
    let mut lifetimes: Vec<Option<Lifetime>> = vec![None; graph.nodes.len()];
    let mut touch = |id: NodeId, step: usize| {
        let life = lifetimes[views.root(id).0].get_or_insert(Lifetime { from: step, to: step });
        life.from = life.from.min(step);
        life.to = life.to.max(step);
    };
    touch(0, 0); // the picture is there before the first step
    for (number, step) in steps.iter().enumerate() {
        touch(step.output, number);
        step.inputs.iter().for_each(|&input| touch(input, number));
    }
    kept.iter().for_each(|&id| touch(id, steps.len()));
    lifetimes
}
