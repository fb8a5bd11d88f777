//! Checkpoints before PyTorch 1.6, which the published ESPNetv2 files are: five pickles in a row (magic number,
//! protocol version, machine, the object, the storages' keys), then each storage as a 64-bit length and its numbers.

use std::collections::{BTreeMap, HashMap};

use super::bytes::Bytes;
use super::checkpoint::View;
use super::pickle::{self, Object, Pickle, StorageRef};
use super::{damaged, state_dict, unsupported};
use crate::error::Result;

/// The first pickle: the number 0x1950a86a20f9469cfc6c.
pub(super) const MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";
const PROTOCOL: i64 = 1001;

pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, View<'_>>> {
    let mut input = Bytes::new(bytes);
    input.take(MAGIC.len() as u64)?;
    let mut next = || -> Result<Pickle> {
        let pickle = pickle::load(input.rest())?;
        input.take(pickle.size_bytes as u64)?;
        Ok(pickle)
    };
    let (protocol, machine, saved, keys) = (next()?, next()?, next()?, next()?);
    if *protocol.root() != Object::Int(PROTOCOL) {
        return Err(unsupported("it has an unknown protocol version".into()));
    }
    if !is_little_endian(&machine) {
        return Err(unsupported("it was saved on a big-endian machine".into()));
    }
    let state_dict = state_dict::find(&saved)?;
    let storages = storages(&saved, &keys, &mut input)?;
    let view = |(name, tensor): (&str, &pickle::TensorRef)| {
        let storage = storages
            .get(&*tensor.storage.key)
            .ok_or_else(|| damaged(&format!("the storage of tensor \"{name}\" is missing")))?;
        Ok((name.to_owned(), View::of(tensor, storage)))
    };
    state_dict.into_iter().map(view).collect()
}

fn is_little_endian(machine: &Pickle) -> bool {
    let Object::Dict(items) = machine.root() else { return false };
    let is_key = |object: &Object| matches!(object, Object::Text(key) if &**key == "little_endian");
    let value = items
        .iter()
        .find(|(key, _)| is_key(&machine.objects[*key]))
        .map(|(_, value)| &machine.objects[*value]);
    value == Some(&Object::Bool(true))
}

/// The bytes of every storage in the order of `keys`; their element types are known from `saved`.
fn storages<'a>(saved: &Pickle, keys: &Pickle, input: &mut Bytes<'a>) -> Result<HashMap<String, &'a [u8]>> {
    let described: HashMap<&str, &StorageRef> = saved
        .objects
        .iter()
        .filter_map(|object| match object {
            Object::Storage(storage) => Some((&*storage.key, storage)),
            _ => None,
        })
        .collect();
    let Object::List(keys_in_order) = keys.root() else {
        return Err(damaged("the list of its storages is missing"));
    };
    let mut storages = HashMap::new();
    for &key in keys_in_order {
        let Object::Text(key) = &keys.objects[key] else { return Err(damaged("a storage has no key")) };
        let storage = described.get(&**key).ok_or_else(|| damaged("a storage belongs to no tensor"))?;
        let len = input.u64()?;
        if usize::try_from(len).ok() != Some(storage.len) {
            return Err(damaged("a storage has another length than its tensors say"));
        }
        let size = len.checked_mul(storage.element.size_bytes() as u64);
        let size = size.ok_or_else(|| damaged("a storage has an impossible length"))?;
        storages.insert(key.to_string(), input.take(size)?);
    }
    Ok(storages)
}
