//! For which sizes of pictures a network of unknown origin is.

use super::spec::{LONG_SIDE, imagenet_input};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use crate::weights::info::Input;

/// What the sides of a picture may have to be multiples of. Networks halve; three and seven are in windows of attention.
const MULTIPLES: [usize; 14] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 7, 14, 28, 56, 96];
/// Pictures are tried with sides of at least this: below, a network may be right to refuse.
const LEAST_SIDE: usize = 192;

/// The least multiple with which pictures of all shapes run. `fixed` is the only size that the file was made for, if there is one.
///
/// Errors: `model-unsupported` if the network takes one size only and that is not square.
pub fn input(graph: &Graph, fixed: Option<[usize; 2]>) -> Result<Input> {
    let long_side = fixed.map_or(LONG_SIDE, |[height, width]| height.max(width));
    let divides =
        |multiple: &usize| fixed.is_none_or(|sides| sides.iter().all(|side| side.is_multiple_of(*multiple)));
    let mut last = None;
    for multiple in MULTIPLES.into_iter().filter(divides) {
        match run(graph, multiple) {
            Ok(()) => return Ok(imagenet_input(long_side.next_multiple_of(multiple), multiple)),
            Err(error) => last = Some(error),
        }
    }
    match fixed {
        // Both sides are brought to multiples of this, so that every picture becomes a square.
        Some([height, width]) if height == width => Ok(imagenet_input(height, height)),
        _ => {
            let size = fixed.map_or("none".into(), |[height, width]| format!("{height} x {width}"));
            let why = last.map_or(String::new(), |error| format!(": {error}"));
            Err(Error::new(
                ErrorKind::ModelUnsupported,
                format!(
                    "this network takes pictures of no other size than {size}{why}. Export it with open sizes, or for a square"
                ),
            ))
        }
    }
}

/// Errors: `input-size` where a picture does not run.
fn run(graph: &Graph, multiple: usize) -> Result<()> {
    let least = LEAST_SIDE.div_ceil(multiple);
    // Neighbours: even and odd multiples.
    for [height, width] in [[least, least + 1], [least + 1, least + 2], [least + 3, least]] {
        graph.shapes(1, height * multiple, width * multiple)?;
    }
    Ok(())
}
