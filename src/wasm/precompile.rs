//! Compiles the network's pipelines in parallel before wgpu asks for them.
//!
//! wgpu 30 has no asynchronous pipeline creation. The browser's own `createComputePipelineAsync` compiles on several
//! threads, and a browser that keeps equal pipelines once (Chromium's Dawn does, by content) then answers wgpu's synchronous
//! call from what is there. Elsewhere it fills the driver's shader cache.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_time::Instant;

use super::object;
use crate::plan::WeightFormat;
use crate::session::{Gpu, Session};
use crate::wgsl::Activations;
use crate::wgsl::shaders::Kernel;

/// The pipelines that are there.
#[derive(Default)]
pub struct Precompiled {
    kernels: RefCell<HashSet<(Kernel, WeightFormat)>>,
    /// Whether all of the loaded model's are among them.
    is_complete: Cell<bool>,
}

impl Precompiled {
    /// Another model was loaded.
    pub fn forget_model(&self) {
        self.is_complete.set(false);
    }

    /// Compiles those of the loaded model that are not there yet, in parallel; the milliseconds it took.
    pub async fn complete(&self, session: &Session<Gpu>) -> Result<f64, JsValue> {
        let Some(format) = session.weight_format() else { return Ok(0.0) };
        let Some(device) = session.backend().device.device.as_webgpu() else { return Ok(0.0) };
        if self.is_complete.replace(true) {
            return Ok(0.0);
        }
        let mut kernels = session.kernels()?;
        kernels.retain(|kernel| self.kernels.borrow_mut().insert((*kernel, format)));
        if kernels.is_empty() {
            return Ok(0.0);
        }
        let start = Instant::now();
        let activations = session.backend().device.activations;
        let pipelines = precompile(device.as_ref(), &kernels, activations, format).await?;
        session.backend().make_pipelines(&kernels, format);
        drop(pipelines);
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }
}

/// The pipelines of these kernels, to be held until wgpu has made its own. A kernel that the browser refuses is left out:
/// wgpu will be refused it too, and says why.
async fn precompile(
    device: &JsValue,
    kernels: &[Kernel],
    activations: Activations,
    format: WeightFormat,
) -> Result<Vec<JsValue>, JsValue> {
    let layout = pipeline_layout(device)?;
    let mut compiling = Vec::new();
    for kernel in kernels {
        let code = object([("code", JsValue::from(kernel.source(activations, format)))]);
        let module = call(device, "createShaderModule", &code)?;
        let compute = object([("module", module), ("entryPoint", "main".into())]);
        let descriptor = object([("layout", layout.clone()), ("compute", compute)]);
        let promise = call(device, "createComputePipelineAsync", &descriptor)?;
        compiling.push(JsFuture::from(promise.unchecked_into::<Promise>()));
    }
    let mut made = Vec::new();
    for pipeline in compiling {
        made.extend(pipeline.await.ok());
    }
    Ok(made)
}

/// The bindings of `Pipelines` in wgsl/pipelines.rs; equal content is what makes the browser find its pipelines again.
fn pipeline_layout(device: &JsValue) -> Result<JsValue, JsValue> {
    const COMPUTE_STAGE: u32 = 4;
    let entry = |(binding, ty): (u32, &str)| {
        let buffer = object([("type", ty.into()), ("hasDynamicOffset", false.into())]);
        object([("binding", binding.into()), ("visibility", COMPUTE_STAGE.into()), ("buffer", buffer)])
    };
    let types = ["uniform", "read-only-storage", "storage", "read-only-storage"];
    let entries: Array = (0..).zip(types).map(entry).collect();
    let group = call(device, "createBindGroupLayout", &object([("entries", entries.into())]))?;
    call(device, "createPipelineLayout", &object([("bindGroupLayouts", Array::of1(&group).into())]))
}

fn call(target: &JsValue, method: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    Reflect::get(target, &method.into())?.unchecked_into::<Function>().call1(target, argument)
}
