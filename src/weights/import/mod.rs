//! Checkpoints and networks of other programs to model files: PyTorch's, matched against an architecture of the zoo, and ONNX's, which
//! bring their own graph; folded and quantised.

mod bytes;
mod checkpoint;
mod element;
mod identify;
mod matching;
mod multiple;
#[cfg(feature = "onnx")]
mod onnx;
mod pickle;
mod spec;
mod state_dict;
mod torch_legacy;
mod torch_zip;

use std::collections::HashMap;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::passes::fold_affines;
use crate::graph::{Graph, Node, Op};
use crate::weights::file::{Model, hex_sha256};
use crate::weights::info::Source;
use crate::weights::quantise::quantise;
use crate::weights::stored::Precision;
use crate::zoo;

pub use checkpoint::Checkpoint;
pub use spec::{ArchitectureSpec, ImportSpec};

/// Turns a PyTorch checkpoint (`.pth`, `.pt`) or a `.safetensors` file into a model file.
///
/// `spec_json` is an entry of `models/catalogue.json`, or as much of one as [`ImportSpec`] needs.
///
/// Errors: `model-truncated`, `model-invalid` and `model-unsupported` for a file that cannot be read,
/// `weights-mismatch` where its tensors are not those of the architecture, `model-invalid` and `out-of-range` for the
/// spec.
pub fn convert(bytes: &[u8], spec_json: &str, precision: Precision) -> Result<Vec<u8>> {
    let spec = ImportSpec::from_json(spec_json)?;
    Ok(import(bytes, &spec, precision)?.to_bytes())
}

/// As [`convert`], with the spec at hand.
pub fn import(bytes: &[u8], spec: &ImportSpec, precision: Precision) -> Result<Model> {
    let architecture = zoo::find(&spec.architecture.name)?;
    let graph = architecture.build(&spec.architecture.options())?;
    let weights = Checkpoint::read(bytes)?.weights(&graph, |name| architecture.is_unused_entry(name))?;
    let (graph, weights) = fold_affines(&graph, &weights);
    matching::check_finite(&weights)?;
    let mut info = spec.info()?;
    let url = info.source.map(|source| source.url).unwrap_or_default();
    info.source = Some(Source { url, sha256: hex_sha256(bytes) });
    Model::new(&info, &graph, &quantise(&weights, precision))
}

/// Turns an ONNX file into a model file. `name` is what the model is called, as the file's name without its ending. Its classes are
/// numbered and its input is normalised as ImageNet's.
///
/// Errors: `model-invalid` for what is no ONNX file or contradicts itself; one `model-unsupported` that names every node that
/// cannot be expressed, and why.
#[cfg(feature = "onnx")]
pub fn import_onnx(bytes: &[u8], name: &str, precision: Precision) -> Result<Model> {
    let onnx::Imported { graph, weights, fixed } = onnx::read(bytes)?;
    matching::check_finite(&weights)?;
    let input = multiple::input(&graph, fixed)?;
    let classes = graph.channels()?[graph.output];
    let mut info = spec::unnamed_info(name, classes, input);
    info.source = Some(Source { url: String::new(), sha256: hex_sha256(bytes) });
    Model::new(&info, &graph, &quantise(&weights, precision))
}

/// Turns a file of unknown origin into a model: an ONNX file, a checkpoint of whichever network of the zoo has its tensors, or a model
/// file already, whose weights change their precision. `name` is the file's.
///
/// Errors: those of [`import_onnx`]; those of [`import`], with `model-unsupported` for tensors that no network of the zoo has.
#[cfg(feature = "onnx")]
pub fn import_file(bytes: &[u8], name: &str, precision: Precision) -> Result<Model> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if name.to_ascii_lowercase().ends_with(".onnx") {
        return import_onnx(bytes, stem, precision);
    }
    if Model::is_model_file(bytes) {
        return Model::from_bytes(bytes)?.at(precision);
    }
    let mut spec = ImportSpec::new(Checkpoint::read(bytes)?.identify()?);
    spec.id = stem.into();
    spec.name = format!("{stem} ({})", spec.architecture.name);
    import(bytes, &spec, precision)
}

impl Checkpoint<'_> {
    /// The weights that `graph` names, in its shapes, from PyTorch's: a linear layer's `[out, in]` is a 1x1 convolution's kernel, and
    /// a transposed convolution's has its inputs first. `is_unused` tells which entries inference can do without.
    ///
    /// Errors: one `weights-mismatch` that names every missing, surplus and misshaped tensor.
    pub fn weights(&self, graph: &Graph, is_unused: impl Fn(&str) -> bool) -> Result<crate::graph::Weights> {
        let mut weights = matching::weights(&self.entries, &pytorch_shapes(graph)?, is_unused)?;
        for (name, groups) in transposed(graph) {
            if let Some(weight) = weights.get_mut(name) {
                *weight = weight.turned(groups);
            }
        }
        Ok(weights)
    }

    /// Whether [`Checkpoint::weights`] would find exactly what it looks for.
    fn fits(&self, graph: &Graph, is_unused: impl Fn(&str) -> bool) -> bool {
        pytorch_shapes(graph).is_ok_and(|shapes| matching::fits(&self.entries, &shapes, is_unused))
    }
}

/// Kernels of transposed convolutions, and their groups.
fn transposed(graph: &Graph) -> HashMap<&str, usize> {
    let kernel = |node: &'_ Node| match &node.op {
        Op::ConvTranspose2d(conv) => Some(conv.groups),
        _ => None,
    };
    graph.nodes.iter().filter_map(|node| Some((node.weights.first()?.as_str(), kernel(node)?))).collect()
}

/// The weights of a graph in the shapes that PyTorch has them in.
fn pytorch_shapes(graph: &Graph) -> Result<Vec<(String, Vec<usize>)>> {
    let transposed = transposed(graph);
    let mut shapes = graph.weight_shapes()?;
    for (name, shape) in &mut shapes {
        if let Some(groups) = transposed.get(name.as_str()) {
            *shape = vec![shape[1] * groups, shape[0] / groups, shape[2], shape[3]];
        }
    }
    Ok(shapes)
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
