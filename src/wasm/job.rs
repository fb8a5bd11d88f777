//! What the page asks of a picture: whole, or in tiles that it is told of, or only shown.

use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::session::{Backend, Frame, Segmentation, Session, Steady};

/// `{ width, height, detail, isLive, longSide, steady, uploadMs, onTile }`: size of the source; how many times the network's own
/// resolution, 1 if missing, or of a frame of a live picture, which is only shown, the long side of the network's input and whether it is kept
/// steady, "on", "off" or "halves"; what it took to get the picture; and a function that is called and awaited with the tiles done and those in all,
/// after each tile: it may throw to end the work.
pub struct Job {
    source: [u32; 2],
    detail: usize,
    is_live: bool,
    long_side: Option<usize>,
    steady: Steady,
    upload_ms: f64,
    on_tile: Option<Function>,
}

impl Job {
    pub fn from_js(options: &JsValue) -> Self {
        let get = |key: &str| Reflect::get(options, &key.into()).unwrap_or(JsValue::UNDEFINED);
        let side = |key| get(key).as_f64().map_or(0, |side| side as u32);
        Self {
            source: [side("width"), side("height")],
            detail: get("detail").as_f64().map_or(1, |detail| detail as usize),
            is_live: get("isLive").is_truthy(),
            long_side: get("longSide").as_f64().map(|side| side as usize),
            steady: match get("steady").as_string().as_deref() {
                Some("on") => Steady::On,
                Some("halves") => Steady::RightHalf,
                _ => Steady::Off,
            },
            upload_ms: get("uploadMs").as_f64().unwrap_or(0.0),
            on_tile: get("onTile").dyn_into().ok(),
        }
    }

    /// `upload_ms` is what came on top of what the caller named.
    pub async fn run<B: Backend>(
        &self,
        session: &Session<B>,
        picture: Rc<B::Picture>,
        upload_ms: f64,
    ) -> Result<Segmentation, JsValue> {
        let upload_ms = self.upload_ms + upload_ms;
        if self.is_live {
            let Self { source, long_side, steady, .. } = *self;
            return Ok(session.show_frame(picture, Frame { source, long_side, steady, upload_ms }).await?);
        }
        if self.detail == 1 {
            return Ok(session.segment(picture, self.source, upload_ms).await?);
        }
        let mut tiling = session.begin_tiles(picture, self.source, self.detail, upload_ms).await?;
        let count = tiling.count() as f64;
        let mut done = 0.0;
        loop {
            let has_more = session.run_tile(&mut tiling).await?;
            done += 1.0;
            if let Some(on_tile) = &self.on_tile {
                let answer = on_tile.call2(&JsValue::UNDEFINED, &done.into(), &count.into())?;
                JsFuture::from(Promise::resolve(&answer)).await?;
            }
            if !has_more {
                return Ok(session.finish_tiles(tiling).await?);
            }
        }
    }
}
