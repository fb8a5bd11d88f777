//! Products of matrices: linear layers, and attention as scaled scores, a softmax and a weighted sum (Vaswani et al. 2017, arXiv
//! 1706.03762, section 3.2.1).

use super::Outcome;
use super::constant::Constant;
use super::trace::{Trace, Value};
use super::view::{Axis, Part, View, product, whole};
use crate::graph::{Conv2d, Op, Tensor};

/// Products of queries with keys.
#[derive(Clone)]
pub struct Scores {
    queries: View,
    keys: View,
    scale: f32,
    has_softmax: bool,
    /// Keys by queries instead of queries by keys.
    is_turned: bool,
}

impl Scores {
    pub fn scaled(&self, factor: f32) -> Outcome<Self> {
        if self.has_softmax {
            return Err("it changes the weights of an attention".into());
        }
        Ok(Self { scale: self.scale * factor, ..self.clone() })
    }

    /// Over the keys, the last of the dimensions.
    pub fn softmax(&self, axis: i64) -> Outcome<Self> {
        let last = self.queries.dims.len() as i64 - 1;
        if self.has_softmax || self.is_turned || ![-1, last].contains(&axis) {
            return Err("it is no softmax over the keys of an attention".into());
        }
        Ok(Self { has_softmax: true, ..self.clone() })
    }

    /// With the last two dimensions in each other's place.
    pub fn turned(&self, order: Option<&[i64]>) -> Outcome<Self> {
        let rank = self.queries.dims.len() as i64;
        let turned: Vec<i64> = (0..rank - 2).chain([rank - 1, rank - 2]).collect();
        if !self.has_softmax || order != Some(&turned) {
            return Err("it moves the dimensions of an attention's scores".into());
        }
        Ok(Self { is_turned: !self.is_turned, ..self.clone() })
    }
}

/// `x` times a matrix `[c, k]`, or `[k, c]` if `is_turned`: a 1x1 convolution, whichever pixels the other dimensions are.
pub fn linear(trace: &mut Trace, x: &View, matrix: &Constant, is_turned: bool) -> Outcome<View> {
    let c = trace.channels(x.map);
    let (Some(values), &[rows, columns]) = (matrix.as_floats(), &matrix.shape[..]) else {
        return Err(format!("its matrix has the shape {:?}; two dimensions are possible", matrix.shape));
    };
    if x.dims.last() != Some(&whole(Axis::Channel, c)) {
        return Err(format!(
            "it multiplies the last dimension of {:?}, which is not the channels",
            x.shape()
        ));
    }
    let (inputs, outputs) = if is_turned { (columns, rows) } else { (rows, columns) };
    if inputs != c {
        return Err(format!("its matrix {:?} does not fit {c} channels", matrix.shape));
    }
    let kernel = if is_turned {
        values.to_vec()
    } else {
        (0..outputs).flat_map(|o| (0..inputs).map(move |i| values[i * outputs + o])).collect()
    };
    let kernel = Tensor::new([outputs, inputs, 1, 1], kernel);
    let map = trace.push(Op::Conv2d(Conv2d::new(outputs, 1)), &[x.map], vec![kernel])?;
    let mut dims = x.dims.clone();
    *dims.last_mut().expect("it has a last dimension") = whole(Axis::Channel, outputs);
    Ok(View { map, dims })
}

/// `[.., heads, pixels, size]`: the channels' two parts, if these are they.
fn heads(view: &View, channels: usize, size_dim: usize) -> Outcome<usize> {
    let not =
        || format!("it multiplies a tensor of shape {:?} that is no heads of an attention", view.shape());
    let rank = view.dims.len();
    let size = product(&view.dims[size_dim]);
    if rank < 3 || view.dims[size_dim] != whole(Axis::Channel, size) || !channels.is_multiple_of(size) {
        return Err(not());
    }
    let heads = channels / size;
    let part = Part { axis: Axis::Channel, size: heads, stride: size };
    let expected: &[Part] = if heads == 1 { &[] } else { &[part] };
    let leading: Vec<Part> = view.dims[..rank - 2].iter().flatten().copied().collect();
    if leading == expected { Ok(heads) } else { Err(not()) }
}

/// Queries `[.., heads, pixels, size]` times keys `[.., heads, size, pixels]`.
pub fn scores(trace: &Trace, queries: &View, keys: &View) -> Outcome<Value> {
    let rank = queries.dims.len();
    if rank != keys.dims.len() || rank < 3 {
        return Err(format!("it multiplies tensors of shape {:?} and {:?}", queries.shape(), keys.shape()));
    }
    let of_queries = heads(queries, trace.channels(queries.map), rank - 1)?;
    let of_keys = heads(keys, trace.channels(keys.map), rank - 2)?;
    if of_queries != of_keys {
        return Err(format!("its queries have {of_queries} heads and its keys {of_keys}"));
    }
    let (queries, keys) = (queries.clone(), keys.clone());
    Ok(Value::Scores(Scores { queries, keys, scale: 1.0, has_softmax: false, is_turned: false }))
}

/// Weights times values `[.., heads, pixels, size]`.
pub fn weighted_sum(trace: &mut Trace, scores: &Scores, values: &View) -> Outcome<View> {
    let Scores { queries, keys, scale, has_softmax, is_turned } = scores;
    if !has_softmax || *is_turned {
        return Err("it multiplies the scores of an attention before their softmax, or turned".into());
    }
    let rank = values.dims.len();
    let channels = trace.channels(queries.map);
    if rank != queries.dims.len() {
        return Err(format!("it multiplies tensors of {} and {rank} dimensions", queries.dims.len()));
    }
    let heads = heads(values, trace.channels(values.map), rank - 1)?;
    let pixels = |view: &View, dim: usize| view.dims[dim].clone();
    if pixels(keys, rank - 1) != pixels(values, rank - 2) {
        return Err("its keys and its values are not of the same pixels".into());
    }
    // The operation scales by the root of a head's size; what the file scales by beyond that goes into the queries.
    let rest = scale * ((channels / heads) as f32).sqrt();
    let queries =
        if (rest - 1.0).abs() < 1e-6 { queries.clone() } else { trace.scaled(queries, rest, 0.0)? };
    let map = trace.push(Op::Attention { heads }, &[queries.map, keys.map, values.map], vec![])?;
    Ok(View { map, ..queries })
}

/// Values `[.., heads, size, pixels]` times turned weights: the same with pixels last.
pub fn turned_weighted_sum(trace: &mut Trace, values: &View, scores: &Scores) -> Outcome<View> {
    let rank = values.dims.len();
    let order: Vec<usize> = (0..rank.saturating_sub(2)).chain([rank - 1, rank - 2]).collect();
    let untwisted = Scores { is_turned: !scores.is_turned, ..scores.clone() };
    let sum = weighted_sum(trace, &untwisted, &values.transposed(&order))?;
    Ok(sum.transposed(&order))
}
