//! PyTorch checkpoints to model files: read, matched against an architecture of the zoo, folded, quantised.

mod bytes;
mod checkpoint;
mod element;
mod matching;
mod pickle;
mod spec;
mod state_dict;
mod torch_legacy;
mod torch_zip;

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::passes::fold_batch_norms;
use crate::graph::{Graph, Op};
use crate::weights::file::{Model, hex_sha256};
use crate::weights::info::Source;
use crate::weights::quantise::quantise;
use crate::weights::stored::Precision;
use crate::zoo;

pub use checkpoint::Checkpoint;
pub use spec::{ArchitectureSpec, ImportSpec};

/// Turns a PyTorch checkpoint (`.pth`, `.pt`) or a `.safetensors` file into an int8 model file.
///
/// `spec_json` is an entry of `models/catalogue.json`, or as much of one as [`ImportSpec`] needs.
///
/// Errors: `model-truncated`, `model-invalid` and `model-unsupported` for a file that cannot be read,
/// `weights-mismatch` where its tensors are not those of the architecture, `model-invalid` and `out-of-range` for the
/// spec.
pub fn convert(bytes: &[u8], spec_json: &str) -> Result<Vec<u8>> {
    let spec = ImportSpec::from_json(spec_json)?;
    Ok(import(bytes, &spec, Precision::Int8)?.to_bytes())
}

/// As [`convert`], at any precision.
pub fn import(bytes: &[u8], spec: &ImportSpec, precision: Precision) -> Result<Model> {
    let architecture = zoo::find(&spec.architecture.name)?;
    let graph = architecture.build(&spec.architecture.options())?;
    let weights = Checkpoint::read(bytes)?.weights(&graph, |name| architecture.is_unused_entry(name))?;
    let (graph, weights) = fold_batch_norms(&graph, &weights);
    matching::check_finite(&weights)?;
    let mut info = spec.info()?;
    let url = info.source.map(|source| source.url).unwrap_or_default();
    info.source = Some(Source { url, sha256: hex_sha256(bytes) });
    Model::new(&info, &graph, &quantise(&weights, precision))
}

impl Checkpoint<'_> {
    /// The weights that `graph` names, in its shapes, from PyTorch's: a linear layer's `[out, in]` is a 1x1 convolution's kernel, and
    /// a transposed convolution's has its inputs first. `is_unused` tells which entries inference can do without.
    ///
    /// Errors: one `weights-mismatch` that names every missing, surplus and misshaped tensor.
    pub fn weights(&self, graph: &Graph, is_unused: impl Fn(&str) -> bool) -> Result<crate::graph::Weights> {
        let mut shapes = graph.weight_shapes()?;
        let transposed: HashMap<&str, usize> = graph
            .nodes
            .iter()
            .filter_map(|node| match &node.op {
                Op::ConvTranspose2d(conv) => Some((node.weights[0].as_str(), conv.groups)),
                _ => None,
            })
            .collect();
        for (name, shape) in &mut shapes {
            if let Some(groups) = transposed.get(name.as_str()) {
                *shape = vec![shape[1] * groups, shape[0] / groups, shape[2], shape[3]];
            }
        }
        let mut weights = matching::weights(&self.entries, &shapes, is_unused)?;
        for (name, groups) in transposed {
            if let Some(weight) = weights.get_mut(name) {
                *weight = weight.turned(groups);
            }
        }
        Ok(weights)
    }
}

/// The file contradicts itself.
fn damaged(what: &str) -> Error {
    Error::new(
        ErrorKind::ModelInvalid,
        format!("this checkpoint is damaged: {what}; download or save it again"),
    )
}

/// The file is sound as far as can be told, but not of a kind this reader knows.
fn unsupported(what: String) -> Error {
    Error::new(
        ErrorKind::ModelUnsupported,
        format!("this checkpoint cannot be read: {what}; save it with torch.save(model.state_dict(), path)"),
    )
}
