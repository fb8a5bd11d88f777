//! From an ONNX operation to ours: the table.

use std::rc::Rc;

use super::Outcome;
use super::arithmetic::{Bounds, bounds, fold, shape_of};
use super::attention::{linear, scores, turned_weighted_sum, weighted_sum};
use super::attributes::Attributes;
use super::elementwise::{
    Arithmetic, activation, clip, erf, hard_sigmoid, of_two, per_channel, prelu, tanh, with_constant,
};
use super::inputs::Inputs;
use super::parts::{is_stack, reduce_sum, split, stack};
use super::trace::{Trace, Value};
use super::view::{Axis, View, whole};
use super::{layout, norms, windows};
use crate::graph::onnx::proto::NodeProto;
use crate::graph::{Activation, Op};

/// The values of a node's outputs. What cannot be expressed is told by a phrase whose subject is the node.
pub fn run(trace: &mut Trace, node: &NodeProto, values: &[Option<Value>]) -> Outcome<Vec<Value>> {
    let attributes = Attributes(node);
    if !["", "ai.onnx"].contains(&node.domain.as_str()) {
        return Err(format!("it belongs to {}, not to ONNX's own operations", node.domain));
    }
    let inputs = Inputs(values);
    if let Some(constants) = inputs.all_constants()
        && let Some(folded) = fold(attributes, &constants)?
    {
        trace.hold(folded.data.len())?;
        return Ok(vec![Value::Constant(Rc::new(folded))]);
    }
    if let ("Transpose", Ok(Value::Scores(scores))) = (node.op_type.as_str(), inputs.value(0)) {
        return Ok(vec![Value::Scores(scores.turned(attributes.ints("perm"))?)]);
    }
    if let Some(view) = on_view(trace, node, attributes, &inputs)? {
        return Ok(vec![Value::View(view)]);
    }
    let pair = |kind| (kind, inputs.value(0), inputs.value(1));
    let value = match node.op_type.as_str() {
        "Identity" | "Cast" | "CastLike" | "Dropout" => inputs.value(0)?.clone(),
        "Shape" => {
            let sizes: Vec<i64> = inputs.view(0)?.shape().iter().map(|&size| size as i64).collect();
            Value::Constant(Rc::new(shape_of(&sizes, attributes)?))
        }
        "Add" => arithmetic(trace, pair(Arithmetic::Add))?,
        "Sub" => arithmetic(trace, pair(Arithmetic::Sub))?,
        "Mul" => arithmetic(trace, pair(Arithmetic::Mul))?,
        "Div" => arithmetic(trace, pair(Arithmetic::Div))?,
        "Erf" => erf(trace, inputs.view(0)?)?,
        "MatMul" => match (inputs.value(0)?, inputs.value(1)?) {
            (Value::View(x), Value::Constant(matrix)) => Value::View(linear(trace, x, matrix, false)?),
            (Value::View(queries), Value::View(keys)) => scores(trace, queries, keys)?,
            (Value::Scores(scores), Value::View(values)) => Value::View(weighted_sum(trace, scores, values)?),
            (Value::View(values), Value::Scores(scores)) if values.dims.len() > 1 => {
                Value::View(turned_weighted_sum(trace, values, scores)?)
            }
            _ => return Err("it is no linear layer and no attention".into()),
        },
        "Softmax" => match inputs.value(0)? {
            Value::Scores(scores) => Value::Scores(scores.softmax(attributes.int("axis", -1))?),
            _ => answer(trace, inputs.view(0)?, attributes.int("axis", -1))?,
        },
        "LogSoftmax" => answer(trace, inputs.view(0)?, attributes.int("axis", -1))?,
        "ArgMax" => match inputs.value(0)? {
            Value::Answer(view) => Value::Answer(view.clone()),
            _ => answer(trace, inputs.view(0)?, attributes.int("axis", 0))?,
        },
        "MaxPool" => {
            let (window, pooled) = (windows::window(attributes)?, trace.map(inputs.view(0)?)?);
            let map = trace.push(Op::MaxPool2d(window.clone()), &[pooled], vec![])?;
            return Ok(vec![Value::View(trace.view(map)), Value::Switches { pooled, window }]);
        }
        "MaxUnpool" => {
            let Value::Switches { pooled, window } = inputs.value(1)?.clone() else {
                return Err("its indices are not those of a MaxPool".into());
            };
            let x = trace.map(inputs.view(0)?)?;
            let map = trace.push(Op::MaxUnpool2d(window), &[x, pooled], vec![])?;
            Value::View(trace.view(map))
        }
        "Concat" => stack(&inputs, attributes)?,
        "ReduceSum" => reduce_sum(trace, attributes, &inputs)?,
        "Split" => return split(trace, node, attributes, &inputs),
        "BatchNormalization" => {
            let weights =
                [inputs.constant(1)?, inputs.constant(2)?, inputs.constant(3)?, inputs.constant(4)?];
            let epsilon = epsilon(attributes);
            Value::View(norms::batch_norm(trace, inputs.view(0)?, epsilon, weights)?)
        }
        "LayerNormalization" => {
            let x = inputs.view(0)?;
            if ![-1, x.dims.len() as i64 - 1].contains(&attributes.int("axis", -1)) {
                return Err("it normalises more than the last dimension".into());
            }
            let (scale, shift) = (inputs.constant(1)?, inputs.optional(2)?);
            Value::View(norms::layer_norm(trace, x, epsilon(attributes), scale, shift)?)
        }
        "InstanceNormalization" => {
            let (scale, shift) = (inputs.constant(1)?, inputs.constant(2)?);
            Value::View(norms::instance_norm(trace, inputs.view(0)?, epsilon(attributes), scale, shift)?)
        }
        "GroupNormalization" => {
            let groups = usize::try_from(attributes.int("num_groups", 0)).unwrap_or(0);
            let weights = [inputs.constant(1)?, inputs.constant(2)?];
            Value::View(norms::group_norm(trace, inputs.view(0)?, groups, epsilon(attributes), weights)?)
        }
        _ => return Err("there is no such operation here".into()),
    };
    Ok(vec![value])
}

