//! The model file: a standard safetensors file that is complete in itself.
//!
//! `__metadata__` holds `format` (`segscope-1`), `graph` (the inference graph, batch norms folded, as
//! [`Graph::to_json`] writes it) and `info` ([`ModelInfo`] as JSON). How weights lie in tensors:
//! `tensors.rs` beside this file.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::container::{Container, RawTensor, invalid};
use super::info::ModelInfo;
use super::quantise::quantise;
use super::stored::{Precision, QuantisedWeights};
use super::tensors::{decode, encode};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Graph, Op};

/// Changes only when an older reader would misread the file.
const FORMAT: &str = "segscope-1";

/// A network ready to run: a checked graph, all its weights, and what a page says about it.
#[derive(Clone, Debug)]
pub struct Model {
    pub info: ModelInfo,
    /// The inference graph: no batch norms.
    pub graph: Graph,
    /// Exactly the weights that the graph names, in its shapes.
    pub weights: QuantisedWeights,
    /// Of the file, in lower-case hexadecimal digits.
    pub sha256: String,
    pub size_bytes: usize,
}

impl Model {
    /// A model from its parts, checked as a file would be.
    ///
    /// Errors: as [`Model::from_bytes`].
    pub fn new(info: &ModelInfo, graph: &Graph, weights: &QuantisedWeights) -> Result<Self> {
        Self::from_bytes(&write(info, graph, weights))
    }

    /// Reads and checks a model file. Nothing in it is trusted: any bytes give a model or an error.
    ///
    /// Errors: `model-truncated` if the file ends too early, `model-unsupported` for another format version or an
    /// unknown operation, `model-invalid` for everything else; the message names the node or tensor.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let Container { metadata, mut tensors } = Container::parse(bytes)?;
        let entry = |key: &str| {
            metadata.get(key).ok_or_else(|| {
                invalid(format!(
                    "the file has no \"{key}\" in its metadata; if it is a checkpoint, import it"
                ))
            })
        };
        let format = entry("format")?;
        if format != FORMAT {
            return Err(Error::new(
                ErrorKind::ModelUnsupported,
                format!(
                    "the file's format is \"{format}\", this build reads \"{FORMAT}\"; update it or export the model again"
                ),
            ));
        }
        let graph = Graph::from_json(entry("graph")?)?;
        let info: ModelInfo = serde_json::from_slice(entry("info")?.as_bytes())
            .map_err(|e| invalid(format!("the model's info cannot be read: {e}")).with_source(e))?;
        check_graph(&graph)?;
        info.check(graph.channels()?[graph.output])?;
        if let Some(numbers) = &info.reference {
            numbers.check(graph.nodes.len())?;
        }
        if let Some(calibration) = &info.calibration {
            calibration.check(&graph)?;
        }
        let weights = take_weights(&graph, &mut tensors)?;
        let sha256 = hex_sha256(bytes);
        Ok(Self { info, graph, weights, sha256, size_bytes: bytes.len() })
    }

    /// Whether these bytes claim to be a model file, of whatever version.
    pub fn is_model_file(bytes: &[u8]) -> bool {
        Container::parse(bytes).is_ok_and(|container| container.metadata.contains_key("graph"))
    }

    /// The same network with its weights in another format. What was measured of this one does not hold for that.
    ///
    /// Errors: as [`Model::from_bytes`], which a sound model does not cause.
    pub fn at(&self, precision: Precision) -> Result<Self> {
        let info = ModelInfo { metrics: None, reference: None, calibration: None, ..self.info.clone() };
        Self::new(&info, &self.graph, &quantise(&self.weights.dequantise(), precision))
    }

    /// The file's bytes; the same model always gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        write(&self.info, &self.graph, &self.weights)
    }
}

/// SHA-256 in lower-case hexadecimal digits.
pub fn hex_sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write(info: &ModelInfo, graph: &Graph, weights: &QuantisedWeights) -> Vec<u8> {
    let info = serde_json::to_string(info).expect("model info has string keys");
    let metadata = [("format", FORMAT.into()), ("graph", graph.to_json()), ("info", info)];
    let mut tensors = BTreeMap::new();
    for (name, stored) in &weights.0 {
        encode(name, stored, &mut tensors);
    }
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    Container { metadata, tensors }.to_bytes()
}

/// What executors rely on beyond a graph that holds together.
fn check_graph(graph: &Graph) -> Result<()> {
    match graph.nodes.iter().find(|node| matches!(node.op, Op::BatchNorm { .. })) {
        Some(node) => {
            Err(invalid(format!("node \"{}\" is a batch norm, which a model file holds folded", node.name)))
        }
        None => Ok(()),
    }
}

fn take_weights(graph: &Graph, tensors: &mut BTreeMap<String, RawTensor<&[u8]>>) -> Result<QuantisedWeights> {
    let mut weights = BTreeMap::new();
    for (name, shape) in graph.weight_shapes()? {
        if weights.contains_key(&name) {
            return Err(invalid(format!("two nodes read the weight \"{name}\"")));
        }
        let stored = decode(&name, &shape, tensors)?;
        weights.insert(name, stored);
    }
    if !tensors.is_empty() {
        let names: Vec<_> = tensors.keys().take(8).map(|name| format!("\"{name}\"")).collect();
        let names = names.join(", ");
        return Err(invalid(format!("{} tensors belong to no node of the graph: {names}", tensors.len())));
    }
    Ok(QuantisedWeights(weights))
}
