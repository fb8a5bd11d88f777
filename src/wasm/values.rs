//! Views and tensors as plain JavaScript objects; their types are in www/types.d.ts.

use wasm_bindgen::prelude::*;

use super::object;
use crate::graph::Tensor;
use crate::view::{Background, View};

/// `{ opacity, hidden, solo, split, background, mirrored, fineEdges, outlined }`; what is missing takes its default.
pub fn view(options: &JsValue) -> View {
    let get = |key: &str| js_sys::Reflect::get(options, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let default = View::default();
    let hidden = get("hidden");
    View {
        opacity: get("opacity").as_f64().map_or(default.opacity, |v| v as f32),
        hidden: if hidden.is_object() {
            js_sys::Array::from(&hidden).iter().filter_map(|id| id.as_f64()).map(|id| id as u8).collect()
        } else {
            Vec::new()
        },
        solo: get("solo").as_f64().map(|id| id as u8),
        split: get("split").as_f64().map(|v| v as f32),
        background: background(&get("background")),
        mirrored: get("mirrored").is_truthy(),
        fine_edges: get("fineEdges").is_truthy(),
        outlined: get("outlined").is_truthy(),
    }
}

/// "photo", "none", "grey", "blur", "picture" or an array of red, green and blue.
fn background(value: &JsValue) -> Background {
    if let Some(colour) = value.dyn_ref::<js_sys::Array>() {
        let byte = |i| colour.get(i).as_f64().map_or(0, |value| value as u8);
        return Background::Colour([byte(0), byte(1), byte(2)]);
    }
    match value.as_string().as_deref() {
        Some("none") => Background::None,
        Some("grey") => Background::Grey,
        Some("blur") => Background::Blurred,
        Some("picture") => Background::Backdrop,
        _ => Background::Picture,
    }
}

pub fn js_tensor(tensor: &Tensor) -> JsValue {
    let shape: js_sys::Array = tensor.shape.iter().map(|&side| JsValue::from(side as f64)).collect();
    object([("shape", shape.into()), ("data", js_sys::Float32Array::from(tensor.data.as_slice()).into())])
}
