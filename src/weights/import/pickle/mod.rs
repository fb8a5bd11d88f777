//! Python pickles, as far as `torch.save` writes them, without running anything they name.
//!
//! A pickle is a program for a small stack machine (CPython's `Lib/pickletools.py` documents it) whose `REDUCE` calls
//! any Python function by name. This reader calls none: the few names that make up a tensor are understood, everything
//! else becomes [`Object::Other`], which matters only to someone who needs it to be a tensor. Objects live in one list
//! and refer to each other by index, so cycles and deep nesting in a hostile file cost no recursion.

mod machine;
mod stack;
mod torch;

use std::rc::Rc;

use super::element::Element;

pub use machine::load;

/// Index into [`Pickle::objects`].
pub type ObjectId = usize;

/// What a pickle made.
#[derive(Debug)]
pub struct Pickle {
    pub objects: Vec<Object>,
    pub root: ObjectId,
    /// Bytes up to and with the `STOP` that ends it: legacy checkpoints hold several in a row.
    pub size_bytes: usize,
}

/// As much of a Python object as a checkpoint needs. Cheap to clone but for containers, which are never cloned.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    Bool(bool),
    Int(i64),
    Text(Rc<str>),
    Tuple(Vec<ObjectId>),
    List(Vec<ObjectId>),
    Dict(Vec<(ObjectId, ObjectId)>),
    /// A function or class, `torch.FloatStorage`; never called.
    Global(Rc<str>),
    Storage(StorageRef),
    Tensor(TensorRef),
    /// Anything else, by the name of its class.
    Other(Rc<str>),
}

/// A run of numbers kept outside the pickle.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageRef {
    pub key: Rc<str>,
    pub element: Element,
    /// Numbers, not bytes.
    pub len: usize,
}

/// A view of a storage.
#[derive(Clone, Debug, PartialEq)]
pub struct TensorRef {
    pub storage: StorageRef,
    /// In numbers, as are the strides.
    pub offset: usize,
    pub shape: Vec<usize>,
    pub strides: Vec<usize>,
}

impl Pickle {
    pub fn root(&self) -> &Object {
        &self.objects[self.root]
    }
}
