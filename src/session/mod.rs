//! A device, a model and the last result: the same calls natively and, through `wasm`, in the page.

mod mask_png;
mod outcome;
mod screen;
mod size;

pub use outcome::{ClassArea, Segmentation, Timings};
pub use size::network_size;

use std::cell::RefCell;
use std::rc::Rc;

use web_time::Instant;

use mask_png::encode_png;
use outcome::{areas, palette};
use screen::{Painting, Screen};
use size::check_source;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Tensor;
use crate::plan::WeightFormat;
use crate::weights::{Model, ModelInfo};
use crate::wgsl::frame::{Frame, FramePipeline, picture_texture};
use crate::wgsl::interpolation::scores_uniforms;
use crate::wgsl::mask::MaskPipeline;
use crate::wgsl::paint::View;
use crate::wgsl::probe::ProbePipeline;
use crate::wgsl::shaders::Kernel;
use crate::wgsl::{Executor, Gpu, Network, Pipelines};

/// One device with at most one model and one picture.
///
/// Methods take `&self`: a page may change the view while a picture is being segmented. No borrow is held across an await.
pub struct Session {
    gpu: Gpu,
    pipelines: RefCell<Pipelines>,
    frame: FramePipeline,
    mask: MaskPipeline,
    probe: ProbePipeline,
    model: RefCell<Option<Rc<Loaded>>>,
    prepared: RefCell<Option<Rc<Prepared>>>,
    result: RefCell<Option<Rc<Segmented>>>,
    screen: RefCell<Option<Screen>>,
    view: RefCell<View>,
}

/// A model on the device.
pub struct Loaded {
    pub info: ModelInfo,
    pub sha256: String,
    pub size_bytes: usize,
    pub precision: &'static str,
    pub parameters: usize,
    /// Multiply-accumulates for a square picture of the model's own size.
    pub macs: u64,
    network: Network,
}

/// The loaded model planned for one network size.
struct Prepared {
    executor: Executor,
    /// `[height, width]`
    size: [usize; 2],
}

/// The last result; it keeps its model, which may not be the loaded one any more.
struct Segmented {
    loaded: Rc<Loaded>,
    prepared: Rc<Prepared>,
    picture: wgpu::Texture,
    scores: wgpu::Buffer,
    /// Of the source: `[width, height]`.
    source: [u32; 2],
}

impl Session {
    /// Errors: `no-webgpu`, `no-adapter`, `limits-too-low`.
    pub async fn new() -> Result<Self> {
        let gpu = Gpu::new().await?;
        let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let session = Self {
            pipelines: RefCell::new(Pipelines::new(&gpu)),
            frame: FramePipeline::new(&gpu),
            mask: MaskPipeline::new(&gpu),
            probe: ProbePipeline::new(&gpu),
            model: RefCell::default(),
            prepared: RefCell::default(),
            result: RefCell::default(),
            screen: RefCell::default(),
            view: RefCell::default(),
            gpu,
        };
        refused(scope.pop().await)?;
        Ok(session)
    }

    pub fn gpu(&self) -> &Gpu {
        &self.gpu
    }

    /// Reads a model file and puts its weights on the device; the last result stays on screen until the next one.
    ///
    /// Errors: `model-truncated`, `model-invalid`, `model-unsupported`, `limits-too-low`.
    pub fn load_model(&self, bytes: &[u8]) -> Result<Rc<Loaded>> {
        let model = Model::from_bytes(bytes)?;
        let [height, width] = network_size(&model.info.input, [1, 1]);
        let loaded = Rc::new(Loaded {
            precision: model.weights.precision().name(),
            parameters: model.graph.parameters()?,
            macs: model.graph.macs(height, width)?,
            network: Network::new(&self.gpu, model.graph, &model.weights)?,
            sha256: model.sha256,
            size_bytes: model.size_bytes,
            info: model.info,
        });
        self.prepared.replace(None);
        self.model.replace(Some(loaded.clone()));
        Ok(loaded)
    }

    /// How the loaded model's weights lie on the device.
    pub fn weight_format(&self) -> Option<WeightFormat> {
        self.model.borrow().as_ref().map(|loaded| loaded.network.format())
    }

    /// Makes the pipelines of every kernel for a weight format, before a plan asks for those it needs.
    pub fn make_pipelines(&self, format: WeightFormat) {
        let mut pipelines = self.pipelines.borrow_mut();
        Kernel::ALL.iter().for_each(|&kernel| {
            pipelines.get(&self.gpu, kernel, format);
        });
    }

