//! What a file computes from sizes and weights alone, done once at import: numbers become numbers.

use super::Outcome;
use super::attributes::Attributes;
use super::by_element::{choose, common_shape, one, two};
use super::constant::{Constant, Data};
use super::layout::{axis, resolved};

/// 256 MB of f32.
const MAX_JOINED: usize = 1 << 26;
/// More steps than a range of sizes has.
const MAX_RANGE: i64 = 1 << 16;

/// The result of a node all of whose inputs are constants; `inputs` that are left out are none. No result: this is not folded.
pub fn fold(attributes: Attributes, inputs: &[Option<&Constant>]) -> Outcome<Option<Constant>> {
    let input = |i: usize| -> Outcome<&Constant> {
        inputs.get(i).copied().flatten().ok_or_else(|| format!("its input {i} is missing"))
    };
    let integers =
        |i: usize| input(i)?.as_integers().ok_or_else(|| format!("its input {i} is not of integers"));
    let op = attributes.0.op_type.as_str();
    let result = match op {
        "Constant" => attributes.constant()?,
        "Identity" => input(0)?.clone(),
        "Cast" => cast(input(0)?, attributes.int("to", 1)),
        "Shape" => {
            let sizes: Vec<i64> = input(0)?.shape.iter().map(|&size| size as i64).collect();
            shape_of(&sizes, attributes)?
        }
        "Gather" => {
            let data = input(0)?;
            let dim = axis(attributes.int("axis", 0), data.shape.len())?;
            let size = data.shape[dim] as i64;
            let indices = integers(1)?.iter().map(|&index| {
                let index = if index < 0 { index + size } else { index };
                usize::try_from(index).ok().filter(|&i| (i as i64) < size).ok_or("it takes what is not there")
            });
            let taken = data.taken(dim, &indices.collect::<Result<Vec<_>, _>>()?);
            let shape = [&data.shape[..dim], &input(1)?.shape, &data.shape[dim + 1..]].concat();
            Constant { shape, ..taken }
        }
        "Concat" => {
            let parts = (0..inputs.len()).map(input).collect::<Outcome<Vec<_>>>()?;
            concat(&parts, attributes.int("axis", 0))?
        }
        "Slice" => slice(input(0)?, inputs)?,
        "Squeeze" => {
            let data = input(0)?;
            let axes = match inputs.get(1) {
                Some(Some(axes)) => axes.as_integers(),
                _ => attributes.ints("axes"),
            };
            let rank = data.shape.len();
            let axes = axes.map(|axes| axes.iter().map(|&dim| axis(dim, rank)).collect::<Outcome<Vec<_>>>());
            let axes = axes.transpose()?;
            let goes = |dim: usize| match &axes {
                Some(axes) => axes.contains(&dim),
                None => data.shape[dim] == 1,
            };
            let shape = (0..rank).filter(|&dim| !goes(dim)).map(|dim| data.shape[dim]).collect();
            reshaped(data, shape)?
        }
        "Unsqueeze" => {
            let data = input(0)?;
            let axes = match inputs.get(1) {
                Some(_) => integers(1)?,
                None => attributes.ints("axes").unwrap_or_default(),
            };
            let rank = data.shape.len() + axes.len();
            let axes = axes.iter().map(|&dim| axis(dim, rank)).collect::<Outcome<Vec<_>>>()?;
            let mut sizes = data.shape.iter().copied();
            let shape = (0..rank)
                .map(|dim| if axes.contains(&dim) { 1 } else { sizes.next().unwrap_or(1) })
                .collect();
            reshaped(data, shape)?
        }
        "Reshape" => {
            let data = input(0)?;
            let shape = resolved(integers(1)?, &data.shape, attributes.int("allowzero", 0) != 0)?;
            reshaped(data, shape)?
        }
        "Transpose" => {
            let data = input(0)?;
            let rank = data.shape.len();
            let reversed: Vec<i64> = (0..rank as i64).rev().collect();
            let order = attributes.ints("perm").unwrap_or(&reversed);
            let order = order.iter().map(|&dim| axis(dim, rank)).collect::<Outcome<Vec<_>>>()?;
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if !sorted.into_iter().eq(0..rank) {
                return Err(format!("its order of dimensions is {order:?}"));
            }
            data.transposed(&order)
        }
        "Expand" => {
            let data = input(0)?;
            let shape = common_shape(&data.shape, &sizes(integers(1)?)?)?;
            data.broadcast(&shape).ok_or("it expands to what is too large")?
        }
        "ConstantOfShape" => {
            let value = if attributes.0.attribute.is_empty() {
                Constant::floats(vec![], vec![0.0])
            } else {
                Constant { shape: vec![], ..attributes.constant()? }
            };
            value.broadcast(&sizes(integers(0)?)?).ok_or("its shape is too large")?
        }
        "Range" => {
            let [start, end, step] = [integers(0)?, integers(1)?, integers(2)?].map(|n| n.first().copied());
            match (start, end, step) {
                (Some(start), Some(end), Some(step))
                    if step > 0 && end.saturating_sub(start) / step <= MAX_RANGE =>
                {
                    let numbers: Vec<i64> = (start..end).step_by(step as usize).collect();
                    Constant::integers(vec![numbers.len()], numbers)
                }
                _ => return Err("its range is empty, endless or too long".into()),
            }
        }
        "ReduceProd" => {
            Constant::integers(vec![], vec![integers(0)?.iter().fold(1, |p, n| p.wrapping_mul(*n))])
        }
        "Where" => {
            let [condition, yes, no] = [input(0)?, input(1)?, input(2)?];
            let shape = common_shape(&common_shape(&condition.shape, &yes.shape)?, &no.shape)?;
            let of = |constant: &Constant| constant.broadcast(&shape).ok_or("its shapes are too large");
            choose(&of(condition)?, &of(yes)?, &of(no)?)?
        }
        "CastLike" => {
            let is_float = input(1)?.as_floats().is_some();
            cast(input(0)?, if is_float { 1 } else { 7 })
        }
        "Neg" | "Not" | "Abs" | "Sign" | "Floor" | "Ceil" | "Sqrt" | "Reciprocal" => one(op, input(0)?),
        "Add" | "Sub" | "Mul" | "Div" | "Mod" | "Pow" | "Min" | "Max" | "Equal" | "Less" | "Greater"
        | "And" | "Or" => two(op, input(0)?, input(1)?)?,
        _ => return Ok(None),
    };
    Ok(Some(result))
}

