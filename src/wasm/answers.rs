//! What the engine tells, as plain JavaScript objects; their types are in www/types.d.ts.

use wasm_bindgen::prelude::*;

use super::{object, set};
use crate::session::{ClassArea, ModelSummary, Segmentation};

/// What `segment` tells; `precompile_ms` was spent before the session's own clock started.
pub fn segmentation(done: &Segmentation, precompile_ms: f64) -> JsValue {
    let t = done.timings;
    let timings = object([
        ("upload", t.upload_ms.into()),
        ("compile", (precompile_ms + t.compile_ms).into()),
        ("network", t.network_ms.into()),
        ("paint", t.paint_ms.into()),
        ("total", (precompile_ms + t.total_ms).into()),
    ]);
    let classes: js_sys::Array = done.classes.iter().map(class_area).collect();
    let [height, width] = done.network_size;
    let counts = |[still, changed]: [u32; 2]| object([("still", still.into()), ("changed", changed.into())]);
    let flicker = done.flicker.map_or(JsValue::NULL, |flicker| {
        object([("plain", counts(flicker.plain)), ("steady", counts(flicker.steady))])
    });
    object([
        ("classes", classes.into()),
        ("networkWidth", (width as f64).into()),
        ("networkHeight", (height as f64).into()),
        ("timings", timings),
        ("flicker", flicker),
    ])
}

pub fn model_info(loaded: &ModelSummary) -> JsValue {
    let info = &loaded.info;
    let classes: js_sys::Array = (0u32..)
        .zip(&info.classes)
        .map(|(id, class)| {
            object([("id", id.into()), ("name", (&class.name).into()), ("colour", colour(class.colour))])
        })
        .collect();
    object([
        ("id", (&info.id).into()),
        ("name", (&info.name).into()),
        ("classes", classes.into()),
        ("parameters", (loaded.parameters as f64).into()),
        ("macs", (loaded.macs as f64).into()),
        ("receptiveField", loaded.receptive_field.map_or(JsValue::NULL, JsValue::from)),
        ("inputSide", (info.input.long_side as f64).into()),
        ("inputMultiple", (info.input.multiple as f64).into()),
        ("bytes", (loaded.size_bytes as f64).into()),
        ("sha256", (&loaded.sha256).into()),
        ("licence", (&info.licence.name).into()),
        ("data", (&info.data).into()),
        ("precision", loaded.precision.into()),
    ])
}

fn class_area(area: &ClassArea) -> JsValue {
    let value =
        object([("id", area.id.into()), ("name", (&area.name).into()), ("colour", colour(area.colour))]);
    set(&value, "pixels", area.pixels);
    set(&value, "fraction", area.fraction);
    value
}

fn colour(rgb: [u8; 3]) -> JsValue {
    rgb.iter().map(|&v| JsValue::from(v)).collect::<js_sys::Array>().into()
}
