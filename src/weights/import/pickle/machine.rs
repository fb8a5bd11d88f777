//! The machine's instructions.

use super::stack::Stack;
use super::torch::{persistent_load, reduce};
use super::{Object, Pickle};
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
    let mut machine = Stack::default();
    let mut input = Bytes::new(bytes);
    for _ in 0..MAX_INSTRUCTIONS {
        if !step(&mut machine, &mut input)? {
            let root = machine.pop()?;
            return Ok(Pickle { objects: machine.objects, root, size_bytes: input.position() });
        }
    }
    Err(unsupported(format!("its pickle has more than {MAX_INSTRUCTIONS} instructions")))
}

/// Follows one instruction; false after `STOP`. The letters are pickle's own.
fn step(machine: &mut Stack, input: &mut Bytes) -> Result<bool> {
    match input.u8()? {
        b'.' => return Ok(false),
        // PROTO and FRAME: nothing in them that this reader needs.
        0x80 => _ = input.u8()?,
        0x95 => _ = input.u64()?,
        b'(' => machine.mark(),
        b'0' => _ = machine.pop()?,
        b'1' => _ = machine.pop_mark()?,
        b'2' => machine.duplicate()?,
        b'N' => machine.push(Object::Other("None".into())),
        0x88 => machine.push(Object::Bool(true)),
        0x89 => machine.push(Object::Bool(false)),
        b'J' => machine.push(Object::Int((input.u32()? as i32).into())),
        b'K' => machine.push(Object::Int(input.u8()?.into())),
        b'M' => machine.push(Object::Int(input.u16()?.into())),
        0x8a => {
            let size = input.u8()?;
            machine.push(long(input.take(size.into())?));
        }
        b'G' => {
            input.u64()?;
            machine.push(Object::Other("float".into()));
        }
        // BINUNICODE, SHORT_BINUNICODE, BINUNICODE8, and the byte strings of Python 2.
        b'X' | b'T' => {
            let size = input.u32()?;
            machine.push_text(input, size.into())?;
        }
        0x8c | b'U' => {
            let size = input.u8()?;
            machine.push_text(input, size.into())?;
        }
        0x8d => {
            let size = input.u64()?;
            machine.push_text(input, size)?;
        }
        b'B' => {
            let size = input.u32()?;
            machine.push_bytes(input, size.into())?;
        }
        b'C' => {
            let size = input.u8()?;
            machine.push_bytes(input, size.into())?;
        }
        0x8e | 0x96 => {
            let size = input.u64()?;
            machine.push_bytes(input, size)?;
        }
        b')' => machine.push(Object::Tuple(vec![])),
        b't' => {
            let items = machine.pop_mark()?;
            machine.push(Object::Tuple(items));
        }
        opcode @ 0x85..=0x87 => {
            let items = machine.pop_many(usize::from(opcode - 0x84))?;
            machine.push(Object::Tuple(items));
        }
        b']' => machine.push(Object::List(vec![])),
        b'l' => {
            let items = machine.pop_mark()?;
            machine.push(Object::List(items));
        }
        b'a' => {
            let item = machine.pop()?;
            machine.extend_list(vec![item])?;
        }
        b'e' => {
            let items = machine.pop_mark()?;
            machine.extend_list(items)?;
        }
        b'}' => machine.push(Object::Dict(vec![])),
        b's' => {
            let items = machine.pop_many(2)?;
            machine.extend_dict(items)?;
        }
        b'u' => {
            let items = machine.pop_mark()?;
            machine.extend_dict(items)?;
        }
        // EMPTY_SET, ADDITEMS, FROZENSET.
        0x8f => machine.push(Object::Other("set".into())),
        0x90 => _ = machine.pop_mark()?,
        0x91 => {
            machine.pop_mark()?;
            machine.push(Object::Other("frozenset".into()));
        }
        b'c' => {
            let module = input.line()?;
            machine.push(global(module, input.line()?)?);
        }
        0x93 => {
            let parts = machine.pop_many(2)?;
            let [Object::Text(module), Object::Text(name)] =
                [&machine.objects[parts[0]], &machine.objects[parts[1]]]
            else {
                return Err(damaged("a class is named by something else than text"));
            };
            let name = global(module, name)?;
            machine.push(name);
        }
        // REDUCE, NEWOBJ, NEWOBJ_EX: what would be a call. BUILD sets attributes, of which none matter here.
        b'R' => {
            let [function, arguments] = machine.pop_pair()?;
            let made = reduce(&machine.objects, function, arguments)?;
            machine.push(made);
        }
        0x81 => {
            let [class, _] = machine.pop_pair()?;
            let made = instance(&machine.objects[class]);
            machine.push(made);
        }
        0x92 => {
            let parts = machine.pop_many(3)?;
            let made = instance(&machine.objects[parts[0]]);
            machine.push(made);
        }
        b'b' => {
            machine.pop()?;
            machine.top()?;
        }
        b'q' => {
            let slot = input.u8()?;
            machine.remember(slot.into())?;
        }
        b'r' => {
            let slot = input.u32()?;
            machine.remember(slot)?;
        }
        0x94 => machine.memoize()?,
        b'h' => {
            let slot = input.u8()?;
            machine.recall(slot.into())?;
        }
        b'j' => {
            let slot = input.u32()?;
            machine.recall(slot)?;
        }
        b'Q' => {
            let id = machine.pop()?;
            let storage = persistent_load(&machine.objects, id)?;
            machine.push(Object::Storage(storage));
        }
        other => {
            return Err(unsupported(format!(
                "its pickle has an instruction (0x{other:02x}) that torch.save does not write"
            )));
        }
    }
    Ok(true)
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
