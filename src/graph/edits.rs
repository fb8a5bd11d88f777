//! Changes of a graph that keep its weights: what a lesson does to a live network.

use serde::{Deserialize, Serialize};

use super::graph::{Graph, Node, NodeId};
use super::op::{Interpolation, Op, Size};
use super::tensor::{Tensor, Weights};
use crate::error::{Error, ErrorKind, Result};

/// One change; nodes go by their names in the graph that is edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Edit {
    /// Multiplies what `node` reads as its `input`-th input: 0 cuts a skip.
    Scale { node: String, input: usize, factor: f32 },
    /// `node` reads `other` as its `input`-th input, resized to the size of what it read; both have the same channels.
    Swap { node: String, input: usize, other: String },
    /// A convolution's dilation, with the padding that keeps its output's size.
    Dilate { node: String, rate: usize },
    /// How a resize finds values between those it has.
    Interpolate { node: String, mode: Interpolation },
    /// A max-unpooling forgets where the maxima were: nearest-neighbour upsampling in its place.
    ForgetIndices { node: String },
}

impl Edit {
    fn node(&self) -> &str {
        match self {
            Self::Scale { node, .. }
            | Self::Swap { node, .. }
            | Self::Dilate { node, .. }
            | Self::Interpolate { node, .. }
            | Self::ForgetIndices { node } => node,
        }
    }
}

/// `graph` with all `edits`, and the weights that it has besides those of `graph`.
///
/// Errors: `no-such-layer` for a name that is none, `out-of-range` for a change that this node does not allow; either says which.
pub fn edited(graph: &Graph, edits: &[Edit]) -> Result<(Graph, Weights)> {
    for edit in edits {
        find(graph, edit.node())?;
    }
    let channels = graph.channels()?;
    let mut weights = Weights::new();
    let mut nodes: Vec<Node> = Vec::with_capacity(graph.nodes.len());
    let mut new_ids: Vec<NodeId> = Vec::with_capacity(graph.nodes.len());
    for (id, node) in graph.nodes.iter().enumerate() {
        let mut changed = Node { inputs: node.inputs.iter().map(|&i| new_ids[i]).collect(), ..node.clone() };
        for edit in edits.iter().filter(|edit| edit.node() == node.name) {
            match edit {
                Edit::Scale { input, factor, .. } => {
                    let source = source(node, *input)?;
                    if !factor.is_finite() {
                        return Err(not_allowed(
                            node,
                            &format!("an input times {factor}; give a finite factor"),
                        ));
                    }
                    let name = format!("{}.input{input}.scaled", node.name);
                    let count = channels[source];
                    let names = ["scale", "shift"].map(|suffix| format!("{name}.{suffix}"));
                    for (name, value) in names.iter().zip([*factor, 0.0]) {
                        weights.insert(name.clone(), Tensor::new([count], vec![value; count]));
                    }
                    let inputs = vec![changed.inputs[*input]];
                    nodes.push(Node { name, op: Op::Affine, inputs, weights: names.to_vec() });
                    changed.inputs[*input] = nodes.len() - 1;
                }
                Edit::Swap { input, other, .. } => {
                    let source = source(node, *input)?;
                    let other = find(graph, other)?;
                    if other >= id || channels[other] != channels[source] {
                        let what = format!(
                            "\"{}\" in the place of \"{}\"; choose a layer before it with {} channels",
                            graph.node(other).name,
                            graph.node(source).name,
                            channels[source]
                        );
                        return Err(not_allowed(node, &what));
                    }
                    let name = format!("{}.input{input}.swapped", node.name);
                    let op =
                        Op::Resize { mode: Interpolation::Bilinear, align_corners: false, size: Size::Like };
                    let inputs = vec![new_ids[other], new_ids[source]];
                    nodes.push(Node { name, op, inputs, weights: vec![] });
                    changed.inputs[*input] = nodes.len() - 1;
                }
                Edit::Dilate { rate, .. } => dilate(&mut changed, *rate)?,
                Edit::Interpolate { mode: wanted, .. } => match &mut changed.op {
                    Op::Resize { mode, align_corners, .. } => {
                        *mode = *wanted;
                        *align_corners &= *wanted == Interpolation::Bilinear;
                    }
                    _ => return Err(not_allowed(node, "another interpolation; it is no resize")),
                },
                Edit::ForgetIndices { .. } => match changed.op {
                    Op::MaxUnpool2d(_) => {
                        let mode = Interpolation::Nearest;
                        changed.op = Op::Resize { mode, align_corners: false, size: Size::Like };
                    }
                    _ => return Err(not_allowed(node, "forgotten indices; it is no max-unpooling")),
                },
            }
        }
        nodes.push(changed);
        new_ids.push(nodes.len() - 1);
    }
    Ok((Graph { nodes, output: new_ids[graph.output] }, weights))
}

