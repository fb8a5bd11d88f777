//! Collects the nodes and constants of an ONNX graph.

use super::super::{Graph, NodeId, Shape, Weights};
use super::INPUT;
use super::proto::{
    AttributeProto, AttributeType, DataType, DimensionProto, NodeProto, TensorProto, TensorShapeProto,
    TensorTypeProto, TypeProto, ValueInfoProto,
};
use crate::error::{Error, ErrorKind, Result};

pub struct Writer<'a> {
    pub graph: &'a Graph,
    /// Of every node, for the one input size of the file.
    pub shapes: &'a [Shape],
    pub nodes: Vec<NodeProto>,
    pub constants: Vec<TensorProto>,
    weights: &'a Weights,
}

impl<'a> Writer<'a> {
    pub fn new(graph: &'a Graph, weights: &'a Weights, shapes: &'a [Shape]) -> Self {
        Self { graph, shapes, nodes: Vec::new(), constants: Vec::new(), weights }
    }

    /// The name of a node's value.
    pub fn value(&self, id: NodeId) -> String {
        if id == 0 { INPUT.into() } else { self.graph.node(id).name.clone() }
    }

    pub fn node(
        &mut self,
        name: &str,
        op_type: &str,
        inputs: &[&str],
        output: &str,
        attribute: Vec<AttributeProto>,
    ) {
        self.nodes.push(NodeProto {
            name: name.into(),
            op_type: op_type.into(),
            input: inputs.iter().map(|&input| input.into()).collect(),
            output: vec![output.into()],
            attribute,
            domain: String::new(),
        });
    }

    /// A second output of the last node.
    pub fn add_output(&mut self, name: &str) {
        self.nodes.last_mut().expect("a node was added").output.push(name.into());
    }

    /// The `count` numbers of the weight `name`.
    ///
    /// Errors: `weights-mismatch`.
    pub fn values(&self, name: &str, count: usize) -> Result<&'a [f32]> {
        let tensor = self.weights.get(name).filter(|tensor| tensor.data.len() == count).ok_or_else(|| {
            Error::new(
                ErrorKind::WeightsMismatch,
                format!(
                    "the weight \"{name}\" of {count} numbers is missing; use the weights of this network"
                ),
            )
        })?;
        Ok(&tensor.data)
    }

    /// Adds the weight `name` as a constant of shape `dims`, which holds as many numbers; returns its name.
    ///
    /// Errors: `weights-mismatch`.
    pub fn weight(&mut self, name: &str, dims: &[usize]) -> Result<String> {
        let values = self.values(name, dims.iter().product())?;
        Ok(self.floats(name, dims, values))
    }

    pub fn floats(&mut self, name: &str, dims: &[usize], values: &[f32]) -> String {
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, DataType::Float, dims, raw_data)
    }

    pub fn integers(&mut self, name: &str, values: &[usize]) -> String {
        let raw_data = values.iter().flat_map(|&value| (value as i64).to_le_bytes()).collect();
        self.constant(name, DataType::Int64, &[values.len()], raw_data)
    }

    fn constant(&mut self, name: &str, data_type: DataType, dims: &[usize], raw_data: Vec<u8>) -> String {
        let dims = dims.iter().map(|&side| side as i64).collect();
        let data_type = data_type.into();
        self.constants.push(TensorProto {
            dims,
            data_type,
            name: name.into(),
            raw_data,
            ..TensorProto::default()
        });
        name.into()
    }
}

pub fn int(name: &str, value: usize) -> AttributeProto {
    AttributeProto { i: value as i64, ..attribute(name, AttributeType::Int) }
}

pub fn ints(name: &str, values: &[usize]) -> AttributeProto {
    let ints = values.iter().map(|&value| value as i64).collect();
    AttributeProto { ints, ..attribute(name, AttributeType::Ints) }
}

pub fn float(name: &str, value: f32) -> AttributeProto {
    AttributeProto { f: value, ..attribute(name, AttributeType::Float) }
}

pub fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto { s: value.into(), ..attribute(name, AttributeType::String) }
}

fn attribute(name: &str, kind: AttributeType) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: kind.into(), ..AttributeProto::default() }
}

pub fn value_info(name: &str, elem_type: DataType, shape: &[usize]) -> ValueInfoProto {
    let dim = shape.iter().map(|&side| DimensionProto { dim_value: side as i64 }).collect();
    let tensor = TensorTypeProto { elem_type: elem_type.into(), shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto { name: name.into(), r#type: Some(TypeProto { tensor_type: Some(tensor) }) }
}
