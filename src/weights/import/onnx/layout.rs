//! Operations that compute nothing: they say how a tensor is read, cut or put together.

use super::Outcome;
use super::constant::Constant;
use super::trace::{Target, Trace};
use super::view::{Axis, Part, View, whole};
use crate::graph::{Op, Pair};

/// An axis as ONNX counts it, from the end if negative.
pub fn axis(axis: i64, rank: usize) -> Outcome<usize> {
    let positive = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(positive)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("it has no dimension {axis}"))
}

/// Sizes as `Reshape` has them: 0 keeps one, -1 is what is left.
pub fn resolved(sizes: &[i64], from: &[usize], keeps_zero: bool) -> Outcome<Vec<usize>> {
    let impossible = || format!("it reshapes {from:?} to {sizes:?}");
    let known = |(dim, &size): (usize, &i64)| match size {
        -1 => Ok(1),
        0 if !keeps_zero => from.get(dim).copied().ok_or_else(impossible),
        size => usize::try_from(size).map_err(|_| impossible()),
    };
    let mut shape = sizes.iter().enumerate().map(known).collect::<Outcome<Vec<_>>>()?;
    let product =
        |shape: &[usize]| shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    let (all, mut rest) = (product(from).ok_or_else(impossible)?, product(&shape).ok_or_else(impossible)?);
    if let Some(open) = sizes.iter().position(|&size| size == -1) {
        shape[open] = all.checked_div(rest).unwrap_or(0);
        rest *= shape[open];
    }
    if rest == all { Ok(shape) } else { Err(impossible()) }
}

pub fn reshape(view: &View, sizes: &[i64], keeps_zero: bool) -> Outcome<View> {
    let shape = resolved(sizes, &view.shape(), keeps_zero)?;
    view.reshaped(&shape).ok_or_else(|| {
        format!("it reshapes {:?} to {shape:?}, which mixes channels with pixels", view.shape())
    })
}

/// All dimensions before `at` as one, and all from there on.
pub fn flatten(view: &View, at: usize) -> Outcome<View> {
    let shape = view.shape();
    let product = |sizes: &[usize]| sizes.iter().product::<usize>() as i64;
    reshape(view, &[product(&shape[..at]), product(&shape[at..])], true)
}

pub fn transpose(view: &View, order: Option<&[i64]>) -> Outcome<View> {
    let rank = view.dims.len();
    let order = match order {
        Some(order) => order.iter().map(|&dim| axis(dim, rank)).collect::<Outcome<Vec<_>>>()?,
        None => (0..rank).rev().collect(),
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..rank) {
        return Err(format!("its order of dimensions is {order:?}"));
    }
    Ok(view.transposed(&order))
}

/// One position of a dimension, or all of them in order, as PyTorch writes a reshape of a mean.
pub fn gather(trace: &mut Trace, view: &View, dim: usize, index: &Constant) -> Outcome<View> {
    let size = view.shape()[dim];
    let positions = index.as_integers().unwrap_or_default();
    if let (&[at], true) = (positions, index.shape.is_empty()) {
        let cut = cut(trace, view, dim, axis(at, size)?, 1)?;
        return squeeze(&cut, Some(&[dim as i64]));
    }
    if !positions.iter().copied().eq(0..size as i64) {
        return Err("it takes several positions at once, not all of them in order".into());
    }
    let [before, after] = [&view.shape()[..dim], &view.shape()[dim + 1..]].map(<[usize]>::to_vec);
    let sizes: Vec<i64> =
        [&before, &index.shape, &after].into_iter().flatten().map(|&side| side as i64).collect();
    reshape(view, &sizes, true)
}

/// Without the dimensions of size one at `axes`, or without all of them.
pub fn squeeze(view: &View, axes: Option<&[i64]>) -> Outcome<View> {
    let rank = view.dims.len();
    let axes = match axes {
        Some(axes) => axes.iter().map(|&dim| axis(dim, rank)).collect::<Outcome<Vec<_>>>()?,
        None => (0..rank).filter(|&dim| view.dims[dim].is_empty()).collect(),
    };
    if let Some(dim) = axes.iter().find(|&&dim| !view.dims[dim].is_empty()) {
        return Err(format!("it removes dimension {dim} of {:?}", view.shape()));
    }
    let kept = view.dims.iter().enumerate().filter(|(dim, _)| !axes.contains(dim));
    Ok(View { map: view.map, dims: kept.map(|(_, parts)| parts.clone()).collect() })
}

pub fn unsqueeze(view: &View, axes: &[i64]) -> Outcome<View> {
    let rank = view.dims.len() + axes.len();
    let axes = axes.iter().map(|&dim| axis(dim, rank)).collect::<Outcome<Vec<_>>>()?;
    let mut parts = view.dims.iter().cloned();
    let dims =
        (0..rank).map(|dim| if axes.contains(&dim) { vec![] } else { parts.next().unwrap_or_default() });
    Ok(View { map: view.map, dims: dims.collect() })
}

/// `length` positions of dimension `dim` from `start` on.
pub fn cut(trace: &mut Trace, view: &View, dim: usize, start: usize, length: usize) -> Outcome<View> {
    let channels = trace.channels(view.map);
    match view.dims[dim][..] {
        _ if length == view.shape()[dim] => Ok(view.clone()),
        [Part { axis: Axis::Channel, size, stride }] if size * stride == channels => {
            let op = Op::Slice { start: start * stride, channels: length * stride };
            let map = trace.push(op, &[view.map], vec![])?;
            let mut dims = view.dims.clone();
            dims[dim] =
                if length == 1 { vec![] } else { vec![Part { axis: Axis::Channel, size: length, stride }] };
            Ok(View { map, dims })
        }
        [Part { axis, stride: 1, .. }] if axis != Axis::Channel => {
            let map = trace.map(view)?;
            let [_, _, h, w] = trace.shapes[map];
            let (before, size) =
                if axis == Axis::Height { ([start, 0], [length, w]) } else { ([0, start], [h, length]) };
            let map = crop(trace, map, before, size)?;
            Ok(trace.view(map))
        }
        _ => Err(format!(
            "it cuts dimension {dim} of {:?}, which is part of the channels or pixels",
            view.shape()
        )),
    }
}

fn crop(trace: &mut Trace, map: usize, before: Pair, size: Pair) -> Outcome<usize> {
    trace.push_sized(Op::Crop2d { before }, map, size, Target::To(size))
}

/// One after another along the channels, wherever these are.
pub fn concat(trace: &mut Trace, views: &[View], dim: i64) -> Outcome<View> {
    let dim = axis(dim, views[0].dims.len())?;
    let mut others = views[0].dims.clone();
    others[dim] = vec![];
    let fits = |view: &View| {
        let mut dims = view.dims.clone();
        dims.get(dim) == Some(&whole(Axis::Channel, trace.channels(view.map))) && {
            dims[dim] = vec![];
            dims == others
        }
    };
    if !views.iter().all(fits) {
        let shapes: Vec<_> = views.iter().map(View::shape).collect();
        return Err(format!("it joins {shapes:?} along dimension {dim}; only whole channels can be joined"));
    }
    let maps: Vec<_> = views.iter().map(|view| view.map).collect();
    let map = trace.push(Op::Concat, &maps, vec![])?;
    others[dim] = whole(Axis::Channel, trace.channels(map));
    Ok(View { map, dims: others })
}
