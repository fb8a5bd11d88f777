//! Pictures and video frames of the browser to textures.

use std::rc::Rc;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;
use web_time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::session::{Gpu, Session};
use crate::simd::{Chroma, Encoding, Yuv};

/// A picture on the GPU, and the milliseconds it took to get there.
pub struct Uploaded {
    pub picture: Rc<wgpu::Texture>,
    pub ms: f64,
}

/// What a bitmap shows as a texture: the last picture's, written over, if that has the same size.
///
/// Errors: `out-of-range` if it is no bitmap, `limits-too-low`.
pub fn uploaded(session: &Session<Gpu>, bitmap: JsValue) -> Result<Uploaded> {
    let start = Instant::now();
    let source = image_source(bitmap)?;
    let (width, height) = (source.width(), source.height());
    let gpu = session.backend();
    let picture = match session.last_picture([width, height]) {
        Some(picture) => picture,
        None => Rc::new(gpu.texture(width, height)?),
    };
    gpu.device.queue.copy_external_image_to_texture(
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
    Ok(Uploaded { picture, ms: start.elapsed().as_secs_f64() * 1e3 })
}

/// `bytes` of a video frame whose planes lie without gaps; of it `{ format, width, height, matrix, fullRange }`, as WebCodecs
/// names them: "I420" or "NV12", and the matrix of its colour space, "bt709" or others that are taken for BT.601.
///
/// Errors: `out-of-range` for another format.
pub fn yuv<'a>(bytes: &'a [u8], frame: &JsValue) -> Result<Yuv<'a>> {
    let get = |key: &str| Reflect::get(frame, &key.into()).unwrap_or(JsValue::UNDEFINED);
    let side = |key| get(key).as_f64().map_or(0, |side| side as u32);
    let format = get("format").as_string().unwrap_or_default();
    let chroma = match format.as_str() {
        "I420" => Chroma::Planar,
        "NV12" => Chroma::Interleaved,
        _ => {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("video frames in \"{format}\" have to come as RGBA; call segmentPixels"),
            ));
        }
    };
    let encoding = Encoding {
        bt709: get("matrix").as_string().as_deref() == Some("bt709"),
        full_range: get("fullRange").is_truthy(),
    };
    Ok(Yuv { bytes, size: [side("width"), side("height")], chroma, encoding })
}

fn image_source(bitmap: JsValue) -> Result<wgpu::ExternalImageSource> {
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
        )),
    }
}
