//! The few Python names that a tensor is made of (`torch/serialization.py`, `torch/_utils.py`).

use super::{Object, ObjectId, StorageRef, TensorRef};
use crate::error::Result;
use crate::weights::import::element::Element;
use crate::weights::import::{damaged, unsupported};

/// Kernels have four.
const MAX_DIMENSIONS: usize = 8;

/// What calling `function` would make.
pub(super) fn reduce(objects: &[Object], function: ObjectId, arguments: ObjectId) -> Result<Object> {
    let Object::Tuple(arguments) = &objects[arguments] else {
        return Err(damaged("its pickle calls a function without a tuple of arguments"));
    };
    let Object::Global(function) = &objects[function] else { return Ok(Object::Other("object".into())) };
    match (&**function, arguments.as_slice()) {
        ("collections.OrderedDict", []) => Ok(Object::Dict(vec![])),
        (
            "torch._utils._rebuild_tensor_v2" | "torch._utils._rebuild_tensor",
            [storage, offset, shape, strides, ..],
        ) => rebuild_tensor(objects, [*storage, *offset, *shape, *strides]).map(Object::Tensor),
        ("torch._utils._rebuild_parameter" | "torch._utils._rebuild_parameter_with_state", [tensor, ..]) => {
            Ok(match &objects[*tensor] {
                Object::Tensor(tensor) => Object::Tensor(tensor.clone()),
                _ => Object::Other(function.clone()),
            })
        }
        _ => Ok(Object::Other(function.clone())),
    }
}

/// The storage that `("storage", type, key, location, length, [view])` names.
pub(super) fn persistent_load(objects: &[Object], id: ObjectId) -> Result<StorageRef> {
    let unreadable = || damaged("a storage is described in an unknown way");
    let Object::Tuple(items) = &objects[id] else { return Err(unreadable()) };
    let [kind, class, key, _location, len, view @ ..] = items.as_slice() else { return Err(unreadable()) };
    let (Object::Text(kind), Object::Global(class), Object::Text(key)) =
        (&objects[*kind], &objects[*class], &objects[*key])
    else {
        return Err(unreadable());
    };
    if &**kind != "storage" {
        return Err(unreadable());
    }
    if view.iter().any(|&view| objects[view] != Object::Other("None".into())) {
        return Err(unsupported("it shares storages as PyTorch before 0.4 did".into()));
    }
    let element = match &**class {
        "torch.DoubleStorage" => Element::F64,
        "torch.FloatStorage" => Element::F32,
        "torch.HalfStorage" => Element::F16,
        "torch.BFloat16Storage" => Element::Bf16,
        "torch.LongStorage" => Element::I64,
        "torch.IntStorage" => Element::I32,
        "torch.ShortStorage" => Element::I16,
        "torch.CharStorage" => Element::I8,
        "torch.ByteStorage" | "torch.BoolStorage" => Element::U8,
        other => return Err(unsupported(format!("it holds numbers of the type {other}"))),
    };
    Ok(StorageRef { key: key.clone(), element, len: size(objects, *len)? })
}

fn rebuild_tensor(objects: &[Object], [storage, offset, shape, strides]: [ObjectId; 4]) -> Result<TensorRef> {
    let Object::Storage(storage) = &objects[storage] else {
        return Err(damaged("a tensor has no storage"));
    };
    let tensor = TensorRef {
        storage: storage.clone(),
        offset: size(objects, offset)?,
        shape: sizes(objects, shape)?,
        strides: sizes(objects, strides)?,
    };
    if tensor.shape.len() != tensor.strides.len() {
        return Err(damaged("a tensor has not one stride for each dimension"));
    }
    Ok(tensor)
}

fn sizes(objects: &[Object], tuple: ObjectId) -> Result<Vec<usize>> {
    match &objects[tuple] {
        Object::Tuple(items) if items.len() <= MAX_DIMENSIONS => {
            items.iter().map(|&item| size(objects, item)).collect()
        }
        _ => Err(damaged("a shape is not a short tuple")),
    }
}

fn size(objects: &[Object], id: ObjectId) -> Result<usize> {
    match objects[id] {
        Object::Int(value) => usize::try_from(value).map_err(|_| damaged("a size is negative or too large")),
        _ => Err(damaged("a size is not an integer")),
    }
}
