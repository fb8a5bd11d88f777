//! How a [`Stored`] weight is laid out as tensors of a model file.
//!
//! | format | tensors |
//! |---|---|
//! | f32, f16 | `<name>` F32 or F16 in the weight's shape |
//! | int8 | `<name>` I8 in the weight's shape, `<name>.scale` F32 `[out]` |
//! | int4 | `<name>.int4` U8 `[out, ceil(rest / 2)]`, `<name>.scale` F32 `[out]` |

use std::collections::BTreeMap;

use half::f16;
use safetensors::Dtype;

use super::container::{RawTensor, invalid};
use super::stored::{Stored, per_channel};
use crate::error::Result;
use crate::graph::Tensor;

/// Convolution kernels are the only weights with four dimensions, and the only ones worth quantising.
pub(super) const KERNEL_RANK: usize = 4;

/// Adds the tensors of one weight.
pub(super) fn encode(name: &str, stored: &Stored, tensors: &mut BTreeMap<String, RawTensor<Vec<u8>>>) {
    let mut put = |suffix: &str, dtype, shape: Vec<usize>, bytes| {
        tensors.insert(format!("{name}{suffix}"), RawTensor { dtype, shape, bytes });
    };
    let f32_bytes = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let shape = stored.shape().to_vec();
    match stored {
        Stored::F32(tensor) => put("", Dtype::F32, shape, f32_bytes(&tensor.data)),
        Stored::F16 { values, .. } => {
            put("", Dtype::F16, shape, values.iter().flat_map(|v| v.to_le_bytes()).collect());
        }
        Stored::Int8 { values, scale, .. } => {
            put("", Dtype::I8, shape, values.iter().map(|&v| v as u8).collect());
            put(".scale", Dtype::F32, vec![scale.len()], f32_bytes(scale));
        }
        Stored::Int4 { packed, scale, .. } => {
            put(".int4", Dtype::U8, vec![shape[0], per_channel(&shape).div_ceil(2)], packed.clone());
            put(".scale", Dtype::F32, vec![scale.len()], f32_bytes(scale));
        }
    }
}

/// Takes the tensors of the weight `name` of `shape` out of the file, in whatever format it is kept.
///
/// Errors: `model-invalid` for a missing tensor, another shape or type, numbers that are not finite, and scales that
/// are not above zero.
pub(super) fn decode(
    name: &str,
    shape: &[usize],
    tensors: &mut BTreeMap<String, RawTensor<&[u8]>>,
) -> Result<Stored> {
    let packed_name = format!("{name}.int4");
    if shape.len() == KERNEL_RANK
        && let Some(tensor) = tensors.remove(&packed_name)
    {
        let rows = shape[0];
        // Shapes from the graph are bounded per side only, so their product may overflow.
        let count = shape[1..].iter().try_fold(1usize, |product, &side| product.checked_mul(side));
        let expected = count.map(|count| vec![rows, count.div_ceil(2)]);
        check(&packed_name, &tensor, Dtype::U8, &expected.unwrap_or_default())?;
        let scale = decode_scale(name, rows, tensors)?;
        return Ok(Stored::Int4 { shape: shape.to_vec(), packed: tensor.bytes.to_vec(), scale });
    }
    let tensor = take(name, tensors)?;
    check(name, &tensor, tensor.dtype, shape)?;
    let shape = shape.to_vec();
    match tensor.dtype {
        Dtype::F32 => Ok(Stored::F32(Tensor::new(shape, finite_f32(name, tensor.bytes)?))),
        Dtype::F16 => {
            let values: Vec<f16> =
                tensor.bytes.as_chunks().0.iter().map(|bytes| f16::from_le_bytes(*bytes)).collect();
            check_finite(name, values.iter().map(|v| v.to_f32()))?;
            Ok(Stored::F16 { shape, values })
        }
        Dtype::I8 if shape.len() == KERNEL_RANK => {
            let scale = decode_scale(name, shape[0], tensors)?;
            Ok(Stored::Int8 { shape, values: tensor.bytes.iter().map(|&b| b as i8).collect(), scale })
        }
        other => Err(invalid(format!(
            "tensor \"{name}\" has type {other}; F32, F16 and, for kernels, I8 are possible"
        ))),
    }
}

fn decode_scale(
    name: &str,
    channels: usize,
    tensors: &mut BTreeMap<String, RawTensor<&[u8]>>,
) -> Result<Vec<f32>> {
    let name = format!("{name}.scale");
    let tensor = take(&name, tensors)?;
    check(&name, &tensor, Dtype::F32, &[channels])?;
    let scale = finite_f32(&name, tensor.bytes)?;
    // The largest magnitude of an int8 times the scale must still be a number.
    match scale.iter().position(|&s| s <= 0.0 || !(s * 128.0).is_finite()) {
        Some(i) => {
            Err(invalid(format!("scale {i} of \"{name}\" is {}, which no quantiser writes", scale[i])))
        }
        None => Ok(scale),
    }
}

fn take<'a>(name: &str, tensors: &mut BTreeMap<String, RawTensor<&'a [u8]>>) -> Result<RawTensor<&'a [u8]>> {
    tensors.remove(name).ok_or_else(|| invalid(format!("tensor \"{name}\" is missing")))
}

fn check(name: &str, tensor: &RawTensor<&[u8]>, dtype: Dtype, shape: &[usize]) -> Result<()> {
    if tensor.dtype != dtype || tensor.shape != shape {
        return Err(invalid(format!(
            "tensor \"{name}\" is {} {:?}, but the graph needs {dtype} {shape:?}",
            tensor.dtype, tensor.shape
        )));
    }
    Ok(())
}

fn finite_f32(name: &str, bytes: &[u8]) -> Result<Vec<f32>> {
    let values: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    check_finite(name, values.iter().copied())?;
    Ok(values)
}

fn check_finite(name: &str, mut values: impl Iterator<Item = f32>) -> Result<()> {
    match values.position(|v| !v.is_finite()) {
        Some(i) => Err(invalid(format!("number {i} of tensor \"{name}\" is not finite"))),
        None => Ok(()),
    }
}
