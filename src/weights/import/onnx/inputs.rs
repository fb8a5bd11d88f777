//! What a node reads.

use super::Outcome;
use super::attributes::Attributes;
use super::constant::Constant;
use super::trace::Value;
use super::view::View;

/// The inputs of a node by their place.
pub struct Inputs<'a>(pub &'a [Option<Value>]);

impl<'a> Inputs<'a> {
    pub fn value(&self, i: usize) -> Outcome<&Value> {
        self.0.get(i).and_then(Option::as_ref).ok_or_else(|| format!("its input {i} is missing"))
    }

    pub fn view(&self, i: usize) -> Outcome<&View> {
        match self.value(i)? {
            Value::View(view) => Ok(view),
            Value::Constant(_) => Err(format!("its input {i} does not depend on the picture")),
            Value::Answer(_) => {
                Err("it goes on after a softmax or the best class, which have to be the last".into())
            }
            _ => Err(format!("its input {i} is no map")),
        }
    }

    pub fn optional(&self, i: usize) -> Outcome<Option<&Constant>> {
        match self.0.get(i).and_then(Option::as_ref) {
            None => Ok(None),
            Some(Value::Constant(constant)) => Ok(Some(constant)),
            Some(_) => {
                Err(format!("its input {i} depends on the picture; only constants are possible there"))
            }
        }
    }

    pub fn constant(&self, i: usize) -> Outcome<&Constant> {
        self.optional(i)?.ok_or_else(|| format!("its input {i} is missing"))
    }

    /// From an input as in newer operator sets, or from an attribute as in older ones.
    pub fn integers<'b>(
        &'b self,
        i: usize,
        attributes: Attributes<'b>,
        name: &str,
    ) -> Outcome<Option<&'b [i64]>> {
        match self.optional(i)? {
            Some(constant) => {
                constant.as_integers().map(Some).ok_or_else(|| format!("its {name} are no integers"))
            }
            None => Ok(attributes.ints(name)),
        }
    }

    pub fn float(&self, i: usize, attributes: Attributes, name: &str, default: f32) -> Outcome<f32> {
        match self.optional(i)? {
            Some(constant) => constant.scalar().ok_or_else(|| format!("its {name} is no number")),
            None => Ok(attributes.float(name, default)),
        }
    }

    /// If all of them are constants; those that are left out are none.
    pub fn all_constants(&self) -> Option<Vec<Option<&'a Constant>>> {
        let constant = |value: &'a Option<Value>| match value {
            None => Some(None),
            Some(Value::Constant(constant)) => Some(Some(&**constant)),
            Some(_) => None,
        };
        self.0.iter().map(constant).collect()
    }
}
