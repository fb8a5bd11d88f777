//! The engine bundle: a session on a canvas.

use std::cell::RefCell;
use std::collections::HashSet;

use wasm_bindgen::prelude::*;
use web_time::Instant;

use super::precompile::precompile;
use super::{object, set};
use crate::error::{Error, ErrorKind};
use crate::graph::Tensor;
use crate::plan::WeightFormat;
use crate::session::{self, ClassArea, Loaded};
use crate::wgsl::paint::View;

type Fallible<T> = Result<T, JsValue>;

/// A device with a canvas, a model and the last picture.
#[wasm_bindgen]
pub struct Session {
    session: session::Session,
    /// Formats whose pipelines were compiled in parallel.
    precompiled: RefCell<HashSet<WeightFormat>>,
}

#[wasm_bindgen]
impl Session {
    pub async fn create(canvas: Option<web_sys::OffscreenCanvas>) -> Fallible<Session> {
        let navigator = js_sys::Reflect::get(&js_sys::global(), &"navigator".into())?;
        if !js_sys::Reflect::get(&navigator, &"gpu".into())?.is_object() {
            return Err(Error::new(
                ErrorKind::NoWebGpu,
                "this browser has no WebGPU; use a current Chrome, Edge, Firefox or Safari, over https or localhost",
            )
            .into());
        }
        let session = session::Session::new().await?;
        if let Some(canvas) = canvas {
            let (width, height) = (canvas.width(), canvas.height());
            let surface =
                session.gpu().instance.create_surface(wgpu::SurfaceTarget::OffscreenCanvas(canvas)).map_err(
                    |e| Error::new(ErrorKind::NoAdapter, format!("this canvas cannot be drawn to: {e}")),
                )?;
            session.attach(surface, width, height)?;
        }
        Ok(Self { session, precompiled: RefCell::default() })
    }

