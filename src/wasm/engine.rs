//! The engine bundle: a session on a canvas.

use std::rc::Rc;

use js_sys::{Function, Uint8ClampedArray};
use wasm_bindgen::prelude::*;
use web_time::Instant;

use super::answers::{model_info, segmentation};
use super::job::Job;
use super::object;
use super::precompile::Precompiled;
use super::upload::{uploaded, yuv};
use super::values::{self, js_tensor};
use crate::error::{Error, ErrorKind};
use crate::plan::WeightFormat;
use crate::session::{self, Backend, Cpu, CpuScreen, Gpu};
use crate::wgsl::Activations;

type Fallible<T> = Result<T, JsValue>;

/// A backend with a canvas, a model and the last picture.
#[wasm_bindgen]
pub struct Session {
    session: OnBackend,
    precompiled: Precompiled,
}

enum OnBackend {
    Gpu(Box<session::Session<Gpu>>),
    Cpu(session::Session<Cpu>),
}

/// The same call on whichever session it is.
macro_rules! on {
    ($self:ident, $session:ident => $call:expr) => {
        match &$self.session {
            OnBackend::Gpu($session) => $call,
            OnBackend::Cpu($session) => $call,
        }
    };
}

#[wasm_bindgen]
impl Session {
    /// With `half`, activations are in f16 where the adapter has it.
    #[wasm_bindgen(js_name = onGpu)]
    pub async fn on_gpu(half: bool) -> Fallible<Session> {
        let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into())?;
        if !js_sys::Reflect::get(&navigator, &"gpu".into())?.is_object() {
            return Err(Error::new(
                ErrorKind::NoWebGpu,
                "this browser has no WebGPU; use a current Chrome, Edge, Firefox or Safari, over https or localhost",
            )
            .into());
        }
        let wanted = if half { Activations::F16 } else { Activations::F32 };
        let session = session::Session::new(Gpu::new(wanted).await?);
        Ok(Self { session: OnBackend::Gpu(Box::new(session)), precompiled: Precompiled::default() })
    }

    #[wasm_bindgen(js_name = onCpu)]
    pub fn on_cpu() -> Self {
        Self { session: OnBackend::Cpu(session::Session::new(Cpu)), precompiled: Precompiled::default() }
    }

    /// On the GPU: shows results on `canvas` from now on.
    #[wasm_bindgen(js_name = showOn)]
    pub fn show_on(&self, canvas: web_sys::OffscreenCanvas) -> Fallible<()> {
        let OnBackend::Gpu(session) = &self.session else {
            return Err(wrong_backend("a session on the CPU paints bytes; call showWith").into());
        };
        let size = [canvas.width(), canvas.height()];
        let gpu = session.backend();
        let target = wgpu::SurfaceTarget::OffscreenCanvas(canvas);
        let surface = gpu.device.instance.create_surface(target).map_err(|e| undrawable(e.to_string()))?;
        session.attach(gpu.screen(surface, size)?);
        Ok(())
    }

    /// On the CPU: calls `show` with the RGBA bytes, width and height of each painting from now on.
    #[wasm_bindgen(js_name = showWith)]
    pub fn show_with(&self, show: Function) -> Fallible<()> {
        let OnBackend::Cpu(session) = &self.session else {
            return Err(wrong_backend("a session on the GPU paints on a canvas; call showOn").into());
        };
        let show = move |rgba: Vec<u8>, [width, height]: [u32; 2]| {
            let bytes = Uint8ClampedArray::from(rgba.as_slice());
            let shown = show.call3(&JsValue::UNDEFINED, &bytes, &width.into(), &height.into());
            shown.map(|_| ()).map_err(|e| undrawable(format!("{e:?}")))
        };
        session.attach(CpuScreen::new([1, 1], Box::new(show)));
        Ok(())
    }

    /// What WebGPU tells of the adapter in use; nothing on the CPU.
    #[wasm_bindgen(js_name = adapterInfo)]
    pub fn adapter_info(&self) -> JsValue {
        let OnBackend::Gpu(session) = &self.session else { return JsValue::UNDEFINED };
        let gpu = &session.backend().device;
        let info = gpu.adapter.get_info();
        let limits = gpu.device.limits();
        let features: js_sys::Array =
            gpu.adapter.features().iter_names().map(|(name, _)| JsValue::from_str(name)).collect();
        object([
            ("vendor", info.vendor.into()),
            ("device", info.name.into()),
            ("architecture", info.driver.into()),
            ("description", info.driver_info.into()),
            ("features", features.into()),
            (
                "limits",
                object([
                    ("maxTextureDimension2D", limits.max_texture_dimension_2d.into()),
                    ("maxBufferSize", (limits.max_buffer_size as f64).into()),
                    ("maxStorageBufferBindingSize", (limits.max_storage_buffer_binding_size as f64).into()),
                ]),
            ),
        ])
    }

    /// Whether models loaded from now on round what convolutions read to int8, where they and the adapter can; returns
    /// whether the adapter can.
    #[wasm_bindgen(js_name = setInt8)]
    pub fn set_int8(&self, wanted: bool) -> bool {
        let OnBackend::Gpu(session) = &self.session else { return false };
        session.backend().set_int8_products(wanted);
        session.backend().device.has_int8_products()
    }

    /// In what the loaded model computes: "f32" or "f16" activations, or "int8" products.
    pub fn activations(&self) -> String {
        let OnBackend::Gpu(session) = &self.session else { return "f32".into() };
        let name = match (session.weight_format(), session.backend().device.activations) {
            (Some(WeightFormat::Int8Products), _) => "int8",
            (_, Activations::F16) => "f16",
            (_, Activations::F32) => "f32",
        };
        name.into()
    }

    #[wasm_bindgen(js_name = loadModel)]
    pub fn load_model(&self, bytes: &[u8]) -> Fallible<JsValue> {
        let model = on!(self, session => session.load_model(bytes))?;
        self.precompiled.forget_model();
        Ok(model_info(&model))
    }

    #[wasm_bindgen(js_name = unloadModel)]
    pub fn unload_model(&self) {
        on!(self, session => session.unload_model());
    }

    /// On the GPU. `bitmap` is an ImageBitmap, VideoFrame or OffscreenCanvas; it stays the caller's to close. `job` as
    /// [`Job`] has it.
    pub async fn segment(&self, bitmap: JsValue, job: JsValue) -> Fallible<JsValue> {
        let OnBackend::Gpu(session) = &self.session else {
            return Err(wrong_backend("a session on the CPU takes pixels; call segmentPixels").into());
        };
        let precompile_ms = self.precompile().await?;
        let uploaded = uploaded(session, bitmap)?;
        let done = Job::from_js(&job).run(session, uploaded.picture, uploaded.ms).await?;
        Ok(segmentation(&done, precompile_ms))
    }

    /// On the CPU: the planes of a video frame. `frame` as [`yuv`] has it.
    #[wasm_bindgen(js_name = segmentPlanes)]
    pub async fn segment_planes(&self, bytes: Vec<u8>, frame: JsValue, job: JsValue) -> Fallible<JsValue> {
        let OnBackend::Cpu(session) = &self.session else {
            return Err(wrong_backend("a session on the GPU takes video frames; call segment").into());
        };
        let start = Instant::now();
        let picture = Rc::new(yuv(&bytes, &frame)?.picture()?);
        let convert_ms = start.elapsed().as_secs_f64() * 1e3;
        let done = Job::from_js(&job).run(session, picture, convert_ms).await?;
        Ok(segmentation(&done, 0.0))
    }

    /// What the network's last run took by the GPU's own clock, in milliseconds, where there is one.
    #[wasm_bindgen(js_name = networkGpuMs)]
    pub async fn network_gpu_ms(&self) -> Fallible<Option<f64>> {
        let OnBackend::Gpu(session) = &self.session else { return Ok(None) };
        Ok(session.network_gpu_ms().await?)
    }

    /// Bytes that were read back from the GPU so far.
    #[wasm_bindgen(js_name = bytesReadBack)]
    pub fn bytes_read_back(&self) -> f64 {
        let OnBackend::Gpu(session) = &self.session else { return 0.0 };
        session.backend().device.bytes_read_back() as f64
    }

    /// On either backend: RGBA bytes, row-major, not premultiplied. `job` as [`Job`] has it.
    #[wasm_bindgen(js_name = segmentPixels)]
    pub async fn segment_pixels(
        &self,
        rgba: Vec<u8>,
        width: u32,
        height: u32,
        job: JsValue,
    ) -> Fallible<JsValue> {
        let precompile_ms = self.precompile().await?;
        let job = Job::from_js(&job);
        let done = on!(self, session => {
            let picture = Rc::new(session.backend().picture([width, height], rgba)?);
            job.run(session, picture, 0.0).await
        })?;
        Ok(segmentation(&done, precompile_ms))
    }

    pub fn paint(&self) -> Fallible<()> {
        Ok(on!(self, session => session.paint())?)
    }

    pub fn resize(&self, width: u32, height: u32) -> Fallible<()> {
        Ok(on!(self, session => session.resize(width, height))?)
    }

    /// `{ opacity, hidden, solo, split, background, mirrored, fineEdges, outlined }`; what is missing takes its default.
    #[wasm_bindgen(js_name = setView)]
    pub fn set_view(&self, view: JsValue) -> Fallible<()> {
        Ok(on!(self, session => session.set_view(values::view(&view)))?)
    }

    /// RGBA bytes of the picture that the background "picture" shows.
    #[wasm_bindgen(js_name = setBackdrop)]
    pub fn set_backdrop(&self, rgba: Vec<u8>, width: u32, height: u32) -> Fallible<()> {
        on!(self, session => {
            session.set_backdrop(Rc::new(session.backend().picture([width, height], rgba)?));
        });
        Ok(())
    }

    #[wasm_bindgen(js_name = readMask)]
    pub async fn read_mask(&self) -> Fallible<Vec<u8>> {
        Ok(on!(self, session => session.read_mask().await)?.0)
    }

    #[wasm_bindgen(js_name = scoresAt)]
    pub async fn scores_at(&self, x: u32, y: u32) -> Fallible<Vec<f32>> {
        Ok(on!(self, session => session.scores_at(x, y).await)?)
    }

    #[wasm_bindgen(js_name = readLayer)]
    pub async fn read_layer(&self, name: String) -> Fallible<JsValue> {
        Ok(js_tensor(&on!(self, session => session.read_layer(&name).await)?))
    }

    /// The network on an input of your own; `{ shape, data }` of its output.
    #[wasm_bindgen(js_name = runTensor)]
    pub async fn run_tensor(&self, input: Vec<f32>, height: usize, width: usize) -> Fallible<JsValue> {
        Ok(js_tensor(&on!(self, session => session.run_tensor(&input, [height, width]).await)?))
    }

    /// Milliseconds of each of `runs` runs on an empty input, after one that does not count.
    #[wasm_bindgen(js_name = timeNetwork)]
    pub async fn time_network(&self, height: usize, width: usize, runs: usize) -> Fallible<Vec<f64>> {
        self.precompile().await?;
        Ok(on!(self, session => session.time_network([height, width], runs).await)?)
    }

    /// Compares every step of the plan with the numbers in the model file, or with `numbers`, which another backend's
    /// `ownNumbers` gave: `{ steps, worst, tolerance, firstWrong }`; no steps if there was nothing to compare with.
    #[wasm_bindgen(js_name = selfTest)]
    pub async fn self_test(&self, numbers: Option<String>) -> Fallible<JsValue> {
        self.precompile().await?;
        let numbers =
            numbers.map(|json| serde_json::from_slice(json.as_bytes())).transpose().map_err(|e| {
                Error::new(ErrorKind::OutOfRange, format!("these are no reference numbers: {e}"))
                    .with_source(e)
            })?;
        let test = on!(self, session => session.self_test(numbers.as_ref()).await)?;
        Ok(object([
            ("steps", (test.steps as f64).into()),
            ("worst", test.worst.into()),
            ("tolerance", test.tolerance.into()),
            ("firstWrong", test.first_wrong.map_or(JsValue::NULL, JsValue::from)),
        ]))
    }

    #[wasm_bindgen(js_name = ownNumbers)]
    pub async fn own_numbers(&self) -> Fallible<String> {
        let numbers = on!(self, session => session.own_numbers().await)?;
        Ok(serde_json::to_string(&numbers).expect("numbers have no keys that JSON lacks"))
    }

    pub fn memory(&self) -> JsValue {
        let wasm: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        let wasm_bytes = js_sys::ArrayBuffer::from(wasm.buffer()).byte_length();
        let gpu_bytes = match &self.session {
            OnBackend::Gpu(session) => session.bytes(),
            OnBackend::Cpu(_) => 0,
        };
        object([("gpuBytes", (gpu_bytes as f64).into()), ("wasmBytes", wasm_bytes.into())])
    }

    /// Compiles the loaded model's pipelines that are not there yet; the milliseconds it took.
    async fn precompile(&self) -> Fallible<f64> {
        match &self.session {
            OnBackend::Gpu(session) => self.precompiled.complete(session).await,
            OnBackend::Cpu(_) => Ok(0.0),
        }
    }

    /// Gives the device back; the session cannot be used afterwards.
    pub fn dispose(self) {
        if let OnBackend::Gpu(session) = &self.session {
            session.backend().device.device.destroy();
        }
    }
}

fn wrong_backend(what: &str) -> Error {
    Error::new(ErrorKind::BackendUnavailable, what)
}

fn undrawable(reason: String) -> Error {
    Error::new(ErrorKind::NoAdapter, format!("this canvas cannot be drawn to: {reason}"))
}
