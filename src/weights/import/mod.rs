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

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use crate::graph::passes::fold_batch_norms;
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
    /// The weights that `graph` names, in its shapes. `is_unused` tells which entries inference can do without.
    ///
    /// Errors: one `weights-mismatch` that names every missing, surplus and misshaped tensor.
    pub fn weights(&self, graph: &Graph, is_unused: impl Fn(&str) -> bool) -> Result<crate::graph::Weights> {
        matching::weights(&self.entries, &graph.weight_shapes()?, is_unused)
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
