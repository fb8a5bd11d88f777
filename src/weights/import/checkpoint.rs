//! A checkpoint as named views of numbers, whatever file it came in.

use std::collections::BTreeMap;

use safetensors::Dtype;

use super::element::Element;
use super::pickle::TensorRef;
use super::{damaged, torch_legacy, torch_zip, unsupported};
use crate::error::Result;
use crate::graph::Tensor;
use crate::weights::container::{Container, RawTensor};

/// The tensors of a state dict, not yet converted. Wrappers (`{"state_dict": ...}`) and prefixes (`module.`) are gone.
#[derive(Debug)]
pub struct Checkpoint<'a> {
    pub(super) entries: BTreeMap<String, View<'a>>,
}

/// A strided view of numbers that lie in the file.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub element: Element,
    pub shape: Vec<usize>,
    /// In numbers, as is the offset.
    pub strides: Vec<usize>,
    pub offset: usize,
    pub storage: &'a [u8],
}

impl<'a> Checkpoint<'a> {
    /// Reads what `torch.save` wrote, since PyTorch 1.6 (zip) or before (legacy), or a safetensors file.
    ///
    /// Errors: `model-truncated`, `model-invalid`, `model-unsupported`.
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let entries = if bytes.starts_with(b"PK\x03\x04") {
            torch_zip::read(bytes)?
        } else if bytes.starts_with(torch_legacy::MAGIC) {
            torch_legacy::read(bytes)?
        } else if bytes.get(8) == Some(&b'{') {
            read_safetensors(bytes)?
        } else if bytes.get(257..262) == Some(b"ustar") {
            return Err(unsupported("it was written by PyTorch before 0.1.10".into()));
        } else {
            return Err(unsupported("it is neither a PyTorch checkpoint nor a safetensors file".into()));
        };
        Ok(Self { entries: super::state_dict::without_prefixes(entries) })
    }
}

impl<'a> View<'a> {
    /// A tensor of a pickle, given the bytes of its storage.
    pub fn of(tensor: &TensorRef, storage: &'a [u8]) -> Self {
        let TensorRef { offset, shape, strides, .. } = tensor.clone();
        Self { element: tensor.storage.element, shape, strides, offset, storage }
    }

    /// The numbers as f32 in row-major order.
    ///
    /// Errors: `model-invalid` if the view reaches beyond its storage. The caller has compared the shape with one that
    /// it trusts, so that nothing absurd is allocated.
    pub fn to_tensor(&self, name: &str) -> Result<Tensor> {
        let size = self.element.size_bytes();
        if !self.fits(self.storage.len() / size) {
            return Err(damaged(&format!("tensor \"{name}\" reaches beyond its storage")));
        }
        let count = self.shape.iter().product();
        let mut data = Vec::with_capacity(count);
        let mut index = vec![0; self.shape.len()];
        for _ in 0..count {
            let place =
                self.offset + index.iter().zip(&self.strides).map(|(i, stride)| i * stride).sum::<usize>();
            data.push(self.element.read(&self.storage[place * size..(place + 1) * size]));
            for (i, side) in index.iter_mut().zip(&self.shape).rev() {
                *i += 1;
                if *i < *side {
                    break;
                }
                *i = 0;
            }
        }
        Ok(Tensor::new(self.shape.clone(), data))
    }

    /// Whether the last number lies within a storage of `len`.
    fn fits(&self, len: usize) -> bool {
        let dimensions = self.shape.iter().zip(&self.strides);
        let last = dimensions
            .map(|(side, stride)| side.checked_sub(1)?.checked_mul(*stride))
            .try_fold(self.offset, |place, step| place.checked_add(step?));
        last.is_some_and(|last| last < len)
    }
}

fn read_safetensors<'a>(bytes: &'a [u8]) -> Result<BTreeMap<String, View<'a>>> {
    let container = Container::parse(bytes)?;
    if container.metadata.contains_key("graph") {
        return Err(unsupported("it is a model file already, which needs no import".into()));
    }
    let view = |(name, raw): (String, RawTensor<&'a [u8]>)| {
        let element = match raw.dtype {
            Dtype::F64 => Element::F64,
            Dtype::F32 => Element::F32,
            Dtype::F16 => Element::F16,
            Dtype::BF16 => Element::Bf16,
            Dtype::I64 => Element::I64,
            Dtype::I32 => Element::I32,
            Dtype::I16 => Element::I16,
            Dtype::I8 => Element::I8,
            Dtype::U8 | Dtype::BOOL => Element::U8,
            other => return Err(unsupported(format!("tensor \"{name}\" holds numbers of the type {other}"))),
        };
        // The container has checked that the shape's product fits the bytes, so these products cannot overflow
        // unless a side is 0, where no number is ever read.
        let strides =
            (1..=raw.shape.len()).map(|i| raw.shape[i..].iter().fold(1, |p: usize, s| p.wrapping_mul(*s)));
        let view =
            View { element, strides: strides.collect(), shape: raw.shape, offset: 0, storage: raw.bytes };
        Ok((name, view))
    };
    container.tensors.into_iter().map(view).collect()
}
