//! Networks on the GPU, through `wgsl`.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use super::backend::{Backend, Shown};
use super::screen::Screen;
use super::size::check_pixels;
use super::{Session, network_size};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Graph, NodeId, Tensor};
use crate::plan::steady::{Columns, Flicker};
use crate::plan::{Blend, Plan, ScoresShape, WeightFormat, Window};
use crate::view::Mask;
use crate::weights::info::Input;
use crate::weights::{ModelInfo, QuantisedWeights, ReferenceNumbers};
use crate::wgsl::frame::{FramePipeline, picture_texture, write_rgba};
use crate::wgsl::interpolation::scores_uniforms;
use crate::wgsl::mask::MaskPipeline;
use crate::wgsl::mosaic::{Mosaic, MosaicPipeline};
use crate::wgsl::paint::Scene;
use crate::wgsl::probe::ProbePipeline;
use crate::wgsl::shaders::Kernel;
use crate::wgsl::steady::SteadyPipelines;
use crate::wgsl::{self, Activations, Executor, Network, Pipelines};

/// A device and the pipelines made on it so far.
pub struct Gpu {
    pub device: wgsl::Gpu,
    pipelines: RefCell<Pipelines>,
    frame: FramePipeline,
    mask: MaskPipeline,
    probe: ProbePipeline,
    /// Few pictures are done in tiles.
    mosaic: OnceCell<MosaicPipeline>,
    /// For live pictures.
    steady: OnceCell<SteadyPipelines>,
    int8_products: Cell<bool>,
}

/// Scores in an executor's arena, or put together from those of tiles.
pub struct Scores {
    values: wgpu::Buffer,
    uniforms: wgpu::Buffer,
    shape: ScoresShape,
    source: [u32; 2],
}

impl Gpu {
    /// Errors: `no-webgpu`, `no-adapter`, `limits-too-low`.
    pub async fn new(wanted: Activations) -> Result<Self> {
        let device = wgsl::Gpu::new(wanted).await?;
        let scope = device.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let gpu = Self {
            pipelines: RefCell::new(Pipelines::new(&device)),
            frame: FramePipeline::new(&device),
            mask: MaskPipeline::new(&device),
            probe: ProbePipeline::new(&device),
            mosaic: OnceCell::new(),
            steady: OnceCell::new(),
            int8_products: Cell::new(false),
            device,
        };
        refused(scope.pop().await)?;
        Ok(gpu)
    }

    /// Makes the pipelines of these kernels, before a plan asks for them.
    pub fn make_pipelines(&self, kernels: &[Kernel], format: WeightFormat) {
        let mut pipelines = self.pipelines.borrow_mut();
        kernels.iter().for_each(|&kernel| {
            pipelines.get(&self.device, kernel, format);
        });
    }

    /// Whether networks loaded from now on round the inputs of convolutions to int8, where their model file says with what
    /// steps and the adapter can multiply them.
    pub fn set_int8_products(&self, wanted: bool) {
        self.int8_products.set(wanted);
    }

    /// A texture for a picture. Errors: `limits-too-low`.
    pub fn texture(&self, width: u32, height: u32) -> Result<wgpu::Texture> {
        picture_texture(&self.device, width, height)
    }

    /// A screen on `surface`. Errors: `no-adapter` if the adapter cannot present to it.
    pub fn screen(&self, surface: wgpu::Surface<'static>, size: [u32; 2]) -> Result<Screen> {
        Screen::new(&self.device, surface, size)
    }
}

impl Backend for Gpu {
    type Network = Network;
    type Executor = Executor;
    type Picture = wgpu::Texture;
    type Scores = Scores;
    type Mosaic = Mosaic;
    type Screen = Screen;

    fn network(&self, graph: Graph, weights: &QuantisedWeights, ranges: &[Option<f32>]) -> Result<Network> {
        let ranges = if self.int8_products.get() { ranges } else { &[] };
        Network::new(&self.device, graph, weights, ranges)
    }

