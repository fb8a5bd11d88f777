//! Finds the state dict in what was saved: under the wrappers and prefixes that training code puts around it.

use std::collections::BTreeMap;

use super::pickle::{Object, Pickle, TensorRef};
use super::unsupported;
use crate::error::Result;

/// Keys under which training code saves a state dict, in the order they are tried.
const WRAPPERS: [&str; 6] = ["state_dict", "model_state_dict", "model_state", "model", "net", "weights"];
/// Prefixes that wrappers of modules put before every name: DataParallel, `torch.compile`, Lightning.
const PREFIXES: [&str; 3] = ["module.", "_orig_mod.", "model."];

/// The tensors of the state dict that `pickle` holds, by name. Entries that are not tensors are left out.
///
/// Errors: `model-unsupported` if there is none.
pub(super) fn find(pickle: &Pickle) -> Result<BTreeMap<&str, &TensorRef>> {
    let mut object = pickle.root();
    // One step for each wrapper around another; a cycle in a hostile file ends the search too.
    for _ in 0..WRAPPERS.len() {
        let Object::Dict(items) = object else { break };
        let named = || {
            items.iter().filter_map(|&(key, value)| match &pickle.objects[key] {
                Object::Text(key) => Some((&**key, &pickle.objects[value])),
                _ => None,
            })
        };
        let tensors: BTreeMap<_, _> = named()
            .filter_map(|(key, value)| match value {
                Object::Tensor(tensor) => Some((key, tensor)),
                _ => None,
            })
            .collect();
        if !tensors.is_empty() {
            return Ok(tensors);
        }
        let wrapped = |wrapper: &&str| named().find(|(key, _)| key == wrapper).map(|(_, value)| value);
        match WRAPPERS.iter().find_map(wrapped) {
            Some(inner) => object = inner,
            None => {
                let keys: Vec<_> = named().map(|(key, _)| key).take(8).collect();
                return Err(unsupported(format!("there is no state dict in it, only {}", keys.join(", "))));
            }
        }
    }
    Err(match object {
        Object::Other(class) => unsupported(format!("it holds a whole {class} instead of a state dict")),
        _ => unsupported("there is no state dict in it".into()),
    })
}

/// Takes off prefixes that every name has.
pub(super) fn without_prefixes<T>(mut entries: BTreeMap<String, T>) -> BTreeMap<String, T> {
    let shared = |entries: &BTreeMap<String, T>| {
        PREFIXES
            .into_iter()
            .find(|prefix| !entries.is_empty() && entries.keys().all(|name| name.starts_with(prefix)))
    };
    while let Some(prefix) = shared(&entries) {
        entries = entries.into_iter().map(|(name, entry)| (name[prefix.len()..].to_owned(), entry)).collect();
    }
    entries
}
