//! A backend, a model and the last result: the same calls natively and, through `wasm`, in the page.

mod backend;
mod cpu;
mod gpu;
mod live;
mod outcome;
mod race;
mod reading;
mod screen;
mod self_test;
mod size;
mod tiling;

pub use backend::{Backend, Shown};
pub use cpu::{Cpu, Screen as CpuScreen};
pub use gpu::Gpu;
pub use live::{Frame, Steady};
pub(crate) use outcome::palette;
pub use outcome::{ClassArea, Segmentation, Timings};
pub use self_test::SelfTest;
pub use size::network_size;
pub use tiling::{MAX_DETAIL, Tiling};

use std::cell::RefCell;
use std::rc::Rc;

use web_time::Instant;

use outcome::areas;
use size::check_source;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use crate::plan::Window;
use crate::view::View;
use crate::weights::{Model, ModelInfo};

/// One backend with at most one model and one picture.
///
/// Methods take `&self`: a page may change the view while a picture is being segmented. No borrow is held across an await.
pub struct Session<B: Backend> {
    backend: B,
    model: RefCell<Option<Rc<Loaded<B>>>>,
    prepared: RefCell<Option<Rc<Prepared<B>>>>,
    result: RefCell<Option<Rc<Segmented<B>>>>,
    screen: RefCell<Option<B::Screen>>,
    view: RefCell<View>,
    backdrop: RefCell<Option<Rc<B::Picture>>>,
}

/// What is known of a loaded model.
pub struct ModelSummary {
    pub info: ModelInfo,
    pub sha256: String,
    pub size_bytes: usize,
    pub precision: &'static str,
    pub parameters: usize,
    /// Multiply-accumulates for a square picture of the model's own size.
    pub macs: u64,
    /// Pixels across, of such a picture, on which one answer can depend; none if it can depend on all of them.
    pub receptive_field: Option<f64>,
}

/// A model on its backend.
struct Loaded<B: Backend> {
    summary: Rc<ModelSummary>,
    network: B::Network,
}

/// The loaded model planned for one network size.
struct Prepared<B: Backend> {
    executor: Rc<B::Executor>,
    /// `[height, width]`
    size: [usize; 2],
}

/// The last result; it keeps its model, which may not be the loaded one any more.
struct Segmented<B: Backend> {
    loaded: Rc<Loaded<B>>,
    picture: Rc<B::Picture>,
    scores: B::Scores,
    /// Of the source: `[width, height]`.
    source: [u32; 2],
    /// In whose memory the scores lie, if it is one frame's.
    executor: Option<Rc<B::Executor>>,
}

impl<B: Backend> Session<B> {
    pub fn new(backend: B) -> Self {
        Self {
            backend,
            model: RefCell::default(),
            prepared: RefCell::default(),
            result: RefCell::default(),
            screen: RefCell::default(),
            view: RefCell::default(),
            backdrop: RefCell::default(),
        }
    }

    pub fn backend(&self) -> &B {
        &self.backend
    }

    /// Reads a model file and makes its network ready; the last result stays on screen until the next one.
    ///
    /// Errors: `model-truncated`, `model-invalid`, `model-unsupported`, `limits-too-low`.
    pub fn load_model(&self, bytes: &[u8]) -> Result<Rc<ModelSummary>> {
        let model = Model::from_bytes(bytes)?;
        let [height, width] = network_size(&model.info.input, [1, 1]);
        let summary = Rc::new(ModelSummary {
            precision: model.weights.precision().name(),
            parameters: model.graph.parameters()?,
            macs: model.graph.macs(height, width)?,
            receptive_field: receptive_field(&model.graph, [height, width])?,
            sha256: model.sha256,
            size_bytes: model.size_bytes,
            info: model.info,
        });
        let ranges = summary.info.calibration.as_ref().map_or(&[][..], |calibration| &calibration.ranges);
        let network = self.backend.network(model.graph, &model.weights, ranges)?;
        self.prepared.replace(None);
        self.model.replace(Some(Rc::new(Loaded { summary: summary.clone(), network })));
        Ok(summary)
    }

    /// What is known of the loaded model, if there is one.
    pub fn model(&self) -> Option<Rc<ModelSummary>> {
        self.model.borrow().as_ref().map(|loaded| loaded.summary.clone())
    }

    pub fn unload_model(&self) {
        self.model.replace(None);
        self.prepared.replace(None);
        self.result.replace(None);
        self.screen.borrow_mut().iter_mut().for_each(B::forget_result);
    }

    /// The last result's picture, if it has this size and can be written over.
    pub fn last_picture(&self, size: [u32; 2]) -> Option<Rc<B::Picture>> {
        let last = self.result.borrow();
        last.as_ref().map(|last| last.picture.clone()).filter(|picture| B::picture_size(picture) == size)
    }

    /// Segments what `picture` holds. `source` is `[width, height]` of the photo it shows, which may be larger than the
    /// picture: areas and masks are at the source's size. `upload_ms` is what making the picture took.
    ///
    /// Errors: `no-model`, `input-size`, `limits-too-low`, `device-lost`.
    pub async fn segment(
        &self,
        picture: Rc<B::Picture>,
        source: [u32; 2],
        upload_ms: f64,
    ) -> Result<Segmentation> {
        check_source(source)?;
        let loaded = self.loaded_for_pictures()?;
        let input = &loaded.summary.info.input;
        let (prepared, compile_ms) = self.prepared_for(network_size(input, source)).await?;
        let executor = &prepared.executor;
        let start = Instant::now();
        let window = Window::whole(B::picture_size(&picture));
        self.backend.run_picture(&loaded.network, executor, &picture, window, input, None).await?;
        let timings = Timings { compile_ms, upload_ms, network_ms: elapsed_ms(start), ..Timings::default() };
        let scores = self.backend.scores(executor.clone(), source);
        self.adopt(loaded, picture, scores, prepared.size, source, timings).await
    }

