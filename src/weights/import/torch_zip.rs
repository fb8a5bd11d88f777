//! Checkpoints since PyTorch 1.6: a zip archive of `<root>/data.pkl` and one entry `<root>/data/<key>` a storage.

use std::collections::{BTreeMap, HashMap};
use std::io::Cursor;

use zip::{CompressionMethod, ZipArchive};

use super::checkpoint::View;
use super::{damaged, pickle, state_dict, unsupported};
use crate::error::Result;

pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, View<'_>>> {
    let entries = entries(bytes)?;
    let (root, program) = entries
        .iter()
        .find_map(|(name, data)| Some((name.strip_suffix("data.pkl")?, *data)))
        .ok_or_else(|| unsupported("this zip archive holds no data.pkl".into()))?;
    if entries.contains_key(&format!("{root}constants.pkl")) {
        return Err(unsupported("it is a TorchScript program".into()));
    }
    if entries.get(&format!("{root}byteorder")).is_some_and(|order| *order != b"little") {
        return Err(unsupported("it was saved on a big-endian machine".into()));
    }
    let pickle = pickle::load(program)?;
    let view = |(name, tensor): (&str, &pickle::TensorRef)| {
        let storage = entries
            .get(&format!("{root}data/{}", tensor.storage.key))
            .ok_or_else(|| damaged(&format!("the storage of tensor \"{name}\" is missing")))?;
        Ok((name.to_owned(), View::of(tensor, storage)))
    };
    state_dict::find(&pickle)?.into_iter().map(view).collect()
}

/// The archive's entries as slices of the file: torch.save never compresses, so nothing is copied and there is no
/// compression to bomb with.
fn entries(bytes: &[u8]) -> Result<HashMap<String, &[u8]>> {
    let unreadable = |e| damaged("its zip archive cannot be read").with_source(e);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut entries = HashMap::new();
    for i in 0..archive.len() {
        let entry = archive.by_index_raw(i).map_err(unreadable)?;
        let name = entry.name().map_err(unreadable)?.into_owned();
        if entry.compression() != CompressionMethod::Stored || entry.encrypted() {
            return Err(unsupported(format!("its entry \"{name}\" is compressed or encrypted")));
        }
        let extent = entry.data_start().and_then(|start| {
            let start = usize::try_from(start).ok()?;
            bytes.get(start..start.checked_add(usize::try_from(entry.size()).ok()?)?)
        });
        entries.insert(name.clone(), extent.ok_or_else(|| damaged(&format!("\"{name}\" reaches beyond the file")))?);
    }
    Ok(entries)
}
