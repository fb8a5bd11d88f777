//! Sums, products and functions of single values.

use super::Outcome;
use super::attributes::Attributes;
use super::constant::Constant;
use super::trace::{Trace, Value};
use super::view::{Axis, Part, View, whole};
use crate::graph::{Activation, Conv2d, NodeId, Op, Tensor};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

pub fn activation(trace: &mut Trace, x: &View, function: Activation) -> Outcome<View> {
    let map = trace.push(Op::Activation { function }, &[x.map], vec![])?;
    Ok(View { map, ..x.clone() })
}

/// A slope below zero for each channel.
pub fn prelu(trace: &mut Trace, x: &View, slopes: Vec<f32>) -> Outcome<View> {
    let op = Op::Activation { function: Activation::Prelu };
    let map = trace.push(op, &[x.map], vec![Tensor::new([slopes.len()], slopes)])?;
    Ok(View { map, ..x.clone() })
}

/// Between `low` and `high`, either of which may be infinite: a ReLU or ReLU6 of what is moved and scaled to fit.
pub fn clip(trace: &mut Trace, x: &View, low: f32, high: f32) -> Outcome<View> {
    match (low.is_finite(), high.is_finite()) {
        (false, false) => Ok(x.clone()),
        (true, false) => between(trace, x, Activation::Relu, low, 1.0),
        (false, true) => {
            let turned = trace.scaled(x, -1.0, 0.0)?;
            let clipped = between(trace, &turned, Activation::Relu, -high, 1.0)?;
            trace.scaled(&clipped, -1.0, 0.0)
        }
        (true, true) if low < high => between(trace, x, Activation::Relu6, low, (high - low) / 6.0),
        (true, true) => Err(format!("it clips between {low} and {high}")),
    }
}

/// `f((x - start) / scale) * scale + start`
fn between(trace: &mut Trace, x: &View, function: Activation, start: f32, scale: f32) -> Outcome<View> {
    if (start, scale) == (0.0, 1.0) {
        return activation(trace, x, function);
    }
    let moved = trace.scaled(x, 1.0 / scale, -start / scale)?;
    let clipped = activation(trace, &moved, function)?;
    trace.scaled(&clipped, scale, start)
}

/// `max(0, min(1, alpha * x + beta))`
pub fn hard_sigmoid(trace: &mut Trace, x: &View, attributes: Attributes) -> Outcome<View> {
    let (alpha, beta) = (attributes.float("alpha", 0.2), attributes.float("beta", 0.5));
    if (alpha - 1.0 / 6.0).abs() < 1e-6 && beta == 0.5 {
        return activation(trace, x, Activation::Hardsigmoid);
    }
    let line = trace.scaled(x, alpha, beta)?;
    clip(trace, &line, 0.0, 1.0)
}

/// `2 * sigmoid(2 x) - 1`
pub fn tanh(trace: &mut Trace, x: &View) -> Outcome<View> {
    let double = trace.scaled(x, 2.0, 0.0)?;
    let sigmoid = activation(trace, &double, Activation::Sigmoid)?;
    trace.scaled(&sigmoid, 2.0, -1.0)
}