    fn numbers<'a>(&self, network: &Network, info: &'a ModelInfo) -> Option<&'a ReferenceNumbers> {
        match network.format() {
            WeightFormat::Int8Products => info.calibration.as_ref()?.reference.as_ref(),
            WeightFormat::Int8 | WeightFormat::F32 => info.reference.as_ref(),
        }
    }

    fn tolerance(&self, network: &Network) -> f32 {
        match (network.format(), self.device.activations) {
            // Inputs that are rounded to another step move the few pixels of the last maps by 0.26 of their magnitude. A wrong
            // kernel moves some of a hundred maps by more than this.
            (WeightFormat::Int8Products, _) => 0.6,
            (_, Activations::F16) => 2e-2,
            // Sums in another order than the reference's make 2e-6 of a map's magnitude after a hundred layers.
            (_, Activations::F32) => 1e-4,
        }
    }

    fn graph(network: &Network) -> &Graph {
        &network.graph
    }

    async fn executor(&self, network: &Network, size: [usize; 2], taps: &[NodeId]) -> Result<Executor> {
        // Pipelines compile in the browser's GPU process meanwhile; the scope tells when they are done and what was refused.
        let scope = self.device.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let executor = Executor::new(&self.device, &mut self.pipelines.borrow_mut(), network, size, taps);
        refused(scope.pop().await)?;
        executor
    }

    fn picture(&self, [width, height]: [u32; 2], rgba: Vec<u8>) -> Result<wgpu::Texture> {
        check_pixels([width, height], &rgba)?;
        let texture = self.texture(width, height)?;
        write_rgba(&self.device, &texture, &rgba);
        Ok(texture)
    }

    fn picture_size(picture: &wgpu::Texture) -> [u32; 2] {
        [picture.width(), picture.height()]
    }

    async fn run_picture(
        &self,
        _: &Network,
        executor: &Executor,
        picture: &wgpu::Texture,
        window: Window,
        input: &Input,
        steady: Option<Columns>,
    ) -> Result<()> {
        executor.read_picture(&self.device, &self.frame, picture, window, input);
        if let Some(columns) = steady {
            let pipelines = self.steady.get_or_init(|| SteadyPipelines::new(&self.device));
            executor.see_motion(&self.device, pipelines, columns)?;
            executor.submit(&self.device);
            executor.steady_scores(&self.device, pipelines);
        } else {
            executor.forget_frames();
            executor.submit(&self.device);
        }
        self.device.finished().await
    }

    async fn flicker(&self, executor: &Executor) -> Result<Flicker> {
        executor.flicker(&self.device).await
    }

    async fn run_tensor(&self, _: &Network, executor: &Executor, input: &[f32]) -> Result<()> {
        executor.write_input(&self.device, input);
        executor.submit(&self.device);
        self.device.finished().await
    }

    async fn read(&self, executor: &Executor, node: NodeId) -> Result<Tensor> {
        executor.read(&self.device, node).await
    }

    fn scores(&self, executor: Rc<Executor>, source: [u32; 2]) -> Scores {
        let shape = ScoresShape::of(&executor.plan);
        let offset = executor.plan.offset(executor.plan.logits);
        Scores {
            values: executor.arena.clone(),
            uniforms: scores_uniforms(&self.device, &shape, offset, source),
            shape,
            source,
        }
    }

    fn plan(executor: &Executor) -> &Plan {
        &executor.plan
    }

    fn mosaic(&self, shape: ScoresShape) -> Result<Mosaic> {
        Mosaic::new(&self.device, shape)
    }

    fn add_tile(&self, mosaic: &mut Mosaic, executor: &Executor, blend: &[Blend; 2]) -> Result<()> {
        let pipeline = self.mosaic.get_or_init(|| MosaicPipeline::new(&self.device));
        mosaic.add(&self.device, pipeline, executor, blend)
    }

    fn mosaic_scores(&self, mosaic: Mosaic, source: [u32; 2]) -> Scores {
        Scores {
            uniforms: scores_uniforms(&self.device, &mosaic.shape, 0, source),
            shape: mosaic.shape,
            values: mosaic.scores,
            source,
        }
    }

    async fn mask(&self, scores: &Scores, with_ids: bool) -> Result<Mask> {
        self.mask.run(&self.device, &scores.uniforms, &scores.values, scores.source, with_ids).await
    }

    async fn scores_at(&self, scores: &Scores, position: [f32; 2]) -> Result<Vec<f32>> {
        self.probe.run(&self.device, &scores.uniforms, &scores.values, position, scores.shape.classes).await
    }

    fn resize(&self, screen: &mut Screen, size: [u32; 2]) {
        screen.resize(&self.device, size);
    }

    fn forget_result(screen: &mut Screen) {
        screen.forget_result();
    }

    fn paint(&self, screen: &mut Screen, shown: &Shown<'_, Self>) -> Result<()> {
        let &Shown { view, palette, picture, scores, backdrop } = shown;
        let scene = Scene {
            view,
            palette,
            canvas: screen.size(),
            picture: Self::picture_size(picture),
            backdrop: backdrop.map(|picture| &**picture),
        };
        let size = scores.shape.size.map(|side| side as u32);
        screen.paint(&self.device, &scene, |painter| {
            painter.bind(&self.device, &scores.uniforms, &scores.values, size, picture)
        })
    }

    fn bytes(network: &Network, executor: Option<&Executor>, picture: Option<&wgpu::Texture>) -> u64 {
        let texture = |picture: &wgpu::Texture| u64::from(picture.width()) * u64::from(picture.height()) * 4;
        network.gpu_bytes() + executor.map_or(0, Executor::gpu_bytes) + picture.map_or(0, texture)
    }
}

impl Session<Gpu> {
    /// The kernels that run the loaded model on a square picture; none without a model.
    ///
    /// Errors: `input-size`.
    pub fn kernels(&self) -> Result<Vec<Kernel>> {
        let loaded = self.model.borrow().clone();
        loaded.map_or(Ok(Vec::new()), |loaded| {
            loaded.network.kernels(network_size(&loaded.summary.info.input, [1, 1]))
        })
    }

    /// What the network's last run took on the GPU by its own clock; none before it has run, and where the clock cannot be had.
    ///
    /// Errors: `device-lost`.
    pub async fn network_gpu_ms(&self) -> Result<Option<f64>> {
        let executor = self.prepared.borrow().as_ref().map(|prepared| prepared.executor.clone());
        match executor {
            Some(executor) => executor.gpu_ms(&self.backend.device).await,
            None => Ok(None),
        }
    }

    /// How the loaded model's weights lie on the GPU.
    pub fn weight_format(&self) -> Option<WeightFormat> {
        self.model.borrow().as_ref().map(|loaded| loaded.network.format())
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
