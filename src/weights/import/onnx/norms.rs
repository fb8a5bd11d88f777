//! Normalisations.

use super::Outcome;
use super::constant::Constant;
use super::trace::Trace;
use super::view::{Axis, Part, View, whole};
use super::windows::tensor;
use crate::graph::{Op, Tensor};

/// `weights` are scale, shift, mean and variance.
pub fn batch_norm(trace: &mut Trace, x: &View, epsilon: f64, weights: [&Constant; 4]) -> Outcome<View> {
    let channels = trace.channels(x.map);
    if x.dims.get(1) != Some(&whole(Axis::Channel, channels)) {
        return Err(format!("it normalises dimension 1 of {:?}, which is not the channels", x.shape()));
    }
    let weights = weights.into_iter().map(|weight| of_length(weight, channels)).collect::<Outcome<_>>()?;
    let map = trace.push(Op::BatchNorm { epsilon }, &[x.map], weights)?;
    Ok(View { map, ..x.clone() })
}

/// Over the last dimension.
pub fn layer_norm(
    trace: &mut Trace,
    x: &View,
    epsilon: f64,
    scale: &Constant,
    shift: Option<&Constant>,
) -> Outcome<View> {
    let channels = trace.channels(x.map);
    if x.dims.last() != Some(&whole(Axis::Channel, channels)) {
        return Err(format!(
            "it normalises the last dimension of {:?}, which is not the channels",
            x.shape()
        ));
    }
    let zeros = Constant::floats(vec![channels], vec![0.0; channels]);
    let weights = vec![of_length(scale, channels)?, of_length(shift.unwrap_or(&zeros), channels)?];
    let map = trace.push(Op::LayerNorm { epsilon }, &[x.map], weights)?;
    Ok(View { map, ..x.clone() })
}

/// Over all that is not dimension 1, whose size is the number of groups of channels: all of them apart, or fewer.
pub fn instance_norm(
    trace: &mut Trace,
    x: &View,
    epsilon: f64,
    scale: &Constant,
    shift: &Constant,
) -> Outcome<View> {
    let channels = trace.channels(x.map);
    let groups = x.shape().get(1).copied().unwrap_or(0);
    let per_group = channels.checked_div(groups).unwrap_or(0);
    let outer = Part { axis: Axis::Channel, size: groups, stride: per_group };
    if groups * per_group != channels || (groups > 1 && x.dims[1] != [outer]) {
        return Err(format!(
            "it normalises a tensor of shape {:?} in groups that are none of channels",
            x.shape()
        ));
    }
    let weights = [scale, shift].map(|weight| {
        let each = of_length(weight, groups)?.data.into_iter();
        let data: Vec<f32> = each.flat_map(|value| std::iter::repeat_n(value, per_group)).collect();
        Ok(Tensor::new([channels], data))
    });
    let weights = weights.into_iter().collect::<Outcome<_>>()?;
    let map = trace.push(Op::GroupNorm { groups, epsilon }, &[x.map], weights)?;
    Ok(View { map, ..x.clone() })
}

/// Scale and shift are of every channel, or of every group as before operator set 21.
pub fn group_norm(
    trace: &mut Trace,
    x: &View,
    groups: usize,
    epsilon: f64,
    weights: [&Constant; 2],
) -> Outcome<View> {
    let map = trace.map(x)?;
    let channels = trace.channels(map);
    let per_group = channels.checked_div(groups).unwrap_or(0);
    let of_channels = |weight: &Constant| {
        if weight.shape == [channels] {
            return of_length(weight, channels);
        }
        let each = of_length(weight, groups)?.data.into_iter();
        Ok(Tensor::new([channels], each.flat_map(|v| std::iter::repeat_n(v, per_group)).collect::<Vec<_>>()))
    };
    if groups * per_group != channels {
        return Err(format!("its {channels} channels do not split into {groups} groups"));
    }
    let weights = weights.into_iter().map(of_channels).collect::<Outcome<_>>()?;
    let map = trace.push(Op::GroupNorm { groups, epsilon }, &[map], weights)?;
    Ok(trace.view(map))
}

fn of_length(weight: &Constant, length: usize) -> Outcome<Tensor> {
    if weight.shape == [length] {
        return tensor(weight);
    }
    Err(format!("its weights have the shape {:?} for {length} channels", weight.shape))
}
