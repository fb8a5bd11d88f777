//! Other people's networks as ONNX files (<https://onnx.ai>), walked through node by node as if a picture were running through
//! them. What an exporter writes out as arithmetic with sizes is done at once; every tensor is a view of one of our maps.
//! The walk is repeated with pictures of other sizes, which shows what the sizes in between depend on.

mod arithmetic;
mod attention;
mod attributes;
mod by_element;
mod constant;
mod elementwise;
mod inputs;
mod layout;
mod norms;
mod operations;
mod parts;
mod sizes;
mod trace;
mod view;
mod walk;
mod windows;

use prost::Message;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::onnx::proto::{GraphProto, ModelProto};
use crate::graph::passes::{drop_unread, fold_affines};
use crate::graph::{Graph, Weights};
use trace::Trace;
use walk::{Layout, walk};

/// What cannot be expressed about a node, as a phrase: `its kernel is for 3 channels and reads 4`.
type Outcome<T> = std::result::Result<T, String>;

/// Sides of pictures that nearly every network takes, where the file leaves its size open; the last are odd on purpose, and may fail.
const SIDES: [[usize; 2]; 3] = [[256, 384], [384, 512], [250, 331]];

/// A graph, its weights, and for which sizes the file is.
pub struct Imported {
    pub graph: Graph,
    pub weights: Weights,
    /// `[height, width]`, if the file is for one size only.
    pub fixed: Option<[usize; 2]>,
}

/// The network of an ONNX file, batch norms folded.
///
/// Errors: `model-invalid` for what is no ONNX file or contradicts itself; one `model-unsupported` that names every node that cannot
/// be expressed.
pub fn read(bytes: &[u8]) -> Result<Imported> {
    let model = ModelProto::decode(bytes).map_err(|error| {
        damaged(&format!("it is no protocol buffer of a model: {error}")).with_source(error)
    })?;
    let graph = model.graph.ok_or_else(|| damaged("it has no graph"))?;
    let layout = Layout::of(&graph)?;
    let sides: &[[usize; 2]] = layout.fixed.as_ref().map_or(&SIDES, std::slice::from_ref);
    let mut traces: Vec<Trace> = Vec::new();
    let mut output = 0;
    for (index, &size) in sides.iter().enumerate() {
        match walk(&graph, &layout, size) {
            Ok((trace, id)) => {
                output = id;
                traces.push(trace);
            }
            // Many networks take only multiples of 32; two sizes are enough then.
            Err(_) if index == SIDES.len() - 1 => {}
            Err(error) => return Err(error),
        }
    }
    let graph = sizes::settle(&traces, output)?;
    let weights = traces.swap_remove(0).weights;
    let (graph, weights) = fold_affines(&graph, &weights);
    let (graph, weights) = drop_unread(&graph, weights);
    Ok(Imported { graph, weights, fixed: layout.fixed })
}

/// The file contradicts itself.
fn damaged(what: &str) -> Error {
    Error::new(ErrorKind::ModelInvalid, format!("this ONNX file is damaged: {what}; export the model again"))
}

fn unsupported(what: String) -> Error {
    Error::new(ErrorKind::ModelUnsupported, format!("this ONNX file cannot be imported: {what}"))
}