/// The error function, which we have inside of GELU only: `x` has to be a map over the root of two.
pub fn erf(trace: &Trace, x: &View) -> Outcome<Value> {
    match uniform_scale(trace, x.map) {
        Some((source, scale)) if (scale - std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-4 => {
            Ok(Value::Gate { x: View { map: source, ..x.clone() }, is_whole: false })
        }
        _ => Err("it is an error function that is no part of a GELU".into()),
    }
}

/// What an affine node reads, and its scale, if that is one for all channels and it adds nothing.
fn uniform_scale(trace: &Trace, map: NodeId) -> Option<(NodeId, f32)> {
    let node = &trace.nodes[map];
    if node.op != Op::Affine {
        return None;
    }
    let [scale, shift] = [0, 1].map(|i| &trace.weights[&node.weights[i]].data);
    let is_plain = scale.iter().all(|s| *s == scale[0]) && shift.iter().all(|s| *s == 0.0);
    is_plain.then_some((node.inputs[0], scale[0]))
}

pub fn with_constant(
    trace: &mut Trace,
    kind: Arithmetic,
    x: &Value,
    constant: &Constant,
    is_constant_first: bool,
) -> Outcome<Value> {
    if is_constant_first && kind == Arithmetic::Div {
        return Err("it divides by what depends on the picture".into());
    }
    match x {
        Value::View(view) => {
            let values = per_channel(trace, view, constant)?;
            let all = |value: f32| vec![value; values.len()];
            let (scale, shift) = match kind {
                Arithmetic::Add => (all(1.0), values),
                Arithmetic::Sub if is_constant_first => (all(-1.0), values),
                Arithmetic::Sub => (all(1.0), values.iter().map(|v| -v).collect()),
                Arithmetic::Mul => {
                    let shift = all(0.0);
                    (values, shift)
                }
                Arithmetic::Div => (values.iter().map(|v| 1.0 / v).collect(), all(0.0)),
            };
            Ok(Value::View(trace.affine(view, scale, shift)?))
        }
        Value::Scores(scores) => {
            let number = constant.scalar().ok_or("it changes the scores of an attention one by one")?;
            let factor = match kind {
                Arithmetic::Mul => number,
                Arithmetic::Div => 1.0 / number,
                _ => return Err("it adds to the scores of an attention".into()),
            };
            Ok(Value::Scores(scores.scaled(factor)?))
        }
        Value::Gate { x, is_whole: false } if kind == Arithmetic::Add && constant.scalar() == Some(1.0) => {
            Ok(Value::Gate { x: x.clone(), is_whole: true })
        }
        _ => Err("it is arithmetic with what is no map".into()),
    }
}

pub fn of_two(trace: &mut Trace, kind: Arithmetic, a: &Value, b: &Value) -> Outcome<Value> {
    if kind == Arithmetic::Mul
        && let (Value::View(x), Value::Gate { x: gated, is_whole: true })
        | (Value::Gate { x: gated, is_whole: true }, Value::View(x)) = (a, b)
    {
        return Ok(Value::View(gelu(trace, x, gated)?));
    }
    let (Value::View(a), Value::View(b)) = (a, b) else {
        return Err("it is arithmetic with what is no map".into());
    };
    let view = match kind {
        Arithmetic::Div => return Err("it divides by what depends on the picture".into()),
        Arithmetic::Sub => {
            let turned = trace.scaled(b, -1.0, 0.0)?;
            joined(trace, Op::Add, a, &turned)?
        }
        Arithmetic::Add => joined(trace, Op::Add, a, b)?,
        Arithmetic::Mul => match self_gated(trace, a, b).or_else(|| self_gated(trace, b, a)) {
            Some((x, function)) => activation(trace, &x, function)?,
            None => joined(trace, Op::Mul, a, b)?,
        },
    };
    Ok(Value::View(view))
}

/// Of tensors of one shape.
pub fn sum_of(trace: &mut Trace, views: &[View]) -> Outcome<View> {
    let (first, others) = views.split_first().ok_or("it adds nothing up")?;
    others.iter().try_fold(first.clone(), |sum, view| joined(trace, Op::Add, &sum, view))
}

/// `x`, or a multiple of it, times `1 + erf(x / sqrt 2)` is that multiple of twice the GELU.
fn gelu(trace: &mut Trace, x: &View, gated: &View) -> Outcome<View> {
    let (source, scale) = if x == gated {
        (x.map, 1.0)
    } else {
        uniform_scale(trace, x.map).ok_or("it is an error function that is no part of a GELU")?
    };
    if source != gated.map || x.dims != gated.dims {
        return Err("it is an error function that is no part of a GELU".into());
    }
    let gelu = activation(trace, gated, Activation::Gelu)?;
    trace.scaled(&gelu, 2.0 * scale, 0.0)
}

/// `x * sigmoid(x)` and `x * hardsigmoid(x)` have names.
fn self_gated(trace: &Trace, x: &View, gate: &View) -> Option<(View, Activation)> {
    let node = &trace.nodes[gate.map];
    let function = match node.op {
        Op::Activation { function: Activation::Sigmoid } => Activation::Silu,
        Op::Activation { function: Activation::Hardsigmoid } => Activation::Hardswish,
        _ => return None,
    };
    (node.inputs == [x.map] && x.dims == gate.dims).then(|| (x.clone(), function))
}

/// Two maps of one size, or one of them a single pixel or a single channel.
fn joined(trace: &mut Trace, op: Op, a: &View, b: &View) -> Outcome<View> {
    let rank = a.dims.len().max(b.dims.len());
    let (a, b) = (&padded(a, rank), &padded(b, rank));
    if a.dims == b.dims {
        // The older first: of two single pixels one may be the gate of the other, which is larger in larger pictures.
        return view_of(a, trace.push(op, &[a.map.min(b.map), a.map.max(b.map)], vec![]));
    }
    let only = |view: &View, is: fn(&Part) -> bool| view.dims.iter().flatten().all(is);
    let covers = |large: &View, small: &View, is_kept: fn(&Part) -> bool| {
        large
            .dims
            .iter()
            .zip(&small.dims)
            .all(|(large, small)| large == small || small.is_empty() && !large.iter().any(is_kept))
    };
    let is_channel = |part: &Part| part.axis == Axis::Channel;
    let is_pixel = |part: &Part| part.axis != Axis::Channel;
    for (large, small) in [(a, b), (b, a)] {
        if only(small, is_channel)
            && trace.channels(small.map) == trace.channels(large.map)
            && covers(large, small, is_channel)
        {
            return view_of(large, trace.push(op, &[large.map, small.map], vec![]));
        }
        if only(small, is_pixel) && covers(large, small, is_pixel) {
            let channels = trace.channels(large.map);
            let ones = Tensor::new([channels, 1, 1, 1], vec![1.0; channels]);
            let copies = trace.push(Op::Conv2d(Conv2d::new(channels, 1)), &[small.map], vec![ones])?;
            return view_of(large, trace.push(op, &[large.map, copies], vec![]));
        }
    }
    Err(format!("it joins tensors of shape {:?} and {:?} that lie differently", a.shape(), b.shape()))
}

fn view_of(like: &View, map: Outcome<NodeId>) -> Outcome<View> {
    Ok(View { map: map?, ..like.clone() })
}

/// With dimensions of size one before the others, as broadcasting adds them.
fn padded(view: &View, rank: usize) -> View {
    let mut dims = vec![vec![]; rank - view.dims.len()];
    dims.extend(view.dims.iter().cloned());
    View { map: view.map, dims }
}

/// A constant as a number for each channel of the map that a view shows.
pub fn per_channel(trace: &Trace, view: &View, constant: &Constant) -> Outcome<Vec<f32>> {
    let channels = trace.channels(view.map);
    if let Some(number) = constant.scalar() {
        return Ok(vec![number; channels]);
    }
    let values = constant.as_floats().ok_or("its constant is not of f32 or f16")?;
    let rank = view.dims.len();
    let varies = |(back, &size): (usize, &usize)| (size != 1).then_some((back, size));
    let mut dims = constant.shape.iter().rev().enumerate().filter_map(varies);
    match (dims.next(), dims.next()) {
        (Some((back, size)), None)
            if size == channels
                && back < rank
                && view.dims[rank - 1 - back] == whole(Axis::Channel, channels) =>
        {
            Ok(values.to_vec())
        }
        _ => Err(format!(
            "its constant of shape {:?} is not one number for each of {channels} channels",
            constant.shape
        )),
    }
}