    pub fn unload_model(&self) {
        self.model.replace(None);
        self.prepared.replace(None);
        self.result.replace(None);
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            screen.forget_result();
        }
    }

    /// Plans the model and compiles its pipelines for sources of `[width, height]`, unless that is done already.
    /// Returns the network's input size `[height, width]` and the milliseconds it took.
    ///
    /// Errors: `no-model`, `input-size`, `limits-too-low`.
    pub async fn prepare(&self, source: [u32; 2]) -> Result<([usize; 2], f64)> {
        let (prepared, elapsed_ms) = self.prepared_for(source).await?;
        Ok((prepared.size, elapsed_ms))
    }

    /// A texture for [`Self::segment`]'s picture: the last one if its size fits.
    ///
    /// Errors: `limits-too-low`.
    pub fn picture(&self, width: u32, height: u32) -> Result<wgpu::Texture> {
        match &*self.result.borrow() {
            Some(last) if [last.picture.width(), last.picture.height()] == [width, height] => {
                Ok(last.picture.clone())
            }
            _ => picture_texture(&self.gpu, width, height),
        }
    }

    /// Segments what `picture` holds. `source` is `[width, height]` of the photo it shows, which may be larger than the
    /// texture: areas and masks are at the source's size. `upload_ms` is what filling the texture took.
    ///
    /// Errors: `no-model`, `input-size`, `limits-too-low`, `device-lost`.
    pub async fn segment(
        &self,
        picture: wgpu::Texture,
        source: [u32; 2],
        upload_ms: f64,
    ) -> Result<Segmentation> {
        let start = Instant::now();
        check_source(source)?;
        let loaded = self.loaded()?;
        let channels = loaded.network.graph.channels()?[0];
        if channels != 3 {
            return Err(Error::new(
                ErrorKind::ModelUnsupported,
                format!(
                    "this network reads {channels} channels and a picture has 3; choose a model for RGB pictures"
                ),
            ));
        }
        let (prepared, compile_ms) = self.prepared_for(source).await?;
        let executor = &prepared.executor;
        let frame = Frame::new(&self.gpu, &self.frame, &picture, executor, &loaded.info.input);
        let scores = scores_uniforms(&self.gpu, executor, source);

        let network_start = Instant::now();
        frame.submit(&self.gpu);
        executor.submit(&self.gpu);
        self.gpu.finished().await?;
        let network_ms = elapsed_ms(network_start);

        let paint_start = Instant::now();
        self.result.replace(Some(Rc::new(Segmented {
            loaded: loaded.clone(),
            prepared: prepared.clone(),
            picture,
            scores: scores.clone(),
            source,
        })));
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            screen.forget_result();
        }
        self.paint()?;
        let mask = self.mask.run(&self.gpu, &scores, &executor.arena, source, false).await?;
        let paint_ms = elapsed_ms(paint_start);
        Ok(Segmentation {
            classes: areas(&loaded.info, &mask.counts, source),
            network_size: prepared.size,
            timings: Timings {
                compile_ms,
                upload_ms,
                network_ms,
                paint_ms,
                total_ms: elapsed_ms(start) + upload_ms,
            },
        })
    }

    /// Class ids of the last picture, row-major, at the source's size; and that size `[width, height]`.
    ///
    /// Errors: `no-result`, `limits-too-low`, `device-lost`.
    pub async fn read_mask(&self) -> Result<(Vec<u8>, [u32; 2])> {
        let last = self.last()?;
        let arena = &last.prepared.executor.arena;
        let mask = self.mask.run(&self.gpu, &last.scores, arena, last.source, true).await?;
        Ok((mask.ids, last.source))
    }

    /// The mask as a PNG of 8-bit palette indices: the pixel values are class ids, the palette is the model's.
    pub async fn mask_png(&self) -> Result<Vec<u8>> {
        let palette: Vec<u8> =
            self.last()?.loaded.info.classes.iter().flat_map(|class| class.colour).collect();
        let (ids, [width, height]) = self.read_mask().await?;
        Ok(encode_png(&ids, width, height, palette))
    }

    /// Softmax probabilities of all classes at pixel `(x, y)` of the source.
    ///
    /// Errors: `no-result`, `out-of-range`, `device-lost`.
    pub async fn scores_at(&self, x: u32, y: u32) -> Result<Vec<f32>> {
        let last = self.last()?;
        let [width, height] = last.source;
        if x >= width || y >= height {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("pixel ({x}, {y}) is outside the picture of {width}x{height}"),
            ));
        }
        let executor = &last.prepared.executor;
        let classes = executor.plan.shapes[executor.plan.logits][1];
        let position = [(x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32];
        self.probe.run(&self.gpu, &last.scores, &executor.arena, position, classes).await
    }

    /// Activation `[1, c, h, w]` of any node of the graph for the last picture: the network runs once more with that node
    /// kept.
    ///
    /// Errors: `no-result`, `no-such-layer`, `limits-too-low`, `device-lost`.
    pub async fn read_layer(&self, name: &str) -> Result<Tensor> {
        let last = self.last()?;
        let loaded = &last.loaded;
        let node = loaded.network.graph.find(name).ok_or_else(|| {
            Error::new(
                ErrorKind::NoSuchLayer,
                format!("the network has no layer \"{name}\"; see the names in its graph"),
            )
        })?;
        let executor = Executor::new(
            &self.gpu,
            &mut self.pipelines.borrow_mut(),
            &loaded.network,
            last.prepared.size,
            &[node],
        )?;
        let frame = Frame::new(&self.gpu, &self.frame, &last.picture, &executor, &loaded.info.input);
        frame.submit(&self.gpu);
        executor.submit(&self.gpu);
        executor.read(&self.gpu, node).await
    }

    /// The network on an input `[1, c, h, w]` of the caller's, past the picture path: how tests compare with PyTorch.
    /// Returns the graph's output.
    ///
    /// Errors: `no-model`, `input-size`, `limits-too-low`, `device-lost`.
    pub async fn run_tensor(&self, input: &[f32], size: [usize; 2]) -> Result<Tensor> {
        let loaded = self.loaded()?;
        let graph = &loaded.network.graph;
        let channels = graph.channels()?[0];
        if input.len() != channels * size[0] * size[1] {
            return Err(Error::new(
                ErrorKind::InputSize,
                format!("{} values are not {channels} channels of {}x{}", input.len(), size[1], size[0]),
            ));
        }
        let executor = Executor::new(
            &self.gpu,
            &mut self.pipelines.borrow_mut(),
            &loaded.network,
            size,
            &[graph.output],
        )?;
        executor.write_input(&self.gpu, input);
        executor.submit(&self.gpu);
        executor.read(&self.gpu, graph.output).await
    }

    /// Shows results on `surface` from now on.
    ///
    /// Errors: `no-adapter` if the adapter cannot present to it.
    pub fn attach(&self, surface: wgpu::Surface<'static>, width: u32, height: u32) -> Result<()> {
        self.screen.replace(Some(Screen::new(&self.gpu, surface, width, height)?));
        Ok(())
    }

    /// Sets the canvas size in pixels, at most what a texture can have, and repaints.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            screen.resize(&self.gpu, width, height);
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

    /// Draws the last result with the current view; does nothing without a canvas or a result.
    pub fn paint(&self) -> Result<()> {
        let (mut screen, result) = (self.screen.borrow_mut(), self.result.borrow());
        let (Some(screen), Some(last)) = (&mut *screen, &*result) else { return Ok(()) };
        let palette = palette(&last.loaded.info);
        let painting = Painting {
            scores: &last.scores,
            arena: &last.prepared.executor.arena,
            picture: &last.picture,
            palette: &palette,
        };
        screen.paint(&self.gpu, &self.view.borrow(), &painting)
    }

    /// Bytes of GPU memory in buffers and textures of ours.
    pub fn gpu_bytes(&self) -> u64 {
        let network = self.model.borrow().as_ref().map_or(0, |loaded| loaded.network.gpu_bytes());
        let executor = self.prepared.borrow().as_ref().map_or(0, |prepared| prepared.executor.gpu_bytes());
        let picture = self
            .result
            .borrow()
            .as_ref()
            .map_or(0, |last| u64::from(last.picture.width()) * u64::from(last.picture.height()) * 4);
        network + executor + picture
    }

    fn loaded(&self) -> Result<Rc<Loaded>> {
        self.model
            .borrow()
            .clone()
            .ok_or_else(|| Error::new(ErrorKind::NoModel, "no model is loaded; choose one first"))
    }

    fn last(&self) -> Result<Rc<Segmented>> {
        self.result.borrow().clone().ok_or_else(|| {
            Error::new(ErrorKind::NoResult, "no picture has been segmented yet; open one first")
        })
    }

    async fn prepared_for(&self, source: [u32; 2]) -> Result<(Rc<Prepared>, f64)> {
        let loaded = self.loaded()?;
        let size = network_size(&loaded.info.input, source);
        if let Some(prepared) = &*self.prepared.borrow()
            && prepared.size == size
        {
            return Ok((prepared.clone(), 0.0));
        }
        let start = Instant::now();
        // Pipelines compile in the browser's GPU process meanwhile; the scope tells when they are done and what was refused.
        let scope = self.gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let executor = Executor::new(&self.gpu, &mut self.pipelines.borrow_mut(), &loaded.network, size, &[]);
        refused(scope.pop().await)?;
        let prepared = Rc::new(Prepared { executor: executor?, size });
        self.prepared.replace(Some(prepared.clone()));
        Ok((prepared, elapsed_ms(start)))
    }
}

/// A validation error means this build asks for something the device does not do.
fn refused(error: Option<wgpu::Error>) -> Result<()> {
    match error {
        None => Ok(()),
        Some(error) => Err(Error::new(
            ErrorKind::DeviceLost,
            format!(
                "the graphics device refused a kernel ({error}); try another browser and please report this"
            ),
        )),
    }
}

fn elapsed_ms(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}
