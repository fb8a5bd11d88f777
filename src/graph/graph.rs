//! A network as a list of nodes in topological order.

use super::op::Op;
use crate::error::{Error, ErrorKind};

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
}

/// An error about a graph that a well-made file cannot contain.
pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ModelInvalid, format!("{message}; export the model again"))
}
