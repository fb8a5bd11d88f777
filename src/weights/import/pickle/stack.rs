//! The state of the machine: a stack with marks, a memo, and the objects made so far.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Object, ObjectId};
use crate::error::{Error, Result};
use crate::weights::import::bytes::Bytes;
use crate::weights::import::damaged;

#[derive(Default)]
pub(super) struct Stack {
    pub objects: Vec<Object>,
    stack: Vec<ObjectId>,
    /// Heights of the stack at each open `MARK`.
    marks: Vec<usize>,
    memo: HashMap<u32, ObjectId>,
}

impl Stack {
    pub fn mark(&mut self) {
        self.marks.push(self.stack.len());
    }

    /// Pushes the topmost object once more.
    pub fn duplicate(&mut self) -> Result<()> {
        let top = self.top()?;
        self.stack.push(top);
        Ok(())
    }

    pub fn push(&mut self, object: Object) {
        self.objects.push(object);
        self.stack.push(self.objects.len() - 1);
    }

    pub fn push_text(&mut self, input: &mut Bytes, size: u64) -> Result<()> {
        let text = std::str::from_utf8(input.take(size)?).map(Rc::from);
        self.push(text.map_or_else(|_| Object::Other("bytes".into()), Object::Text));
        Ok(())
    }

    pub fn push_bytes(&mut self, input: &mut Bytes, size: u64) -> Result<()> {
        input.take(size)?;
        self.push(Object::Other("bytes".into()));
        Ok(())
    }

    pub fn top(&self) -> Result<ObjectId> {
        self.stack.last().copied().filter(|_| self.stack.len() > self.floor()).ok_or_else(underflow)
    }

    pub fn pop(&mut self) -> Result<ObjectId> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    pub fn pop_many(&mut self, count: usize) -> Result<Vec<ObjectId>> {
        let start = self.stack.len().checked_sub(count).filter(|start| *start >= self.floor());
        Ok(self.stack.split_off(start.ok_or_else(underflow)?))
    }

    pub fn pop_pair(&mut self) -> Result<[ObjectId; 2]> {
        let second = self.pop()?;
        Ok([self.pop()?, second])
    }

    pub fn pop_mark(&mut self) -> Result<Vec<ObjectId>> {
        let start = self.marks.pop().ok_or_else(underflow)?;
        Ok(self.stack.split_off(start))
    }

    /// The stack may not be popped below the innermost mark.
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    pub fn extend_list(&mut self, items: Vec<ObjectId>) -> Result<()> {
        let top = self.top()?;
        if let Object::List(list) = &mut self.objects[top] {
            list.extend(items);
        }
        Ok(())
    }

    pub fn extend_dict(&mut self, items: Vec<ObjectId>) -> Result<()> {
        let top = self.top()?;
        if let Object::Dict(dict) = &mut self.objects[top] {
            dict.extend(items.as_chunks().0.iter().map(|[key, value]| (*key, *value)));
        }
        Ok(())
    }

    pub fn remember(&mut self, slot: u32) -> Result<()> {
        let top = self.top()?;
        self.memo.insert(slot, top);
        Ok(())
    }

    /// Remembers the topmost object in the next free slot.
    pub fn memoize(&mut self) -> Result<()> {
        self.remember(self.memo.len() as u32)
    }

    pub fn recall(&mut self, slot: u32) -> Result<()> {
        let object = *self.memo.get(&slot).ok_or_else(|| damaged("an object is used before it is made"))?;
        self.stack.push(object);
        Ok(())
    }
}

fn underflow() -> Error {
    damaged("its pickle takes more objects than it has made")
}