    /// Makes `scores` the result, shows it and measures its areas. `timings` are of what led to them.
    async fn adopt(
        &self,
        loaded: Rc<Loaded<B>>,
        picture: Rc<B::Picture>,
        scores: B::Scores,
        network_size: [usize; 2],
        source: [u32; 2],
        timings: Timings,
    ) -> Result<Segmentation> {
        let start = Instant::now();
        let result = self.show(Segmented { loaded, picture, scores, source, executor: None });
        self.paint()?;
        let mask = self.backend.mask(&result.scores, false).await?;
        let paint_ms = elapsed_ms(start);
        let Timings { compile_ms, upload_ms, network_ms, .. } = timings;
        Ok(Segmentation {
            classes: areas(&result.loaded.summary.info, &mask.counts, source),
            network_size,
            timings: Timings {
                paint_ms,
                total_ms: upload_ms + compile_ms + network_ms + paint_ms,
                ..timings
            },
            flicker: None,
        })
    }

    /// Makes it the result, for the next painting.
    fn show(&self, result: Segmented<B>) -> Rc<Segmented<B>> {
        let result = Rc::new(result);
        self.result.replace(Some(result.clone()));
        self.screen.borrow_mut().iter_mut().for_each(B::forget_result);
        result
    }

    /// Shows results on `screen` from now on.
    pub fn attach(&self, screen: B::Screen) {
        self.screen.replace(Some(screen));
    }

    /// Sets the canvas size in pixels and repaints.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            self.backend.resize(screen, [width, height]);
        }
        self.paint()
    }

    /// Errors: `out-of-range` for an opacity or split outside 0..=1.
    pub fn set_view(&self, view: View) -> Result<()> {
        let unit = |value: f32| (0.0..=1.0).contains(&value);
        if !unit(view.opacity) || !view.split.is_none_or(unit) {
            return Err(Error::new(ErrorKind::OutOfRange, "opacity and split must be between 0 and 1"));
        }
        self.view.replace(view);
        Ok(())
    }

    /// What [`crate::view::Background::Backdrop`] shows.
    pub fn set_backdrop(&self, picture: Rc<B::Picture>) {
        self.backdrop.replace(Some(picture));
    }

    /// Draws the last result with the current view; does nothing without a canvas or a result.
    pub fn paint(&self) -> Result<()> {
        let (mut screen, result) = (self.screen.borrow_mut(), self.result.borrow());
        let (Some(screen), Some(last)) = (&mut *screen, &*result) else { return Ok(()) };
        let palette = palette(&last.loaded.summary.info);
        let (view, backdrop) = (self.view.borrow(), self.backdrop.borrow());
        let shown = Shown {
            view: &view,
            palette: &palette,
            picture: &last.picture,
            scores: &last.scores,
            backdrop: backdrop.as_ref(),
        };
        self.backend.paint(screen, &shown)
    }

    /// Bytes in weights, activations and the picture.
    pub fn bytes(&self) -> u64 {
        let (model, prepared, result) = (self.model.borrow(), self.prepared.borrow(), self.result.borrow());
        let executor = prepared.as_ref().map(|prepared| &*prepared.executor);
        let picture = result.as_ref().map(|last| &*last.picture);
        model.as_ref().map_or(0, |loaded| B::bytes(&loaded.network, executor, picture))
    }

    fn loaded(&self) -> Result<Rc<Loaded<B>>> {
        self.model
            .borrow()
            .clone()
            .ok_or_else(|| Error::new(ErrorKind::NoModel, "no model is loaded; choose one first"))
    }

    /// Errors: `no-model`, `model-unsupported` if it does not read RGB.
    fn loaded_for_pictures(&self) -> Result<Rc<Loaded<B>>> {
        let loaded = self.loaded()?;
        let channels = B::graph(&loaded.network).channels()?[0];
        if channels != 3 {
            return Err(Error::new(
                ErrorKind::ModelUnsupported,
                format!(
                    "this network reads {channels} channels and a picture has 3; choose a model for RGB pictures"
                ),
            ));
        }
        Ok(loaded)
    }

    /// The loaded model planned for inputs of `[height, width]`, and the milliseconds that took.
    async fn prepared_for(&self, size: [usize; 2]) -> Result<(Rc<Prepared<B>>, f64)> {
        let loaded = self.loaded()?;
        if let Some(prepared) = &*self.prepared.borrow()
            && prepared.size == size
        {
            return Ok((prepared.clone(), 0.0));
        }
        let start = Instant::now();
        let executor = Rc::new(self.backend.executor(&loaded.network, size, &[]).await?);
        let prepared = Rc::new(Prepared { executor, size });
        self.prepared.replace(Some(prepared.clone()));
        Ok((prepared, elapsed_ms(start)))
    }
}

/// The larger of the output's two extents; none if it exceeds the picture.
fn receptive_field(graph: &Graph, [height, width]: [usize; 2]) -> Result<Option<f64>> {
    let [vertical, horizontal] = graph.receptive_fields(height, width)?[graph.output];
    let sizes = vertical.size().zip(horizontal.size());
    Ok(sizes.map(|(v, h)| v.max(h)).filter(|size| *size < height.max(width) as f64))
}

fn elapsed_ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
