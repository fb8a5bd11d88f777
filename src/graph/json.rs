//! A graph as JSON, as model files carry it: nodes in order, each with its operation's hyper-parameters beside its name.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::graph::{Graph, Node, invalid};
use super::op::{Activation, Conv2d, ConvTranspose2d, Interpolation, Op, Pair, Size, Window};
use crate::error::{Error, ErrorKind, Result};

/// More nodes than any network of the zoo by a factor of ten; a file that claims more is refused before it is walked.
const MAX_NODES: usize = 10_000;

#[derive(Serialize, Deserialize)]
struct JsonGraph {
    nodes: Vec<JsonNode>,
    output: String,
}

/// Every field that some operation has. One flat struct is a third of the code that serde makes of an enum of structs.
#[derive(Default, Serialize, Deserialize)]
struct JsonNode {
    name: String,
    op: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    weights: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_channels: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kernel: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stride: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    padding: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dilation: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_padding: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bias: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ceil: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epsilon: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<Activation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<JsonSize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<Interpolation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    align_corners: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Pair>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    heads: Option<usize>,
}

#[derive(Serialize, Deserialize)]
struct JsonSize {
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<usize>,
}

impl JsonNode {
    /// Errors: `model-unsupported` for an operation that is not known, `model-invalid` for a missing field.
    fn op(&self) -> Result<Op> {
        let conv = |dilation: Pair| {
            Ok(Conv2d {
                out_channels: self.field(self.out_channels, "out_channels")?,
                kernel: self.field(self.kernel, "kernel")?,
                stride: self.field(self.stride, "stride")?,
                padding: self.field(self.padding, "padding")?,
                dilation,
                groups: self.field(self.groups, "groups")?,
                bias: self.field(self.bias, "bias")?,
            })
        };
        let window = || {
            Ok(Window {
                kernel: self.field(self.kernel, "kernel")?,
                stride: self.field(self.stride, "stride")?,
                padding: self.field(self.padding, "padding")?,
                ceil: self.ceil.unwrap_or(false),
            })
        };
        let size = || {
            let size = self.size.as_ref();
            let of = |field: fn(&JsonSize) -> Option<usize>, name| self.field(size.and_then(field), name);
            Ok(match size.map_or("", |size| &size.kind) {
                "fixed" => {
                    Size::Fixed { height: of(|s| s.height, "height")?, width: of(|s| s.width, "width")? }
                }
                "scale" => Size::Scale {
                    factor: self.field(size.and_then(|s| s.factor), "factor")?,
                    min: of(|s| s.min, "min")?,
                },
                "like" => Size::Like,
                other => return Err(self.lacks(&format!("size of a known kind; \"{other}\" is none"))),
            })
        };
        let groups = || self.field(self.groups, "groups");
        let epsilon = || self.field(self.epsilon, "epsilon");
        let before = || self.field(self.before, "before");
        Ok(match self.op.as_str() {
            "input" => Op::Input { channels: self.field(self.channels, "channels")? },
            "conv2d" => Op::Conv2d(conv(self.field(self.dilation, "dilation")?)?),
            "conv_transpose2d" => {
                let Conv2d { out_channels, kernel, stride, padding, groups, bias, .. } = conv([1; 2])?;
                let output_padding = self.field(self.output_padding, "output_padding")?;
                Op::ConvTranspose2d(ConvTranspose2d {
                    out_channels,
                    kernel,
                    stride,
                    padding,
                    output_padding,
                    groups,
                    bias,
                })
            }
            "batch_norm" => Op::BatchNorm { epsilon: epsilon()? },
            "affine" => Op::Affine,
            "activation" => Op::Activation { function: self.field(self.function, "function")? },
            "max_pool2d" => Op::MaxPool2d(window()?),
            "avg_pool2d" => Op::AvgPool2d(window()?),
            "max_unpool2d" => Op::MaxUnpool2d(window()?),
            "adaptive_avg_pool2d" => Op::AdaptiveAvgPool2d { size: size()? },
            "resize" => Op::Resize {
                mode: self.field(self.mode, "mode")?,
                align_corners: self.field(self.align_corners, "align_corners")?,
                size: size()?,
            },
            "pad2d" => Op::Pad2d { before: before()?, after: self.field(self.after, "after")? },
            "crop2d" => Op::Crop2d { before: before()? },
            "concat" => Op::Concat,
            "slice" => Op::Slice {
                start: self.field(self.start, "start")?,
                channels: self.field(self.channels, "channels")?,
            },
            "add" => Op::Add,
            "mul" => Op::Mul,
            "channel_shuffle" => Op::ChannelShuffle { groups: groups()? },
            "layer_norm" => Op::LayerNorm { epsilon: epsilon()? },
            "group_norm" => Op::GroupNorm { groups: groups()?, epsilon: epsilon()? },
            "attention" => Op::Attention { heads: self.field(self.heads, "heads")? },
            other => {
                return Err(Error::new(
                    ErrorKind::ModelUnsupported,
                    format!(
                        "node \"{}\" is a \"{other}\", which this version does not know; use a newer one, or export the \
                         model without it",
                        self.name
                    ),
                ));
            }
        })
    }

