//! The stack machine.

use std::collections::HashMap;
use std::rc::Rc;

use super::torch::{persistent_load, reduce};
use super::{Object, ObjectId, Pickle};
use crate::error::Result;
use crate::weights::import::bytes::Bytes;
use crate::weights::import::{damaged, unsupported};

/// A thousand tensors take some 30,000. Every object and every entry of the stack costs an instruction, so this bounds
/// memory too.
const MAX_INSTRUCTIONS: usize = 2_000_000;
/// Longer than any module path; names are copied, so that a long one could be multiplied at will.
const MAX_NAME_BYTES: usize = 256;

/// Reads the pickle at the start of `bytes`.
///
/// Errors: `model-truncated` if it does not end, `model-unsupported` for an instruction that `torch.save` does not
/// write, `model-invalid` for one that cannot be followed.
pub fn load(bytes: &[u8]) -> Result<Pickle> {
    let mut machine = Machine::default();
    let mut input = Bytes::new(bytes);
    for _ in 0..MAX_INSTRUCTIONS {
        if !machine.step(&mut input)? {
            let root = machine.pop()?;
            return Ok(Pickle { objects: machine.objects, root, size_bytes: input.position() });
        }
    }
    Err(unsupported(format!("its pickle has more than {MAX_INSTRUCTIONS} instructions")))
}

#[derive(Default)]
struct Machine {
    objects: Vec<Object>,
    stack: Vec<ObjectId>,
    /// Heights of the stack at each open `MARK`.
    marks: Vec<usize>,
    memo: HashMap<u32, ObjectId>,
}

impl Machine {
    /// Follows one instruction; false after `STOP`. The letters are pickle's own.
    fn step(&mut self, input: &mut Bytes) -> Result<bool> {
        match input.u8()? {
            b'.' => return Ok(false),
            // PROTO and FRAME: nothing in them that this reader needs.
            0x80 => _ = input.u8()?,
            0x95 => _ = input.u64()?,
            b'(' => self.marks.push(self.stack.len()),
            b'0' => _ = self.pop()?,
            b'1' => _ = self.pop_mark()?,
            b'2' => {
                let top = self.top()?;
                self.stack.push(top);
            }
            b'N' => self.push(Object::Other("None".into())),
            0x88 => self.push(Object::Bool(true)),
            0x89 => self.push(Object::Bool(false)),
            b'J' => self.push(Object::Int((input.u32()? as i32).into())),
            b'K' => self.push(Object::Int(input.u8()?.into())),
            b'M' => self.push(Object::Int(input.u16()?.into())),
            0x8a => {
                let size = input.u8()?;
                self.push(long(input.take(size.into())?));
            }
            b'G' => {
                input.u64()?;
                self.push(Object::Other("float".into()));
            }
            // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8, and the byte strings of Python 2.
            b'X' | b'T' => {
                let size = input.u32()?;
                self.push_text(input, size.into())?;
            }
            0x8c | b'U' => {
                let size = input.u8()?;
                self.push_text(input, size.into())?;
            }
            0x8d => {
                let size = input.u64()?;
                self.push_text(input, size)?;
            }
            b'B' => {
                let size = input.u32()?;
                self.push_bytes(input, size.into())?;
            }
            b'C' => {
                let size = input.u8()?;
                self.push_bytes(input, size.into())?;
            }
            0x8e | 0x96 => {
                let size = input.u64()?;
                self.push_bytes(input, size)?;
            }
            b')' => self.push(Object::Tuple(vec![])),
            b't' => {
                let items = self.pop_mark()?;
                self.push(Object::Tuple(items));
            }
            opcode @ 0x85..=0x87 => {
                let items = self.pop_many(usize::from(opcode - 0x84))?;
                self.push(Object::Tuple(items));
            }
            b']' => self.push(Object::List(vec![])),
            b'l' => {
                let items = self.pop_mark()?;
                self.push(Object::List(items));
            }
            b'a' => {
                let item = self.pop()?;
                self.extend_list(vec![item])?;
            }
            b'e' => {
                let items = self.pop_mark()?;
                self.extend_list(items)?;
            }
            b'}' => self.push(Object::Dict(vec![])),
            b's' => {
                let items = self.pop_many(2)?;
                self.extend_dict(items)?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.extend_dict(items)?;
            }
            // EMPTY_SET, ADDITEMS, FROZENSET.
            0x8f => self.push(Object::Other("set".into())),
            0x90 => _ = self.pop_mark()?,
            0x91 => {
                self.pop_mark()?;
                self.push(Object::Other("frozenset".into()));
            }
            b'c' => {
                let module = input.line()?;
                self.push(global(module, input.line()?)?);
            }
            0x93 => {
                let parts = self.pop_many(2)?;
                let [Object::Text(module), Object::Text(name)] = [&self.objects[parts[0]], &self.objects[parts[1]]]
                else {
                    return Err(damaged("a class is named by something else than text"));
                };
                let name = global(module, name)?;
                self.push(name);
            }
            // REDUCE, NEWOBJ, NEWOBJ_EX: what would be a call. BUILD sets attributes, of which none matter here.
            b'R' => {
                let [function, arguments] = self.pop_pair()?;
                let made = reduce(&self.objects, function, arguments)?;
                self.push(made);
            }
            0x81 => {
                let [class, _] = self.pop_pair()?;
                let made = instance(&self.objects[class]);
                self.push(made);
            }
            0x92 => {
                let parts = self.pop_many(3)?;
                let made = instance(&self.objects[parts[0]]);
                self.push(made);
            }
            b'b' => {
                self.pop()?;
                self.top()?;
            }
            b'q' => {
                let slot = input.u8()?;
                self.remember(slot.into())?;
            }
            b'r' => {
                let slot = input.u32()?;
                self.remember(slot)?;
            }
            0x94 => {
                let slot = self.memo.len() as u32;
                self.remember(slot)?;
            }
            b'h' => {
                let slot = input.u8()?;
                self.recall(slot.into())?;
            }
            b'j' => {
                let slot = input.u32()?;
                self.recall(slot)?;
            }
            b'Q' => {
                let id = self.pop()?;
                let storage = persistent_load(&self.objects, id)?;
                self.push(Object::Storage(storage));
            }
            other => {
                return Err(unsupported(format!("its pickle has an instruction (0x{other:02x}) that torch.save does not write")));
            }
        }
        Ok(true)
    }

