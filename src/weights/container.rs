//! The safetensors container: an eight-byte length, a JSON header, and the tensors' bytes
//! (<https://github.com/huggingface/safetensors#format>).
//!
//! The crate's own reader is not used because its errors leave out which tensor is wrong, and its writer because it
//! puts metadata in hash order, so that the same model would have another sha256 on every run.

use std::collections::BTreeMap;

use safetensors::Dtype;
use safetensors::tensor::TensorInfo;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

/// Larger than any model for a browser; a file that claims more is refused before anything is allocated.
const MAX_FILE_BYTES: usize = 256 << 20;
/// A graph of ten thousand nodes with its weight names takes about 3 MB.
const MAX_HEADER_BYTES: usize = 8 << 20;
const LENGTH_BYTES: usize = 8;

/// The bytes of one tensor and how to read them.
#[derive(Clone, Debug)]
pub struct RawTensor<B> {
    pub dtype: Dtype,
    pub shape: Vec<usize>,
    /// Row-major, little endian; exactly as many bytes as `dtype` and `shape` ask for.
    pub bytes: B,
}

/// What a safetensors file holds.
#[derive(Debug)]
pub struct Container<B> {
    pub metadata: BTreeMap<String, String>,
    pub tensors: BTreeMap<String, RawTensor<B>>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    #[serde(rename = "__metadata__", default)]
    metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    tensors: BTreeMap<String, TensorInfo>,
}

impl<'a> Container<&'a [u8]> {
    /// Reads the header and checks that the tensors cover the rest of the file exactly, without gap or overlap.
    ///
    /// Errors: `model-truncated` if the file ends before its header says so, `model-invalid` for anything else.
    pub fn parse(file: &'a [u8]) -> Result<Self> {
        if file.len() > MAX_FILE_BYTES {
            return Err(invalid(format!("the file has {} bytes, more than {MAX_FILE_BYTES}", file.len())));
        }
        let (header, data) = split(file)?;
        let header: Header = serde_json::from_slice(header)
            .map_err(|e| invalid(format!("the header cannot be read: {e}")).with_source(e))?;
        let mut infos: Vec<_> = header.tensors.into_iter().collect();
        infos.sort_by_key(|(_, info)| info.data_offsets);
        let mut end = 0;
        for (name, info) in &infos {
            end = check_extent(name, info, end)?;
        }
        if end > data.len() {
            return Err(truncated(file.len() - data.len() + end, file.len()));
        }
        if end < data.len() {
            return Err(invalid(format!("{} bytes at the end belong to no tensor", data.len() - end)));
        }
        let tensors = infos.into_iter().map(|(name, info)| {
            let bytes = &data[info.data_offsets.0..info.data_offsets.1];
            (name, RawTensor { dtype: info.dtype, shape: info.shape, bytes })
        });
        Ok(Self { metadata: header.metadata, tensors: tensors.collect() })
    }
}

impl Container<Vec<u8>> {
    /// The file's bytes; the same content always gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Larger elements first, so that every tensor is aligned to its own element size.
        let mut order: Vec<_> = self.tensors.iter().collect();
        order.sort_by_key(|(_, tensor)| std::cmp::Reverse(tensor.dtype.bitsize()));
        let mut data = Vec::new();
        let mut tensors = BTreeMap::new();
        for (name, RawTensor { dtype, shape, bytes }) in order {
            let data_offsets = (data.len(), data.len() + bytes.len());
            data.extend_from_slice(bytes);
            tensors.insert(name.clone(), TensorInfo { dtype: *dtype, shape: shape.clone(), data_offsets });
        }
        let header = Header { metadata: self.metadata.clone(), tensors };
        let mut json = serde_json::to_vec(&header).expect("a header has string keys and no floats");
        json.resize(json.len().next_multiple_of(LENGTH_BYTES), b' ');
        [&(json.len() as u64).to_le_bytes()[..], &json, &data].concat()
    }
}

/// Header and data.
fn split(file: &[u8]) -> Result<(&[u8], &[u8])> {
    let (length, rest) =
        file.split_first_chunk::<LENGTH_BYTES>().ok_or_else(|| truncated(LENGTH_BYTES, file.len()))?;
    let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
    if length > MAX_HEADER_BYTES {
        return Err(invalid(format!(
            "this is not a safetensors file, or its header claims {length} bytes, more than {MAX_HEADER_BYTES}"
        )));
    }
    rest.split_at_checked(length).ok_or_else(|| truncated(LENGTH_BYTES + length, file.len()))
}

/// Checks one tensor against the end of the one before it, and returns its own end.
fn check_extent(name: &str, info: &TensorInfo, previous_end: usize) -> Result<usize> {
    let (start, end) = info.data_offsets;
    if start != previous_end {
        return Err(invalid(format!(
            "tensor \"{name}\" starts at byte {start}, but the one before it ends at {previous_end}"
        )));
    }
    let elements = info.shape.iter().try_fold(1usize, |product, &side| product.checked_mul(side));
    let bits = elements.and_then(|elements| elements.checked_mul(info.dtype.bitsize()));
    let needed = bits.filter(|bits| bits % 8 == 0).map(|bits| bits / 8);
    if end.checked_sub(start).is_none_or(|bytes| Some(bytes) != needed) {
        return Err(invalid(format!(
            "tensor \"{name}\" of shape {:?} and type {} does not fit bytes {start} to {end}",
            info.shape, info.dtype
        )));
    }
    Ok(end)
}

fn truncated(needed: usize, found: usize) -> Error {
    Error::new(
        ErrorKind::ModelTruncated,
        format!("the model file ends after {found} of at least {needed} bytes; download it again"),
    )
}

pub(super) fn invalid(message: String) -> Error {
    Error::new(ErrorKind::ModelInvalid, format!("{message}; this is not a sound model file, export it again"))
}
