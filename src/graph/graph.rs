//! A network as a list of nodes in topological order, and its JSON form.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::op::Op;
use crate::error::{Error, ErrorKind, Result};

/// Index of a node in [`Graph::nodes`].
pub type NodeId = usize;

/// One operation, where its inputs come from and what its weights are called.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The PyTorch module path of the reference implementation, or a numbered operation name (`add_3`).
    pub name: String,
    pub op: Op,
    pub inputs: Vec<NodeId>,
    /// State-dict names, in the order of [`Op::weight_suffixes`].
    pub weights: Vec<String>,
}

/// A network. Nodes are in topological order, node 0 is the only input, the output is a map of class scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Graph {
    pub nodes: Vec<Node>,
    pub output: NodeId,
}

#[derive(Serialize, Deserialize)]
struct JsonNode {
    name: String,
    #[serde(flatten)]
    op: Op,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    weights: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct JsonGraph {
    nodes: Vec<JsonNode>,
    output: String,
}

/// More nodes than any network of the zoo by a factor of ten; a file that claims more is refused before it is walked.
const MAX_NODES: usize = 10_000;

impl Graph {
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id]
    }

    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name)
    }

    /// For each node, the nodes that read it.
    pub fn consumers(&self) -> Vec<Vec<NodeId>> {
        let mut consumers = vec![Vec::new(); self.nodes.len()];
        for (id, node) in self.nodes.iter().enumerate() {
            for &input in &node.inputs {
                consumers[input].push(id);
            }
        }
        consumers
    }

    pub fn to_json(&self) -> String {
        let nodes = self.nodes.iter().map(|node| JsonNode {
            name: node.name.clone(),
            op: node.op.clone(),
            inputs: node.inputs.iter().map(|&i| self.nodes[i].name.clone()).collect(),
            weights: node.weights.clone(),
        });
        let graph = JsonGraph { nodes: nodes.collect(), output: self.nodes[self.output].name.clone() };
        serde_json::to_string(&graph).expect("a graph has string keys and finite numbers only")
    }

    /// Reads and checks a graph: known operations, unique names, inputs before their users (so no cycles), right arity,
    /// sane hyper-parameters, and channels that fit.
    pub fn from_json(json: &str) -> Result<Self> {
        let parsed: JsonGraph = serde_json::from_str(json).map_err(|e| {
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
            nodes.push(Node { name: node.name, op: node.op, inputs, weights: node.weights });
        }
        let output = *ids
            .get(&parsed.output)
            .ok_or_else(|| invalid(format!("the output \"{}\" is not a node of the graph", parsed.output)))?;
        let graph = Self { nodes, output };
        graph.check()?;
        Ok(graph)
    }
}

/// An error about a graph that a well-made file cannot contain.
pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ModelInvalid, format!("{message}; export the model again"))
}