/// A `Shape` node's answer.
pub fn shape_of(sizes: &[i64], attributes: Attributes) -> Outcome<Constant> {
    let rank = sizes.len() as i64;
    let place = |name, default| {
        let at = attributes.int(name, default);
        (if at < 0 { at + rank } else { at }).clamp(0, rank) as usize
    };
    let (start, end) = (place("start", 0), place("end", rank));
    let part = sizes.get(start..end).unwrap_or_default().to_vec();
    Ok(Constant::integers(vec![part.len()], part))
}

fn sizes(numbers: &[i64]) -> Outcome<Vec<usize>> {
    numbers.iter().map(|&n| usize::try_from(n).map_err(|_| format!("it has the size {n}"))).collect()
}

/// `to` is ONNX's number of a type.
fn cast(constant: &Constant, to: i64) -> Constant {
    let is_float = [1, 10, 11, 16].contains(&to);
    let data = match &constant.data {
        Data::Floats(data) if !is_float => Data::Integers(data.iter().map(|&value| value as i64).collect()),
        Data::Integers(data) if is_float => Data::Floats(data.iter().map(|&value| value as f32).collect()),
        same => same.clone(),
    };
    Constant { shape: constant.shape.clone(), data }
}

fn reshaped(constant: &Constant, shape: Vec<usize>) -> Outcome<Constant> {
    let count = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    if count != Some(constant.data.len()) {
        return Err(format!("it reshapes {:?} to {shape:?}", constant.shape));
    }
    Ok(Constant { shape, data: constant.data.clone() })
}