fn epsilon(attributes: Attributes) -> f64 {
    f64::from(attributes.float("epsilon", 1e-5))
}

/// Operations with one map in and one out, and what only reads a tensor in another way.
fn on_view(
    trace: &mut Trace,
    node: &NodeProto,
    attributes: Attributes,
    inputs: &Inputs,
) -> Outcome<Option<View>> {
    let view = || inputs.view(0);
    let view = match node.op_type.as_str() {
        "Relu" => activation(trace, view()?, Activation::Relu)?,
        "Sigmoid" => activation(trace, view()?, Activation::Sigmoid)?,
        "HardSwish" => activation(trace, view()?, Activation::Hardswish)?,
        "HardSigmoid" => hard_sigmoid(trace, view()?, attributes)?,
        "Tanh" => tanh(trace, view()?)?,
        "Gelu" if attributes.text("approximate", "none") == "none" => {
            activation(trace, view()?, Activation::Gelu)?
        }
        "Neg" => trace.scaled(view()?, -1.0, 0.0)?,
        "Clip" => {
            let low = inputs.float(1, attributes, "min", f32::NEG_INFINITY)?;
            let high = inputs.float(2, attributes, "max", f32::INFINITY)?;
            clip(trace, view()?, low, high)?
        }
        "LeakyRelu" => {
            let slopes = vec![attributes.float("alpha", 0.01); trace.channels(view()?.map)];
            prelu(trace, view()?, slopes)?
        }
        "PRelu" => {
            let slopes = per_channel(trace, view()?, inputs.constant(1)?)?;
            prelu(trace, view()?, slopes)?
        }
        "Gemm" => gemm(trace, attributes, inputs)?,
        "Reshape" => {
            let sizes = inputs.constant(1)?.as_integers().ok_or("its shape is not of integers")?;
            layout::reshape(view()?, sizes, attributes.int("allowzero", 0) != 0)?
        }
        "Flatten" => {
            let at = attributes.int("axis", 1);
            let rank = view()?.dims.len();
            layout::flatten(view()?, if at == rank as i64 { rank } else { layout::axis(at, rank)? })?
        }
        "Transpose" => layout::transpose(view()?, attributes.ints("perm"))?,
        "Squeeze" => layout::squeeze(view()?, inputs.integers(1, attributes, "axes")?)?,
        "Unsqueeze" => {
            layout::unsqueeze(view()?, inputs.integers(1, attributes, "axes")?.unwrap_or_default())?
        }
        "Concat" if !is_stack(inputs, attributes) => {
            let views = (0..inputs.0.len()).map(|i| inputs.view(i).cloned()).collect::<Outcome<Vec<_>>>()?;
            layout::concat(trace, &views, attributes.int("axis", 1))?
        }
        "Slice" => {
            let constants: Vec<_> =
                (1..inputs.0.len()).map(|i| inputs.optional(i)).collect::<Outcome<_>>()?;
            let constants: Vec<_> = std::iter::once(None).chain(constants).collect();
            let mut cut = view()?.clone();
            for Bounds { dim, start, end, step } in bounds(&cut.shape(), &constants)? {
                if step != 1 || end <= start {
                    return Err(format!(
                        "it takes every {step} of {start} to {end}; a step of 1 is possible"
                    ));
                }
                cut = layout::cut(trace, &cut, dim, start as usize, (end - start) as usize)?;
            }
            cut
        }
        "Gather" => {
            let dim = layout::axis(attributes.int("axis", 0), view()?.dims.len())?;
            layout::gather(trace, view()?, dim, inputs.constant(1)?)?
        }
        "Expand" => {
            let sizes = inputs.constant(1)?.as_integers().unwrap_or_default();
            let shape = view()?.shape();
            let fits = |(&size, &own): (&i64, &usize)| size == 1 || size == own as i64;
            if sizes.len() > shape.len() || !sizes.iter().rev().zip(shape.iter().rev()).all(fits) {
                return Err(format!("it expands {shape:?} to {sizes:?}"));
            }
            view()?.clone()
        }
        _ => return on_map(trace, node, attributes, inputs),
    };
    Ok(Some(view))
}