    #[wasm_bindgen(js_name = adapterInfo)]
    pub fn adapter_info(&self) -> JsValue {
        let gpu = self.session.gpu();
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

    #[wasm_bindgen(js_name = loadModel)]
    pub fn load_model(&self, bytes: &[u8]) -> Fallible<JsValue> {
        Ok(model_info(&*self.session.load_model(bytes)?))
    }

    #[wasm_bindgen(js_name = unloadModel)]
    pub fn unload_model(&self) {
        self.session.unload_model();
    }

    pub async fn prepare(&self, source_width: u32, source_height: u32) -> Fallible<JsValue> {
        let precompile_ms = self.precompile().await?;
        let ([height, width], compile_ms) = self.session.prepare([source_width, source_height]).await?;
        Ok(object([
            ("networkWidth", (width as f64).into()),
            ("networkHeight", (height as f64).into()),
            ("compileMs", (precompile_ms + compile_ms).into()),
        ]))
    }

    /// `bitmap` is an ImageBitmap, VideoFrame or OffscreenCanvas; it stays the caller's to close.
    pub async fn segment(&self, bitmap: JsValue, source_width: u32, source_height: u32) -> Fallible<JsValue> {
        let precompile_ms = self.precompile().await?;
        let start = Instant::now();
        let source = image_source(bitmap)?;
        let (width, height) = (source.width(), source.height());
        let picture = self.session.picture(width, height)?;
        self.session.gpu().queue.copy_external_image_to_texture(
            &wgpu::CopyExternalImageSourceInfo { source, origin: wgpu::Origin2d::ZERO, flip_y: false },
            wgpu::CopyExternalImageDestInfo {
                texture: &picture,
                mip_level: 0,
                origin: wgpu::Origin3d::ZERO,
                aspect: wgpu::TextureAspect::All,
                color_space: wgpu::PredefinedColorSpace::Srgb,
                premultiplied_alpha: false,
            },
            wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        );
        let upload_ms = start.elapsed().as_secs_f64() * 1e3;
        let done = self.session.segment(picture, [source_width, source_height], upload_ms).await?;
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
        Ok(object([
            ("classes", classes.into()),
            ("networkWidth", (width as f64).into()),
            ("networkHeight", (height as f64).into()),
            ("timings", timings),
        ]))
    }

    pub fn paint(&self) -> Fallible<()> {
        Ok(self.session.paint()?)
    }

    pub fn resize(&self, width: u32, height: u32) -> Fallible<()> {
        Ok(self.session.resize(width, height)?)
    }

    /// `{ opacity, hidden, solo, split, background }`; what is missing takes its default.
    #[wasm_bindgen(js_name = setView)]
    pub fn set_view(&self, view: JsValue) -> Fallible<()> {
        let get = |key: &str| js_sys::Reflect::get(&view, &key.into()).unwrap_or(JsValue::UNDEFINED);
        let default = View::default();
        let hidden = get("hidden");
        Ok(self.session.set_view(View {
            opacity: get("opacity").as_f64().map_or(default.opacity, |v| v as f32),
            hidden: if hidden.is_object() {
                js_sys::Array::from(&hidden).iter().filter_map(|id| id.as_f64()).map(|id| id as u8).collect()
            } else {
                Vec::new()
            },
            solo: get("solo").as_f64().map(|id| id as u8),
            split: get("split").as_f64().map(|v| v as f32),
            cut_out: get("background").as_string().as_deref() == Some("none"),
        })?)
    }

    #[wasm_bindgen(js_name = readMask)]
    pub async fn read_mask(&self) -> Fallible<Vec<u8>> {
        Ok(self.session.read_mask().await?.0)
    }

    #[wasm_bindgen(js_name = maskPng)]
    pub async fn mask_png(&self) -> Fallible<Vec<u8>> {
        Ok(self.session.mask_png().await?)
    }

    #[wasm_bindgen(js_name = scoresAt)]
    pub async fn scores_at(&self, x: u32, y: u32) -> Fallible<Vec<f32>> {
        Ok(self.session.scores_at(x, y).await?)
    }

    #[wasm_bindgen(js_name = readLayer)]
    pub async fn read_layer(&self, name: String) -> Fallible<JsValue> {
        Ok(js_tensor(&self.session.read_layer(&name).await?))
    }

    /// The network on an input of your own; `{ shape, data }` of its output.
    #[wasm_bindgen(js_name = runTensor)]
    pub async fn run_tensor(&self, input: Vec<f32>, height: usize, width: usize) -> Fallible<JsValue> {
        Ok(js_tensor(&self.session.run_tensor(&input, [height, width]).await?))
    }

    pub fn memory(&self) -> JsValue {
        let wasm: js_sys::WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
        let wasm_bytes = js_sys::ArrayBuffer::from(wasm.buffer()).byte_length();
        object([("gpuBytes", (self.session.gpu_bytes() as f64).into()), ("wasmBytes", wasm_bytes.into())])
    }

    /// Compiles the loaded model's pipelines in parallel, once for each weight format; the milliseconds it took.
    async fn precompile(&self) -> Fallible<f64> {
        let Some(format) = self.session.weight_format() else { return Ok(0.0) };
        let Some(device) = self.session.gpu().device.as_webgpu() else { return Ok(0.0) };
        if !self.precompiled.borrow_mut().insert(format) {
            return Ok(0.0);
        }
        let start = Instant::now();
        let pipelines = precompile(device.as_ref(), format).await?;
        self.session.make_pipelines(format);
        drop(pipelines);
        Ok(start.elapsed().as_secs_f64() * 1e3)
    }

    /// Gives the device back; the session cannot be used afterwards.
    pub fn dispose(self) {
        self.session.gpu().device.destroy();
    }
}

fn image_source(bitmap: JsValue) -> Fallible<wgpu::ExternalImageSource> {
    let bitmap = match bitmap.dyn_into::<web_sys::ImageBitmap>() {
        Ok(bitmap) => return Ok(wgpu::ExternalImageSource::ImageBitmap(bitmap)),
        Err(other) => other,
    };
    let bitmap = match bitmap.dyn_into::<web_sys::OffscreenCanvas>() {
        Ok(canvas) => return Ok(wgpu::ExternalImageSource::OffscreenCanvas(canvas)),
        Err(other) => other,
    };
    match bitmap.dyn_into::<web_sys::VideoFrame>() {
        Ok(frame) => Ok(wgpu::ExternalImageSource::VideoFrame(frame)),
        Err(_) => Err(Error::new(
            ErrorKind::OutOfRange,
            "segment takes an ImageBitmap, a VideoFrame or an OffscreenCanvas; convert the picture to one of them",
        )
        .into()),
    }
}

fn model_info(loaded: &Loaded) -> JsValue {
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

fn js_tensor(tensor: &Tensor) -> JsValue {
    let shape: js_sys::Array = tensor.shape.iter().map(|&side| JsValue::from(side as f64)).collect();
    object([("shape", shape.into()), ("data", js_sys::Float32Array::from(tensor.data.as_slice()).into())])
}

fn colour(rgb: [u8; 3]) -> JsValue {
    rgb.iter().map(|&v| JsValue::from(v)).collect::<js_sys::Array>().into()
}
