//! Checkpoints since PyTorch 1.6: a zip archive of `<root>/data.pkl` and one entry `<root>/data/<key>` a storage.

use std::collections::{BTreeMap, HashMap};

use rawzip::{CompressionMethod, ZipArchive};

use super::checkpoint::View;
use super::pickle::{self, TensorRef};
use super::{damaged, state_dict, unsupported};
use crate::error::Result;

pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, View<'_>>> {
    let entries = entries(bytes)?;
    let (root, program) = entries
        .iter()
        .find_map(|(name, data)| Some((name.strip_suffix("data.pkl")?, *data)))
        .ok_or_else(|| unsupported("this zip archive holds no data.pkl".into()))?;
    if entries.get(&format!("{root}byteorder")).is_some_and(|order| *order != b"little") {
        return Err(unsupported("it was saved on a big-endian machine".into()));
    }
    let pickle = pickle::load(program)?;
    let view = |(name, tensor): (&str, &TensorRef)| {
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
    let unreadable = |e: rawzip::Error| damaged(&format!("its zip archive cannot be read ({e})"));
    let archive = ZipArchive::from_slice(bytes).map_err(unreadable)?;
    let mut records = archive.entries();
    while let Some(record) = records.next_entry().map_err(unreadable)? {
        if record.file_path().as_ref().ends_with(b"/constants.pkl") {
            return Err(unsupported("it is a TorchScript program".into()));
        }
    }
    let mut records = archive.entries();
    let mut entries = HashMap::new();
    while let Some(record) = records.next_entry().map_err(unreadable)? {
        let name = String::from_utf8_lossy(record.file_path().as_ref()).into_owned();
        if record.compression_method() != CompressionMethod::STORE || record.flags().is_encrypted() {
            return Err(unsupported(format!("its entry \"{name}\" is compressed or encrypted")));
        }
        let entry = archive.get_entry(record.wayfinder()).map_err(unreadable)?;
        let (start, end) = entry.compressed_data_range();
        let data = usize::try_from(start)
            .ok()
            .zip(usize::try_from(end).ok())
            .and_then(|(start, end)| bytes.get(start..end));
        let data = data.ok_or_else(|| damaged(&format!("its entry \"{name}\" reaches beyond the file")))?;
        // torch.save writes 0 where it was told to leave checksums out.
        let checksum = entry.claim_verifier().crc;
        if checksum != 0 && checksum != rawzip::crc32(data) {
            return Err(damaged(&format!("its entry \"{name}\" has changed since it was written")));
        }
        entries.insert(name, data);
    }
    Ok(entries)
}
