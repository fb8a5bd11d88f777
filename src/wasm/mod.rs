//! The web edge: the only place that sees wasm_bindgen. Few, coarse calls; the workers of `www/` are the only callers.

#[cfg(feature = "page")]
mod answers;
#[cfg(feature = "page")]
mod engine;
#[cfg(feature = "page")]
mod job;
#[cfg(feature = "lab")]
mod lab;
#[cfg(feature = "page")]
mod precompile;
#[cfg(feature = "threads")]
mod threads;
#[cfg(feature = "page")]
mod upload;
#[cfg(any(feature = "page", feature = "lab"))]
mod values;

use wasm_bindgen::prelude::*;

use crate::error::Error;
#[cfg(feature = "import")]
use crate::weights::Precision;

#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

/// Errors reach JavaScript as `Error` with `name = "SegscopeError"` and a stable `code`.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let js = js_sys::Error::new(&error.to_string());
        js.set_name("SegscopeError");
        set(&js, "code", error.kind().code());
        js.into()
    }
}

fn set(object: &JsValue, key: &str, value: impl Into<JsValue>) {
    js_sys::Reflect::set(object, &key.into(), &value.into()).expect("a plain object takes any property");
}

/// Converts a PyTorch checkpoint to a model file; `spec` is the JSON of a catalogue entry, `precision` a format's name.
#[cfg(feature = "import")]
#[wasm_bindgen]
pub fn convert(bytes: &[u8], spec: &str, precision: &str) -> Result<Vec<u8>, JsValue> {
    Ok(crate::weights::import::convert(bytes, spec, Precision::parse(precision)?)?)
}

/// Converts an ONNX file, a checkpoint of any network of the zoo or another model file to a model file; `name` is the file's.
#[cfg(all(feature = "import", feature = "onnx"))]
#[wasm_bindgen(js_name = importFile)]
pub fn import_file(bytes: &[u8], name: &str, precision: &str) -> Result<Vec<u8>, JsValue> {
    Ok(crate::weights::import::import_file(bytes, name, Precision::parse(precision)?)?.to_bytes())
}

/// A mask as a PNG of palette indices; `palette` is sRGB triples by class id.
#[cfg(feature = "png")]
#[wasm_bindgen(js_name = maskPng)]
pub fn mask_png(ids: &[u8], width: u32, height: u32, palette: &[u8]) -> Result<Vec<u8>, JsValue> {
    Ok(crate::mask_png::encode_png(ids, width, height, palette)?)
}

/// A plain object from pairs.
#[cfg(any(feature = "page", feature = "lab"))]
fn object<const N: usize>(pairs: [(&str, JsValue); N]) -> JsValue {
    let object = js_sys::Object::new();
    for (key, value) in pairs {
        set(&object, key, value);
    }
    object.into()
}