    fn field<T>(&self, value: Option<T>, name: &str) -> Result<T> {
        value.ok_or_else(|| self.lacks(name))
    }

    fn lacks(&self, what: &str) -> Error {
        invalid(format!("node \"{}\": its {} has no {what}", self.name, self.op))
    }

    fn of(node: &Node, graph: &Graph) -> Self {
        let mut json = Self {
            name: node.name.clone(),
            op: node.op.name().into(),
            inputs: node.inputs.iter().map(|&i| graph.nodes[i].name.clone()).collect(),
            weights: node.weights.clone(),
            ..Self::default()
        };
        if let Some(conv) = node.op.convolution() {
            json.out_channels = Some(conv.out_channels);
            json.kernel = Some(conv.kernel);
            json.stride = Some(conv.stride);
            json.padding = Some(conv.padding);
            json.groups = Some(conv.groups);
            json.bias = Some(conv.bias);
        }
        match &node.op {
            Op::Conv2d(conv) => json.dilation = Some(conv.dilation),
            Op::ConvTranspose2d(conv) => json.output_padding = Some(conv.output_padding),
            Op::Input { channels } => json.channels = Some(*channels),
            Op::MaxPool2d(window) | Op::AvgPool2d(window) | Op::MaxUnpool2d(window) => {
                json.kernel = Some(window.kernel);
                json.stride = Some(window.stride);
                json.padding = Some(window.padding);
                json.ceil = window.ceil.then_some(true);
            }
            Op::Activation { function } => json.function = Some(*function),
            Op::AdaptiveAvgPool2d { size } => json.size = Some(size.into()),
            Op::Resize { mode, align_corners, size } => {
                json.mode = Some(*mode);
                json.align_corners = Some(*align_corners);
                json.size = Some(size.into());
            }
            Op::Pad2d { before, after } => [json.before, json.after] = [Some(*before), Some(*after)],
            Op::Crop2d { before } => json.before = Some(*before),
            Op::Slice { start, channels } => [json.start, json.channels] = [Some(*start), Some(*channels)],
            Op::BatchNorm { epsilon } | Op::LayerNorm { epsilon } => json.epsilon = Some(*epsilon),
            Op::GroupNorm { groups, epsilon } => {
                json.groups = Some(*groups);
                json.epsilon = Some(*epsilon);
            }
            Op::ChannelShuffle { groups } => json.groups = Some(*groups),
            Op::Attention { heads } => json.heads = Some(*heads),
            Op::Affine | Op::Concat | Op::Add | Op::Mul => {}
        }
        json
    }
}

impl From<&Size> for JsonSize {
    fn from(size: &Size) -> Self {
        let of = |kind: &str| Self { kind: kind.into(), height: None, width: None, factor: None, min: None };
        match *size {
            Size::Fixed { height, width } => Self { height: Some(height), width: Some(width), ..of("fixed") },
            Size::Scale { factor, min } => Self { factor: Some(factor), min: Some(min), ..of("scale") },
            Size::Like => of("like"),
        }
    }
}

impl Graph {
    pub fn to_json(&self) -> String {
        let nodes = self.nodes.iter().map(|node| JsonNode::of(node, self));
        let graph = JsonGraph { nodes: nodes.collect(), output: self.nodes[self.output].name.clone() };
        serde_json::to_string(&graph).expect("a graph has string keys and finite numbers only")
    }

    /// Reads and checks a graph: known operations, unique names, inputs before their users (so no cycles), right arity,
    /// sane hyper-parameters, and channels that fit.
    pub fn from_json(json: &str) -> Result<Self> {
        let parsed: JsonGraph = serde_json::from_slice(json.as_bytes()).map_err(|e| {
            let kind = if e.to_string().contains("unknown variant") {
                ErrorKind::ModelUnsupported
            } else {
                ErrorKind::ModelInvalid
            };
            Error::new(
                kind,
                format!("the graph in this model file cannot be read: {e}; export the model again"),
            )
            .with_source(e)
        })?;
        if parsed.nodes.len() > MAX_NODES {
            return Err(invalid(format!(
                "the graph has {} nodes, more than {MAX_NODES}",
                parsed.nodes.len()
            )));
        }
        let mut ids = HashMap::new();
        let mut nodes = Vec::with_capacity(parsed.nodes.len());
        for (id, node) in parsed.nodes.into_iter().enumerate() {
            let mut inputs = Vec::with_capacity(node.inputs.len());
            for input in &node.inputs {
                inputs.push(*ids.get(input).ok_or_else(|| {
                    invalid(format!(
                        "node \"{}\" reads \"{input}\", which does not come before it: a cycle or an unknown node",
                        node.name
                    ))
                })?);
            }
            if ids.insert(node.name.clone(), id).is_some() {
                return Err(invalid(format!("two nodes are called \"{}\"", node.name)));
            }
            nodes.push(Node { op: node.op()?, name: node.name, inputs, weights: node.weights });
        }
        let output = *ids
            .get(&parsed.output)
            .ok_or_else(|| invalid(format!("the output \"{}\" is not a node of the graph", parsed.output)))?;
        let graph = Self { nodes, output };
        graph.check()?;
        Ok(graph)
    }
}