    fn push(&mut self, object: Object) {
        self.objects.push(object);
        self.stack.push(self.objects.len() - 1);
    }

    fn push_text(&mut self, input: &mut Bytes, size: u64) -> Result<()> {
        let text = std::str::from_utf8(input.take(size)?).map(Rc::from);
        self.push(text.map_or_else(|_| Object::Other("bytes".into()), Object::Text));
        Ok(())
    }

    fn push_bytes(&mut self, input: &mut Bytes, size: u64) -> Result<()> {
        input.take(size)?;
        self.push(Object::Other("bytes".into()));
        Ok(())
    }

    fn top(&self) -> Result<ObjectId> {
        self.stack.last().copied().filter(|_| self.stack.len() > self.floor()).ok_or_else(underflow)
    }

    fn pop(&mut self) -> Result<ObjectId> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    fn pop_many(&mut self, count: usize) -> Result<Vec<ObjectId>> {
        let start = self.stack.len().checked_sub(count).filter(|start| *start >= self.floor());
        Ok(self.stack.split_off(start.ok_or_else(underflow)?))
    }

    fn pop_pair(&mut self) -> Result<[ObjectId; 2]> {
        let second = self.pop()?;
        Ok([self.pop()?, second])
    }

    fn pop_mark(&mut self) -> Result<Vec<ObjectId>> {
        let start = self.marks.pop().ok_or_else(underflow)?;
        Ok(self.stack.split_off(start))
    }

    /// The stack may not be popped below the innermost mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn extend_list(&mut self, items: Vec<ObjectId>) -> Result<()> {
        let top = self.top()?;
        if let Object::List(list) = &mut self.objects[top] {
            list.extend(items);
        }
        Ok(())
    }

    fn extend_dict(&mut self, items: Vec<ObjectId>) -> Result<()> {
        let top = self.top()?;
        if let Object::Dict(dict) = &mut self.objects[top] {
            dict.extend(items.as_chunks().0.iter().map(|[key, value]| (*key, *value)));
        }
        Ok(())
    }

    fn remember(&mut self, slot: u32) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn recall(&mut self, slot: u32) -> Result<()> {
        let object = *self.memo.get(&slot).ok_or_else(|| damaged("an object is used before it is made"))?;
        self.stack.push(object);
        Ok(())
    }
}

/// A Python integer of up to eight little-endian bytes, two's complement.
fn long(bytes: &[u8]) -> Object {
    if bytes.len() > 8 {
        return Object::Other("int".into());
    }
    let sign = if bytes.last().is_some_and(|&b| b >= 0x80) { 0xff } else { 0 };
    let mut all = [sign; 8];
    all[..bytes.len()].copy_from_slice(bytes);
    Object::Int(i64::from_le_bytes(all))
}

fn global(module: &str, name: &str) -> Result<Object> {
    if module.len() + name.len() > MAX_NAME_BYTES {
        return Err(damaged("a class has a name of more than 256 bytes"));
    }
    Ok(Object::Global(format!("{module}.{name}").into()))
}

/// What is left of an object whose class this reader does not know.
fn instance(class: &Object) -> Object {
    match class {
        Object::Global(name) => Object::Other(name.clone()),
        _ => Object::Other("object".into()),
    }
}

fn underflow() -> crate::Error {
    damaged("its pickle takes more objects than it has made")
}
