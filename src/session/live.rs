//! Frames of a camera or a video: segmented and shown, and nothing read back.

use std::rc::Rc;

use web_time::Instant;

use super::outcome::Timings;
use super::size::{check_source, size_with_long_side};
use super::{Backend, Segmentation, Segmented, Session, elapsed_ms};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Window;
use crate::plan::steady::Columns;

/// As in a model file.
const MAX_LONG_SIDE: usize = 4096;

/// Where the scores shown are a running average over the frames before, as quick as the picture moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Steady {
    Off,
    On,
    /// In the right half on the screen, to compare; what flickers in either is counted.
    RightHalf,
}

impl Steady {
    fn columns(self, mirrored: bool) -> Option<Columns> {
        match (self, mirrored) {
            (Self::Off, _) => None,
            (Self::On, _) => Some(0.0..1.0),
            (Self::RightHalf, false) => Some(0.5..1.0),
            (Self::RightHalf, true) => Some(0.0..0.5),
        }
    }
}

/// A frame of a camera or video, beside its picture.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// `[width, height]` of what it shows, which may be larger than the picture.
    pub source: [u32; 2],
    /// Of the network's input; the model's own if none is given.
    pub long_side: Option<usize>,
    pub steady: Steady,
    /// What making the picture took.
    pub upload_ms: f64,
}

impl<B: Backend> Session<B> {
    /// Segments and shows what `picture` holds, as [`Session::segment`] does, but measures no areas, so that nothing has to be
    /// read back from a GPU unless a comparison is counted. A frame in the last one's picture, of its size, reuses all that was made for it.
    ///
    /// Errors: `no-model`, `out-of-range`, `input-size`, `limits-too-low`, `device-lost`.
    pub async fn show_frame(&self, picture: Rc<B::Picture>, frame: Frame) -> Result<Segmentation> {
        let Frame { source, upload_ms, .. } = frame;
        check_source(source)?;
        let loaded = self.loaded_for_pictures()?;
        let input = &loaded.summary.info.input;
        let long_side = frame.long_side.unwrap_or(input.long_side);
        if !(1..=MAX_LONG_SIDE).contains(&long_side) {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!(
                    "a network input {long_side} pixels long is not possible; choose 1 to {MAX_LONG_SIDE}"
                ),
            ));
        }
        let size = size_with_long_side(input, source, long_side);
        let (prepared, compile_ms) = self.prepared_for(size).await?;
        let start = Instant::now();
        let window = Window::whole(B::picture_size(&picture));
        let executor = &prepared.executor;
        let steady = frame.steady.columns(self.view.borrow().mirrored);
        self.backend.run_picture(&loaded.network, executor, &picture, window, input, steady).await?;
        let network_ms = elapsed_ms(start);
        let flicker = match frame.steady {
            Steady::RightHalf => Some(self.backend.flicker(executor).await?),
            Steady::Off | Steady::On => None,
        };
        let start = Instant::now();
        let is_same = |last: &Segmented<B>| {
            let executor = last.executor.as_ref().is_some_and(|last| Rc::ptr_eq(last, &prepared.executor));
            executor && Rc::ptr_eq(&last.picture, &picture) && last.source == source
        };
        let is_reused = self.result.borrow().as_deref().is_some_and(is_same);
        if !is_reused {
            let scores = self.backend.scores(prepared.executor.clone(), source);
            let executor = Some(prepared.executor.clone());
            self.show(Segmented { loaded, picture, scores, source, executor });
        }
        self.paint()?;
        let paint_ms = elapsed_ms(start);
        let total_ms = upload_ms + compile_ms + network_ms + paint_ms;
        let timings = Timings { compile_ms, upload_ms, network_ms, paint_ms, total_ms };
        Ok(Segmentation { classes: Vec::new(), network_size: prepared.size, timings, flicker })
    }
}