fn concat(parts: &[&Constant], dim: i64) -> Outcome<Constant> {
    let first = parts.first().ok_or("it joins nothing")?;
    let dim = axis(dim, first.shape.len())?;
    let with = |part: &Constant, size: usize| {
        let mut shape = part.shape.clone();
        shape.get_mut(dim).map(|own| std::mem::replace(own, size))?;
        Some(shape)
    };
    if parts.iter().any(|part| with(part, 0) != with(first, 0)) {
        return Err("it joins constants whose shapes differ".into());
    }
    let inner = |part: &Constant| part.shape[dim..].iter().product::<usize>();
    let outer: usize = first.shape[..dim].iter().product();
    let shape = with(first, parts.iter().map(|part| part.shape[dim]).sum()).unwrap_or_default();
    if parts.iter().map(|part| part.data.len()).sum::<usize>() > MAX_JOINED {
        return Err("it joins more numbers than a network has".into());
    }
    let mixed = || "it joins integers with floats".to_owned();
    let data = if first.as_integers().is_some() {
        let lists =
            parts.iter().map(|part| part.as_integers().ok_or_else(mixed)).collect::<Outcome<Vec<_>>>()?;
        Data::Integers(interleaved(&lists, parts.iter().map(|part| inner(part)).collect(), outer))
    } else {
        let lists =
            parts.iter().map(|part| part.as_floats().ok_or_else(mixed)).collect::<Outcome<Vec<_>>>()?;
        Data::Floats(interleaved(&lists, parts.iter().map(|part| inner(part)).collect(), outer))
    };
    Ok(Constant { shape, data })
}

fn interleaved<T: Copy>(lists: &[&[T]], lengths: Vec<usize>, outer: usize) -> Vec<T> {
    let row = |o: usize| {
        let lengths = &lengths;
        lists
            .iter()
            .zip(lengths)
            .flat_map(move |(list, &length)| list[o * length..][..length].iter().copied())
    };
    (0..outer).flat_map(row).collect()
}

/// Starts, ends, axes and steps are inputs 1 to 4; see [`bounds`].
fn slice(data: &Constant, inputs: &[Option<&Constant>]) -> Outcome<Constant> {
    let mut data = data.clone();
    for Bounds { dim, start, end, step } in bounds(&data.shape, inputs)? {
        let indices: Vec<usize> = if step > 0 {
            (start..end).step_by(step as usize).map(|i| i as usize).collect()
        } else {
            (end + 1..=start).rev().step_by(step.unsigned_abs() as usize).map(|i| i as usize).collect()
        };
        data = data.taken(dim, &indices);
    }
    Ok(data)
}

pub struct Bounds {
    pub dim: usize,
    pub start: i64,
    /// The first that is not taken.
    pub end: i64,
    pub step: i64,
}

/// What a `Slice` takes of which dimensions of a tensor of this shape.
pub fn bounds(shape: &[usize], inputs: &[Option<&Constant>]) -> Outcome<Vec<Bounds>> {
    let list = |i: usize| inputs.get(i).copied().flatten().map(|constant| constant.as_integers());
    let (Some(Some(starts)), Some(Some(ends))) = (list(1), list(2)) else {
        return Err("its starts and ends are no integers".into());
    };
    let all: Vec<i64> = (0..starts.len() as i64).collect();
    let ones = vec![1; starts.len()];
    let (axes, steps) = (list(3).flatten().unwrap_or(&all), list(4).flatten().unwrap_or(&ones));
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err("its starts, ends, axes and steps are not of one length".into());
    }
    (0..starts.len())
        .map(|i| {
            let dim = axis(axes[i], shape.len())?;
            let (size, step) = (shape[dim] as i64, steps[i]);
            let from_end = |at: i64| if at < 0 { at.saturating_add(size) } else { at };
            let (start, end) = (from_end(starts[i]), from_end(ends[i]));
            match step {
                0 => Err("its step is 0".into()),
                1.. => Ok(Bounds { dim, start: start.clamp(0, size), end: end.clamp(0, size), step }),
                _ if size == 0 => Ok(Bounds { dim, start: 0, end: 0, step: 1 }),
                _ => {
                    let (start, end) = (start.clamp(0, size - 1), end.clamp(-1, size - 1));
                    Ok(Bounds { dim, start, end, step })
                }
            }
        })
        .collect()
}