/// Operations that need a map `[1, c, h, w]`.
fn on_map(
    trace: &mut Trace,
    node: &NodeProto,
    attributes: Attributes,
    inputs: &Inputs,
) -> Outcome<Option<View>> {
    let mut x = || trace.map(inputs.view(0)?);
    let map = match node.op_type.as_str() {
        "Conv" => {
            let x = x()?;
            windows::conv(trace, x, attributes, inputs.constant(1)?, inputs.optional(2)?)?
        }
        "ConvTranspose" => {
            let x = x()?;
            windows::conv_transpose(trace, x, attributes, inputs.constant(1)?, inputs.optional(2)?)?
        }
        "AveragePool" => {
            let x = x()?;
            windows::average_pool(trace, x, attributes)?
        }
        "GlobalAveragePool" => {
            let x = x()?;
            trace.global_average(x)?
        }
        "ReduceMean" => {
            let view = inputs.view(0)?;
            let axes = inputs.integers(1, attributes, "axes")?.ok_or("it averages over everything")?;
            let dims =
                axes.iter().map(|&dim| layout::axis(dim, view.dims.len())).collect::<Outcome<Vec<_>>>()?;
            return windows::mean(trace, view, &dims, attributes.int("keepdims", 1) != 0).map(Some);
        }
        "Resize" => {
            let x = x()?;
            windows::resize(trace, x, attributes, inputs.optional(2)?, inputs.optional(3)?)?
        }
        // As it was called before operator set 10.
        "Upsample" => {
            let x = x()?;
            windows::resize(trace, x, attributes, inputs.optional(1)?, None)?
        }
        "Pad" => {
            let value = inputs.float(2, attributes, "value", 0.0)?;
            if attributes.text("mode", "constant") != "constant" || value != 0.0 || inputs.0.len() > 3 {
                return Err("it pads with what is not zero, or by axes".into());
            }
            let x = x()?;
            windows::pad_all(trace, x, inputs.integers(1, attributes, "pads")?.unwrap_or_default())?
        }
        "DepthToSpace" => {
            let (x, factor) = (x()?, block(attributes)?);
            windows::depth_to_space(trace, x, factor, attributes.text("mode", "DCR") == "CRD")?
        }
        "SpaceToDepth" => {
            let (x, factor) = (x()?, block(attributes)?);
            windows::space_to_depth(trace, x, factor)?
        }
        _ => return Ok(None),
    };
    Ok(Some(trace.view(map)))
}

fn block(attributes: Attributes) -> Outcome<usize> {
    usize::try_from(attributes.int("blocksize", 0)).map_err(|_| "its blocksize is negative".into())
}

fn arithmetic(
    trace: &mut Trace,
    (kind, a, b): (Arithmetic, Outcome<&Value>, Outcome<&Value>),
) -> Outcome<Value> {
    match (a?, b?) {
        (x, Value::Constant(constant)) => with_constant(trace, kind, x, constant, false),
        (Value::Constant(constant), x) => with_constant(trace, kind, x, constant, true),
        (a, b) => of_two(trace, kind, a, b),
    }
}

/// `alpha * a * b + beta * c` with constants `b` and `c`.
fn gemm(trace: &mut Trace, attributes: Attributes, inputs: &Inputs) -> Outcome<View> {
    if attributes.int("transA", 0) != 0
        || attributes.float("alpha", 1.0) != 1.0
        || attributes.float("beta", 1.0) != 1.0
    {
        return Err("it has transA, alpha or beta".into());
    }
    let product = linear(trace, inputs.view(0)?, inputs.constant(1)?, attributes.int("transB", 0) != 0)?;
    let Some(bias) = inputs.optional(2)? else { return Ok(product) };
    let shift = per_channel(trace, &product, bias)?;
    trace.affine(&product, vec![1.0; shift.len()], shift)
}

/// A softmax or the best class over the channels.
fn answer(trace: &Trace, view: &View, dim: i64) -> Outcome<Value> {
    let dim = layout::axis(dim, view.dims.len())?;
    if view.dims[dim] == whole(Axis::Channel, trace.channels(view.map)) {
        return Ok(Value::Answer(view.clone()));
    }
    Err(format!("it compares along dimension {dim} of {:?}, which is not the channels", view.shape()))
}
