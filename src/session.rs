//! A device, a model and the last result: the same calls natively and, through `wasm`, in the page.

use std::cell::RefCell;
use std::rc::Rc;

use web_time::Instant;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::Tensor;
use crate::weights::info::Input;
use crate::weights::{Model, ModelInfo};
use crate::wgsl::frame::{Frame, FramePipeline, picture_texture};
use crate::wgsl::interpolation::scores_uniforms;
use crate::wgsl::mask::MaskPipeline;
use crate::wgsl::paint::{Painter, View};
use crate::wgsl::probe::ProbePipeline;
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

struct Segmented {
    prepared: Rc<Prepared>,
    picture: wgpu::Texture,
    scores: wgpu::Buffer,
    /// Of the source: `[width, height]`.
    source: [u32; 2],
}

struct Screen {
    surface: wgpu::Surface<'static>,
    config: wgpu::SurfaceConfiguration,
    painter: Painter,
    bind_group: Option<wgpu::BindGroup>,
}

/// One class's share of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassArea {
    pub id: u8,
    pub name: String,
    /// sRGB.
    pub colour: [u8; 3],
    pub pixels: u32,
    /// 0..=1
    pub fraction: f64,
}

/// What a segmentation took, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    pub compile_ms: f64,
    pub upload_ms: f64,
    pub network_ms: f64,
    pub paint_ms: f64,
    pub total_ms: f64,
}

/// The outcome of [`Session::segment`].
#[derive(Clone, Debug)]
pub struct Segmentation {
    /// Classes present, largest first.
    pub classes: Vec<ClassArea>,
    /// `[height, width]` of the network's input.
    pub network_size: [usize; 2],
    pub timings: Timings,
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

    pub fn unload_model(&self) {
        self.model.replace(None);
        self.prepared.replace(None);
        self.result.replace(None);
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            screen.bind_group = None;
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
            prepared: prepared.clone(),
            picture,
            scores: scores.clone(),
            source,
        })));
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            screen.bind_group = None;
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
        let (ids, [width, height]) = self.read_mask().await?;
        let palette: Vec<u8> = self.loaded()?.info.classes.iter().flat_map(|class| class.colour).collect();
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
        let loaded = self.loaded()?;
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
        let cannot = || {
            Error::new(
                ErrorKind::NoAdapter,
                "this graphics adapter cannot draw to a canvas; try another browser",
            )
        };
        let mut config =
            surface.get_default_config(&self.gpu.adapter, width.max(1), height.max(1)).ok_or_else(cannot)?;
        let modes = surface.get_capabilities(&self.gpu.adapter).alpha_modes;
        // For a browser's canvas wgpu lists only opaque, yet takes both.
        if modes.contains(&wgpu::CompositeAlphaMode::PreMultiplied) || cfg!(target_arch = "wasm32") {
            config.alpha_mode = wgpu::CompositeAlphaMode::PreMultiplied;
        }
        // Colours are blended as sRGB values, like the palette a page shows beside the picture.
        config.format = config.format.remove_srgb_suffix();
        surface.configure(&self.gpu.device, &config);
        let painter = Painter::new(&self.gpu, config.format);
        self.screen.replace(Some(Screen { surface, config, painter, bind_group: None }));
        Ok(())
    }

    /// Sets the canvas size in pixels, at most what a texture can have, and repaints.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        if let Some(screen) = &mut *self.screen.borrow_mut() {
            let most = self.gpu.device.limits().max_texture_dimension_2d;
            screen.config.width = width.clamp(1, most);
            screen.config.height = height.clamp(1, most);
            screen.surface.configure(&self.gpu.device, &screen.config);
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
        let target = match screen.surface.get_current_texture() {
            wgpu::CurrentSurfaceTexture::Success(target)
            | wgpu::CurrentSurfaceTexture::Suboptimal(target) => target,
            // Occluded or late: the next paint will do.
            wgpu::CurrentSurfaceTexture::Timeout | wgpu::CurrentSurfaceTexture::Occluded => return Ok(()),
            _ => {
                return Err(Error::new(
                    ErrorKind::DeviceLost,
                    "the canvas lost its graphics surface; reload the page",
                ));
            }
        };
        let executor = &last.prepared.executor;
        let painter = &screen.painter;
        let bind_group = screen
            .bind_group
            .get_or_insert_with(|| painter.bind(&self.gpu, &last.scores, &executor.arena, &last.picture));
        let canvas = [screen.config.width, screen.config.height];
        let picture = [last.picture.width(), last.picture.height()];
        let palette = self.model.borrow().as_ref().map(|loaded| palette(&loaded.info)).unwrap_or_default();
        painter.set_view(&self.gpu, &self.view.borrow(), &palette, canvas, picture);
        let mut encoder =
            self.gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("paint") });
        painter.encode(
            &mut encoder,
            bind_group,
            &target.texture.create_view(&wgpu::TextureViewDescriptor::default()),
        );
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.queue.present(target);
        Ok(())
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

/// The network's input `[height, width]` for a source of `[width, height]`: the long side as the model says, both sides
/// rounded to the model's multiple, 64 at least, so that the deepest feature map still has pixels.
pub fn network_size(input: &Input, [width, height]: [u32; 2]) -> [usize; 2] {
    let scale = input.long_side as f64 / f64::from(width.max(height));
    let side = |side: u32| {
        let multiples = (f64::from(side) * scale / input.multiple as f64).round() as usize;
        (multiples * input.multiple).max(64usize.next_multiple_of(input.multiple))
    };
    [side(height), side(width)]
}

/// 2^28 pixels: more than any camera makes, and small enough for 32-bit indices.
fn check_source([width, height]: [u32; 2]) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > 1 << 28 {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!(
                "a picture of {width}x{height} cannot be segmented; 1 to 268 million pixels are possible"
            ),
        ));
    }
    Ok(())
}

fn areas(info: &ModelInfo, counts: &[u32], [width, height]: [u32; 2]) -> Vec<ClassArea> {
    let total = f64::from(width) * f64::from(height);
    let mut areas: Vec<_> = (0u8..)
        .zip(info.classes.iter().zip(counts))
        .filter(|(_, (_, pixels))| **pixels > 0)
        .map(|(id, (class, &pixels))| ClassArea {
            id,
            name: class.name.clone(),
            colour: class.colour,
            pixels,
            fraction: f64::from(pixels) / total,
        })
        .collect();
    areas.sort_by_key(|area| std::cmp::Reverse(area.pixels));
    areas
}

/// sRGB 0..1 and how much of it: all. Whether a class is tinted is the view's business.
fn palette(info: &ModelInfo) -> Vec<[f32; 4]> {
    info.classes
        .iter()
        .map(|class| {
            let [r, g, b] = class.colour.map(|v| f32::from(v) / 255.0);
            [r, g, b, 1.0]
        })
        .collect()
}

fn encode_png(ids: &[u8], width: u32, height: u32, palette: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(ids))
        .expect("writing to memory does not fail and the mask has the size it says");
    bytes
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
