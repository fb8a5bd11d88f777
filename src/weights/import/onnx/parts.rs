//! Tensors that are stacked, their sums, and tensors that are split.

use super::Outcome;
use super::attributes::Attributes;
use super::elementwise::sum_of;
use super::inputs::Inputs;
use super::layout;
use super::trace::{Trace, Value};
use super::view::View;
use crate::graph::onnx::proto::NodeProto;

/// Whether tensors are put one behind the other along a dimension in which each has one place, which is none of a map.
pub fn is_stack(inputs: &Inputs, attributes: Attributes) -> bool {
    let has_one = |view: &View| {
        layout::axis(attributes.int("axis", 1), view.dims.len())
            .is_ok_and(|dim| view.dims[dim].is_empty() && dim != 1)
    };
    inputs.0.len() > 1 && (0..inputs.0.len()).all(|i| inputs.view(i).is_ok_and(has_one))
}

pub fn stack(inputs: &Inputs, attributes: Attributes) -> Outcome<Value> {
    let views = (0..inputs.0.len()).map(|i| inputs.view(i).cloned()).collect::<Outcome<Vec<_>>>()?;
    let dim = layout::axis(attributes.int("axis", 1), views[0].dims.len())?;
    Ok(Value::Stack { views, dim })
}

/// Of stacked tensors.
pub fn reduce_sum(trace: &mut Trace, attributes: Attributes, inputs: &Inputs) -> Outcome<Value> {
    let Value::Stack { views, dim } = inputs.value(0)? else {
        return Err("it adds up what was not stacked before".into());
    };
    let axes = inputs.integers(1, attributes, "axes")?.unwrap_or_default();
    let rank = views[0].dims.len();
    if axes.len() != 1 || layout::axis(axes[0], rank)? != *dim {
        return Err(format!("it adds up along {axes:?} what was stacked along {dim}"));
    }
    let sum = sum_of(trace, views)?;
    let keeps_dims = attributes.int("keepdims", 1) != 0;
    Ok(Value::View(if keeps_dims { sum } else { layout::squeeze(&sum, Some(&[*dim as i64]))? }))
}

pub fn split(
    trace: &mut Trace,
    node: &NodeProto,
    attributes: Attributes,
    inputs: &Inputs,
) -> Outcome<Vec<Value>> {
    let view = inputs.view(0)?;
    let dim = layout::axis(attributes.int("axis", 0), view.dims.len())?;
    let (size, parts) = (view.shape()[dim], node.output.len());
    let sizes: Vec<usize> = match inputs.integers(1, attributes, "split")? {
        Some(sizes) => sizes.iter().map(|&size| usize::try_from(size).unwrap_or(0)).collect(),
        // The last is smaller where it does not divide.
        None => {
            let each = size.div_ceil(parts);
            (0..parts).map(|part| each.min(size.saturating_sub(part * each))).collect()
        }
    };
    if sizes.len() != parts || sizes.contains(&0) || sizes.iter().sum::<usize>() != size {
        return Err(format!("it splits {size} into {sizes:?}"));
    }
    let mut start = 0;
    let parts = sizes.into_iter().map(|length| {
        let part = layout::cut(trace, view, dim, start, length);
        start += length;
        Ok(Value::View(part?))
    });
    parts.collect()
}
