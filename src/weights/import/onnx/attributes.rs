//! The hyper-parameters of an ONNX node, by name.

use super::Outcome;
use super::constant::Constant;
use crate::graph::Pair;
use crate::graph::onnx::proto::{AttributeProto, NodeProto};

#[derive(Clone, Copy)]
pub struct Attributes<'a>(pub &'a NodeProto);

impl<'a> Attributes<'a> {
    fn find(self, name: &str) -> Option<&'a AttributeProto> {
        self.0.attribute.iter().find(|attribute| attribute.name == name)
    }

    pub fn int(self, name: &str, default: i64) -> i64 {
        self.find(name).map_or(default, |attribute| attribute.i)
    }

    pub fn float(self, name: &str, default: f32) -> f32 {
        self.find(name).map_or(default, |attribute| attribute.f)
    }

    pub fn text(self, name: &str, default: &'a str) -> &'a str {
        self.find(name).map_or(default, |attribute| std::str::from_utf8(&attribute.s).unwrap_or_default())
    }

    pub fn ints(self, name: &str) -> Option<&'a [i64]> {
        self.find(name).map(|attribute| attribute.ints.as_slice())
    }

    /// What a `Constant` node holds, in whichever attribute.
    pub fn constant(self) -> Outcome<Constant> {
        let [attribute] = &self.0.attribute[..] else { return Err("it has no value".into()) };
        match attribute.name.as_str() {
            "value" => {
                let tensor = attribute.t.as_ref().ok_or("it has no value")?;
                Constant::read(tensor).map_err(|error| error.to_string())
            }
            "value_float" => Ok(Constant::floats(vec![], vec![attribute.f])),
            "value_int" => Ok(Constant::integers(vec![], vec![attribute.i])),
            "value_floats" => Ok(Constant::floats(vec![attribute.floats.len()], attribute.floats.clone())),
            "value_ints" => Ok(Constant::integers(vec![attribute.ints.len()], attribute.ints.clone())),
            other => Err(format!("its value is a {other}")),
        }
    }

    /// `[height, width]`, `default` where it is not given.
    pub fn pair(self, name: &str, default: usize) -> Outcome<Pair> {
        match self.ints(name) {
            None => Ok([default; 2]),
            Some(&[y, x]) => match (usize::try_from(y), usize::try_from(x)) {
                (Ok(y), Ok(x)) => Ok([y, x]),
                _ => Err(format!("its {name} are {y} and {x}")),
            },
            Some(sides) => Err(format!("it has {} dimensions; two are possible", sides.len())),
        }
    }

    /// `[[top, left], [bottom, right]]` of a window's padding.
    pub fn padding(self) -> Outcome<[Pair; 2]> {
        match self.text("auto_pad", "NOTSET") {
            "NOTSET" | "VALID" => {}
            other => return Err(format!("its auto_pad is {other}; export with explicit pads")),
        }
        let Some(pads) = self.ints("pads") else { return Ok([[0; 2]; 2]) };
        let sides: Vec<usize> = pads.iter().filter_map(|&side| usize::try_from(side).ok()).collect();
        match sides[..] {
            [top, left, bottom, right] => Ok([[top, left], [bottom, right]]),
            _ => Err(format!("its pads are {pads:?}")),
        }
    }

    /// The same at both ends, as PyTorch has it.
    pub fn even_padding(self) -> Outcome<Pair> {
        let [before, after] = self.padding()?;
        if before == after {
            Ok(before)
        } else {
            Err(format!("it pads {before:?} before and {after:?} after the map"))
        }
    }
}
