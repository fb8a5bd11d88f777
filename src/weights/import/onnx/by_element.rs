//! Numbers of constants, one by one or two by two.

use super::Outcome;
use super::constant::{Constant, Data};

/// Of two that are broadcast.
pub fn common_shape(a: &[usize], b: &[usize]) -> Outcome<Vec<usize>> {
    let rank = a.len().max(b.len());
    let of = |shape: &[usize], dim: usize| (dim + shape.len()).checked_sub(rank).map_or(1, |dim| shape[dim]);
    (0..rank)
        .map(|dim| match (of(a, dim), of(b, dim)) {
            (a, b) if a == b || b == 1 => Ok(a),
            (1, b) => Ok(b),
            _ => Err(format!("it joins constants of shape {a:?} and {b:?}")),
        })
        .collect()
}

/// Of two constants' numbers, each by a flag.
pub fn choose(condition: &Constant, yes: &Constant, no: &Constant) -> Outcome<Constant> {
    let flags = condition.as_integers().ok_or("its condition is no boolean")?;
    let data = match (&yes.data, &no.data) {
        (Data::Integers(yes), Data::Integers(no)) => Data::Integers(
            flags.iter().zip(yes.iter().zip(no)).map(|(f, (y, n))| if *f != 0 { *y } else { *n }).collect(),
        ),
        (Data::Floats(yes), Data::Floats(no)) => Data::Floats(
            flags.iter().zip(yes.iter().zip(no)).map(|(f, (y, n))| if *f != 0 { *y } else { *n }).collect(),
        ),
        _ => return Err("it chooses between integers and floats".into()),
    };
    Ok(Constant { shape: condition.shape.clone(), data })
}

/// Of one constant.
pub fn one(op: &str, x: &Constant) -> Constant {
    let data = match &x.data {
        Data::Floats(data) => {
            let function: fn(f32) -> f32 = match op {
                "Neg" => |x| -x,
                "Abs" => f32::abs,
                "Sign" => |x| if x == 0.0 { 0.0 } else { x.signum() },
                "Floor" => f32::floor,
                "Ceil" => f32::ceil,
                "Sqrt" => f32::sqrt,
                "Reciprocal" => |x| 1.0 / x,
                _ => |x| f32::from(u8::from(x == 0.0)),
            };
            Data::Floats(data.iter().map(|&x| function(x)).collect())
        }
        Data::Integers(data) => {
            let function: fn(i64) -> i64 = match op {
                "Neg" => i64::wrapping_neg,
                "Abs" => i64::wrapping_abs,
                "Sign" => i64::signum,
                "Not" => |x| i64::from(x == 0),
                _ => |x| x,
            };
            Data::Integers(data.iter().map(|&x| function(x)).collect())
        }
    };
    Constant { shape: x.shape.clone(), data }
}

/// Of two constants, broadcast to one shape.
pub fn two(op: &str, a: &Constant, b: &Constant) -> Outcome<Constant> {
    let shape = common_shape(&a.shape, &b.shape)?;
    // Weights are larger than what broadcasting makes copies of.
    let of = |constant: &Constant| {
        if constant.shape == shape { Some(constant.clone()) } else { constant.broadcast(&shape) }
    };
    let (a, b) = (of(a).ok_or("its shapes are too large")?, of(b).ok_or("its shapes are too large")?);
    let data = match (&a.data, &b.data) {
        (Data::Integers(a), Data::Integers(b)) => {
            let numbers = a.iter().zip(b).map(|(&a, &b)| of_integers(op, a, b));
            Data::Integers(numbers.collect::<Option<_>>().ok_or("it divides by zero")?)
        }
        (Data::Floats(a), Data::Floats(b)) => {
            let pairs = a.iter().zip(b).map(|(&a, &b)| (a, b));
            if ["Equal", "Less", "Greater"].contains(&op) {
                let holds = |(a, b)| match op {
                    "Equal" => a == b,
                    "Less" => a < b,
                    _ => a > b,
                };
                Data::Integers(pairs.map(|pair: (f32, f32)| i64::from(holds(pair))).collect())
            } else {
                Data::Floats(pairs.map(|(a, b)| of_floats(op, a, b)).collect())
            }
        }
        _ => return Err("it computes with integers and floats".into()),
    };
    Ok(Constant { shape, data })
}

fn of_integers(op: &str, a: i64, b: i64) -> Option<i64> {
    Some(match op {
        "Add" => a.wrapping_add(b),
        "Sub" => a.wrapping_sub(b),
        "Mul" => a.wrapping_mul(b),
        "Div" => a.checked_div(b)?,
        "Mod" => a.checked_rem_euclid(b)?,
        "Pow" => a.wrapping_pow(u32::try_from(b).ok()?),
        "Min" => a.min(b),
        "Max" => a.max(b),
        "Equal" => i64::from(a == b),
        "Less" => i64::from(a < b),
        "Greater" => i64::from(a > b),
        "And" => i64::from(a != 0 && b != 0),
        _ => i64::from(a != 0 || b != 0),
    })
}

fn of_floats(op: &str, a: f32, b: f32) -> f32 {
    match op {
        "Add" => a + b,
        "Sub" => a - b,
        "Mul" => a * b,
        "Div" => a / b,
        "Mod" => a % b,
        "Pow" => a.powf(b),
        "Min" => a.min(b),
        _ => a.max(b),
    }
}
