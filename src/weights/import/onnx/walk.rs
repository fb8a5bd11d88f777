//! One walk through an ONNX graph, with a picture of one size.

use std::collections::HashMap;
use std::rc::Rc;

use super::constant::Constant;
use super::operations;
use super::trace::{Trace, Value};
use super::view::View;
use super::{GraphProto, damaged, unsupported};
use crate::error::Result;
use crate::graph::onnx::proto::ValueInfoProto;
use crate::graph::shape::MAX_SIDE;
use crate::graph::{Conv2d, NodeId, Op, Tensor};

/// More than any network of the zoo has once exported; a file that claims more is refused before it is walked.
const MAX_NODES: usize = 20_000;
/// Of an error that lists what cannot be expressed.
const MOST_NAMED: usize = 12;
const COLOURS: usize = 3;

/// What goes in.
pub struct Layout {
    name: String,
    /// `[n, h, w, c]` instead of `[n, c, h, w]`.
    channels_last: bool,
    /// `[height, width]`, if the file is for one size only.
    pub fixed: Option<[usize; 2]>,
}

impl Layout {
    /// Errors: `model-unsupported` if the file's input is not one picture.
    pub fn of(graph: &GraphProto) -> Result<Self> {
        // Older files list their weights among the inputs.
        let is_weight =
            |input: &&ValueInfoProto| graph.initializer.iter().any(|weight| weight.name == input.name);
        let mut inputs = graph.input.iter().filter(|input| !is_weight(input));
        let (Some(input), None) = (inputs.next(), inputs.next()) else {
            return Err(unsupported(
                "it has not one input; a network that takes one picture is needed".into(),
            ));
        };
        let tensor = input.r#type.as_ref().and_then(|kind| kind.tensor_type.as_ref());
        let dims = tensor.and_then(|tensor| tensor.shape.as_ref()).map_or(&[][..], |shape| &shape.dim);
        let sizes: Vec<usize> = dims.iter().map(|dim| usize::try_from(dim.dim_value).unwrap_or(0)).collect();
        let (channels_last, height, width) = match sizes[..] {
            [0 | 1, COLOURS, h, w] => (false, h, w),
            [0 | 1, h, w, COLOURS] => (true, h, w),
            _ => {
                return Err(unsupported(format!(
                    "its input \"{}\" has the shape {sizes:?}, where 0 is open; [1, 3, height, width] is needed, \
                     so export it for one picture in RGB",
                    input.name
                )));
            }
        };
        if height.max(width) > MAX_SIDE {
            return Err(unsupported(format!(
                "its pictures are {height} x {width}; at most {MAX_SIDE} a side are possible"
            )));
        }
        let fixed = (height > 0 && width > 0).then_some([height, width]);
        Ok(Self { name: input.name.clone(), channels_last, fixed })
    }
}

/// The trace, and the node with the scores.
///
/// Errors: `model-unsupported`, `model-invalid`.
pub fn walk(graph: &GraphProto, layout: &Layout, [height, width]: [usize; 2]) -> Result<(Trace, NodeId)> {
    if graph.node.len() > MAX_NODES {
        return Err(damaged(&format!("it has {} nodes, more than {MAX_NODES}", graph.node.len())));
    }
    let mut trace = Trace::new([1, COLOURS, height, width]);
    let mut values: HashMap<&str, Value> = HashMap::new();
    for weight in &graph.initializer {
        values.insert(&weight.name, Value::Constant(Rc::new(Constant::read(weight)?)));
    }
    let picture = trace.view(0);
    let picture = if layout.channels_last { picture.transposed(&[0, 2, 3, 1]) } else { picture };
    values.insert(&layout.name, Value::View(picture));

    let mut problems = Vec::new();
    for node in &graph.node {
        let place = [&node.name].into_iter().chain(&node.output).find(|name| !name.is_empty());
        let place = place.map_or("a node without a name", String::as_str);
        let value = |name: &String| match values.get(name.as_str()) {
            _ if name.is_empty() => Ok(None),
            Some(value) => Ok(Some(value.clone())),
            None => Err(damaged(&format!("\"{place}\" reads \"{name}\", which nothing before it makes"))),
        };
        let mut inputs = node.input.iter().map(value).collect::<Result<Vec<_>>>()?;
        while inputs.last().is_some_and(Option::is_none) {
            inputs.pop();
        }
        let is_unknown = inputs.iter().flatten().any(|value| matches!(value, Value::Unknown));
        trace.enter(place);
        let results = match is_unknown {
            true => vec![],
            false => operations::run(&mut trace, node, &inputs).unwrap_or_else(|reason| {
                problems.push(format!("{} \"{place}\": {reason}", node.op_type));
                vec![]
            }),
        };
        let results = results.into_iter().chain(std::iter::repeat(Value::Unknown));
        values.extend(node.output.iter().map(String::as_str).zip(results));
    }
    if !problems.is_empty() {
        return Err(unsupported(list(&problems)));
    }
    let name = &graph.output.first().ok_or_else(|| damaged("it has no output"))?.name;
    trace.enter("scores");
    let scores = match values.get(name.as_str()) {
        Some(Value::View(view) | Value::Answer(view)) => scores(&mut trace, view),
        _ => Err("it is not made of the picture".into()),
    };
    let scores = scores.map_err(|reason| unsupported(format!("its output \"{name}\": {reason}")))?;
    Ok((trace, scores))
}

fn list(problems: &[String]) -> String {
    let named = problems[..problems.len().min(MOST_NAMED)].join("; ");
    let rest = match problems.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        rest => format!("; and {rest} more"),
    };
    let nodes = if problems.len() == 1 { "node" } else { "nodes" };
    format!(
        "{} {nodes} cannot be expressed: {named}{rest}. Replace them in the model, or export it in eval mode with \
         torch.onnx.export and operator set 17 or newer",
        problems.len()
    )
}

/// The map of scores that an output shows, of at least two classes.
fn scores(trace: &mut Trace, view: &View) -> super::Outcome<NodeId> {
    // Channels may come last; nothing has to be moved for that.
    let is_last = *view == trace.view(view.map).transposed(&[0, 2, 3, 1]);
    let map = if is_last { view.map } else { trace.map(view)? };
    if trace.channels(map) > 1 {
        return Ok(map);
    }
    // One score tells something from everything else, whose score is zero.
    let kernel = Tensor::new([2, 1, 1, 1], vec![0.0, 1.0]);
    trace.push(Op::Conv2d(Conv2d::new(2, 1)), &[map], vec![kernel])
}