/// The padding grows with the reach of the kernel.
fn dilate(node: &mut Node, rate: usize) -> Result<()> {
    const MOST: usize = 64;
    let name = node.name.clone();
    let Op::Conv2d(conv) = &mut node.op else {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!("layer \"{name}\" cannot have a dilation; it is no convolution"),
        ));
    };
    if !(1..=MOST).contains(&rate) {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!("layer \"{name}\" cannot have dilation {rate}; choose 1 to {MOST}"),
        ));
    }
    for axis in 0..2 {
        let reach = conv.kernel[axis] - 1;
        let wanted = conv.padding[axis] + reach * rate / 2;
        let Some(padding) = wanted.checked_sub(reach * conv.dilation[axis] / 2) else {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!(
                    "layer \"{name}\" would need less than no padding at dilation {rate}; choose a larger one"
                ),
            ));
        };
        conv.padding[axis] = padding;
        conv.dilation[axis] = rate;
    }
    Ok(())
}

fn find(graph: &Graph, name: &str) -> Result<NodeId> {
    graph.find(name).ok_or_else(|| {
        Error::new(ErrorKind::NoSuchLayer, format!("there is no layer \"{name}\" in this network"))
    })
}

/// What a node reads as its `input`-th input, in the graph that is edited.
fn source(node: &Node, input: usize) -> Result<NodeId> {
    let count = node.inputs.len();
    node.inputs
        .get(input)
        .copied()
        .ok_or_else(|| not_allowed(node, &format!("an input {input}; it has {count}")))
}

fn not_allowed(node: &Node, what: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, format!("layer \"{}\" cannot have {what}", node.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Conv2d, GraphBuilder};

    /// Two branches, one twice as deep, joined by an addition.
    fn branches() -> Graph {
        let (mut builder, x) = GraphBuilder::new(3);
        let a = builder.conv("a", x, Conv2d::new(4, 3));
        let b = builder.conv("b", a, Conv2d::new(4, 3));
        let sum = builder.add(a, b);
        builder.build(sum)
    }

    #[test]
    fn no_edit_is_no_change() {
        assert_eq!(edited(&branches(), &[]).unwrap(), (branches(), Weights::new()));
    }

    #[test]
    fn a_scaled_input_is_an_affine_before_it() {
        let edit = Edit::Scale { node: "add".into(), input: 0, factor: 0.25 };
        let (graph, weights) = edited(&branches(), &[edit]).unwrap();
        let affine = graph.find("add.input0.scaled").unwrap();
        let sum = graph.node(graph.output);
        assert_eq!((&sum.name[..], &sum.inputs[..]), ("add", &[affine, graph.find("b").unwrap()][..]));
        assert_eq!(weights["add.input0.scaled.scale"].data, [0.25; 4]);
        assert_eq!(weights["add.input0.scaled.shift"].data, [0.0; 4]);
        graph.check().unwrap();
    }

    #[test]
    fn dilation_keeps_the_size() {
        let (graph, _) = edited(&branches(), &[Edit::Dilate { node: "b".into(), rate: 5 }]).unwrap();
        let Op::Conv2d(conv) = &graph.node(graph.find("b").unwrap()).op else { panic!() };
        assert_eq!((conv.dilation, conv.padding), ([5, 5], [5, 5]));
        assert_eq!(graph.shapes(1, 9, 7).unwrap(), branches().shapes(1, 9, 7).unwrap());
    }

    #[test]
    fn a_swapped_input_has_the_size_of_the_one_it_replaces() {
        let edit = Edit::Swap { node: "add".into(), input: 1, other: "a".into() };
        let (graph, _) = edited(&branches(), &[edit]).unwrap();
        let swapped = graph.node(graph.find("add.input1.swapped").unwrap());
        assert_eq!(swapped.inputs, [graph.find("a").unwrap(), graph.find("b").unwrap()]);
        graph.check().unwrap();
    }

    #[test]
    fn what_cannot_be_is_said_by_name() {
        let cases = [
            (Edit::Dilate { node: "c".into(), rate: 2 }, ErrorKind::NoSuchLayer, "\"c\""),
            (Edit::Dilate { node: "add".into(), rate: 2 }, ErrorKind::OutOfRange, "no convolution"),
            (Edit::Dilate { node: "a".into(), rate: 0 }, ErrorKind::OutOfRange, "1 to 64"),
            (Edit::Scale { node: "add".into(), input: 2, factor: 0.0 }, ErrorKind::OutOfRange, "it has 2"),
            (Edit::Scale { node: "add".into(), input: 0, factor: f32::NAN }, ErrorKind::OutOfRange, "finite"),
            (
                Edit::Swap { node: "b".into(), input: 0, other: "x".into() },
                ErrorKind::OutOfRange,
                "4 channels",
            ),
            (
                Edit::Swap { node: "b".into(), input: 0, other: "add".into() },
                ErrorKind::OutOfRange,
                "before it",
            ),
            (Edit::ForgetIndices { node: "a".into() }, ErrorKind::OutOfRange, "max-unpooling"),
        ];
        for (edit, kind, hint) in cases {
            let error = edited(&branches(), std::slice::from_ref(&edit)).unwrap_err();
            assert_eq!(error.kind(), kind, "{edit:?}");
            assert!(error.to_string().contains(hint), "{error}");
        }
    }
}
