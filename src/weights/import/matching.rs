//! Holds a checkpoint's tensors against those an architecture names.

use std::collections::BTreeMap;

use super::checkpoint::View;
use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Tensor, Weights};

/// Names listed for each kind of mismatch; the rest is counted.
const LISTED: usize = 200;

/// Whether these are exactly the tensors that are expected.
pub(super) fn fits(
    entries: &BTreeMap<String, View>,
    expected: &[(String, Vec<usize>)],
    is_unused: impl Fn(&str) -> bool,
) -> bool {
    let expected: BTreeMap<&str, &Vec<usize>> =
        expected.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
    expected.keys().all(|name| entries.contains_key(*name))
        && entries.iter().all(|(name, view)| match expected.get(name.as_str()) {
            Some(shape) => is_shape(&view.shape, shape),
            None => is_unused(name),
        })
}

pub(super) fn weights(
    entries: &BTreeMap<String, View>,
    expected: &[(String, Vec<usize>)],
    is_unused: impl Fn(&str) -> bool,
) -> Result<Weights> {
    let expected: BTreeMap<&str, &Vec<usize>> =
        expected.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
    let missing = expected.keys().filter(|name| !entries.contains_key(**name)).map(|name| name.to_string());
    let surplus =
        entries.keys().filter(|name| !expected.contains_key(name.as_str()) && !is_unused(name)).cloned();
    let misshaped = entries.iter().filter_map(|(name, view)| {
        let shape = expected.get(name.as_str())?;
        (!is_shape(&view.shape, shape)).then(|| format!("{name} is {:?}, not {shape:?}", view.shape))
    });
    let problems = [
        list("missing", missing.collect()),
        list("not of this architecture", surplus.collect()),
        list("of another shape", misshaped.collect()),
    ];
    let problems: Vec<_> = problems.into_iter().flatten().collect();
    if !problems.is_empty() {
        let message = format!(
            "the checkpoint's tensors are not those of this architecture; choose the architecture, scale and number of \
             classes it was trained with. {}",
            problems.join(". ")
        );
        return Err(Error::new(ErrorKind::WeightsMismatch, message));
    }
    let read = |(name, shape): (&str, &Vec<usize>)| -> Result<(String, Tensor)> {
        Ok((name.to_owned(), Tensor::new(shape.clone(), entries[name].to_tensor(name)?.data)))
    };
    expected.into_iter().map(read).collect()
}

/// Whether a tensor of this shape is a weight of the expected one; a linear layer's lacks the last two sides of one.
fn is_shape(shape: &[usize], expected: &[usize]) -> bool {
    shape == expected || matches!(expected, [start @ .., 1, 1] if start == shape)
}

/// Errors: `model-invalid` for a weight that is not finite, or became so by folding a negative variance.
pub(super) fn check_finite(weights: &Weights) -> Result<()> {
    match weights.iter().find(|(_, tensor)| tensor.data.iter().any(|v| !v.is_finite())) {
        Some((name, _)) => Err(super::damaged(&format!("\"{name}\" holds numbers that are not finite"))),
        None => Ok(()),
    }
}

fn list(what: &str, names: Vec<String>) -> Option<String> {
    let more =
        if names.len() > LISTED { format!(" and {} more", names.len() - LISTED) } else { String::new() };
    let listed = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("{} {what}: {listed}{more}", names.len()))
}
