//! Runs a plan: everything is created once per network and input size, a frame only records launches.

use std::cell::RefCell;

use super::frame::Frame;
use super::kernels::{Dispatch, dispatch};
use super::pipelines::{Pipelines, bind_group};
use super::shaders::Kernel;
use super::steady::Steady;
use super::stopwatch::Stopwatch;
use super::{Gpu, readback};
use crate::error::Result;
use crate::graph::{Graph, NodeId, Tensor};
use crate::plan::{PackedWeights, Plan, WeightFormat, planes};
use crate::weights::QuantisedWeights;

/// A network's graph and its weights on the device.
pub struct Network {
    pub graph: Graph,
    packed: PackedWeights,
    buffer: wgpu::Buffer,
}

impl Network {
    /// `graph` must have its batch norms folded, and `weights` must hold all it names. With `ranges` of the inputs of its
    /// convolutions (`Calibration::ranges`) int8 weights are multiplied with int8 pixels, where the adapter can.
    pub fn new(gpu: &Gpu, graph: Graph, weights: &QuantisedWeights, ranges: &[Option<f32>]) -> Result<Self> {
        let format = WeightFormat::of(&graph, weights);
        let bytes_each = if format == WeightFormat::F32 { 4 } else { 1 };
        // Before they are packed, into at least as many bytes.
        gpu.check_size("weights", (graph.parameters()? * bytes_each) as u64)?;
        let products = match gpu.has_int8_products() {
            true => PackedWeights::for_products(&graph, weights, ranges)?,
            false => None,
        };
        let packed = match products {
            Some(packed) => packed,
            None => PackedWeights::new(&graph, weights, format)?,
        };
        let buffer = upload(gpu, "weights", &packed.words)?;
        Ok(Self { graph, packed, buffer })
    }

    pub fn format(&self) -> WeightFormat {
        self.packed.format
    }

    pub fn gpu_bytes(&self) -> u64 {
        self.buffer.size()
    }

    /// The kernels that run it on inputs of `[height, width]`, each once.
    ///
    /// Errors: `input-size`.
    pub fn kernels(&self, [height, width]: [usize; 2]) -> Result<Vec<Kernel>> {
        let plan = Plan::new(&self.graph, height, width, &[])?;
        let mut kernels = Vec::new();
        for step in &plan.steps {
            let Dispatch { kernel, .. } = dispatch(&plan, &self.packed, step, &mut Vec::new());
            if !kernels.contains(&kernel) {
                kernels.push(kernel);
            }
        }
        Ok(kernels)
    }
}

/// A network at one input size.
pub struct Executor {
    pub plan: Plan,
    pub arena: wgpu::Buffer,
    pub(super) launches: Vec<Launch>,
    /// What fills the input, for the last picture.
    pub(super) frame: RefCell<Option<Frame>>,
    /// What is remembered of the frames before, while a live picture is kept steady.
    pub(super) steady: RefCell<Option<Steady>>,
    pub(super) stopwatch: Option<Stopwatch>,
    gpu_bytes: u64,
}

/// A software adapter takes seconds for a network, and browsers take a device away that is busy with one submission for
/// that long; a dozen submissions cost a real GPU nothing that shows.
const LAUNCHES_PER_SUBMIT: usize = 12;

pub(super) struct Launch {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    workgroups: [u32; 2],
}

impl Launch {
    pub(super) fn record(&self, pass: &mut wgpu::ComputePass<'_>) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        pass.dispatch_workgroups(self.workgroups[0], self.workgroups[1], 1);
    }
}

impl Executor {
    /// Plans and prepares everything for inputs of `height x width`; the values of `taps` stay readable after a run.
    ///
    /// Errors: `input-size`, `limits-too-low`.
    pub fn new(
        gpu: &Gpu,
        pipelines: &mut Pipelines,
        network: &Network,
        [height, width]: [usize; 2],
        taps: &[NodeId],
    ) -> Result<Self> {
        let plan = Plan::new(&network.graph, height, width, taps)?;
        let vector_bytes = gpu.activations.vector_bytes();
        let arena = gpu.storage_buffer("network's activations", plan.arena_len as u64 * vector_bytes)?;
        let mut tables = Vec::new();
        let dispatches: Vec<_> =
            plan.steps.iter().map(|step| dispatch(&plan, &network.packed, step, &mut tables)).collect();
        let tables = upload(gpu, "tables", &tables)?;

        // Uniforms of all launches in one buffer, each at the alignment WebGPU asks for.
        let alignment = gpu.device.limits().min_uniform_buffer_offset_alignment as usize;
        let slot =
            dispatches.iter().map(|d| d.uniforms.len()).max().unwrap_or(16).next_multiple_of(alignment);
        let mut bytes = vec![0; slot * dispatches.len().max(1)];
        for (dispatch, slot) in dispatches.iter().zip(bytes.chunks_mut(slot)) {
            slot[..dispatch.uniforms.len()].copy_from_slice(&dispatch.uniforms);
        }
        let uniforms = gpu.uniform_buffer("steps", bytes.len() as u64);
        gpu.queue.write_buffer(&uniforms, 0, &bytes);

        let gpu_bytes = arena.size() + tables.size() + uniforms.size();
        let launches = dispatches.iter().enumerate().map(|(i, dispatch)| {
            let own_uniforms = wgpu::BufferBinding {
                buffer: &uniforms,
                offset: (i * slot) as u64,
                size: wgpu::BufferSize::new(dispatch.uniforms.len() as u64),
            };
            let resources = vec![
                wgpu::BindingResource::Buffer(own_uniforms),
                network.buffer.as_entire_binding(),
                arena.as_entire_binding(),
                tables.as_entire_binding(),
            ];
            Launch {
                pipeline: pipelines.get(gpu, dispatch.kernel, network.packed.format),
                bind_group: bind_group(gpu, dispatch.kernel.name(), &pipelines.layout, resources),
                workgroups: dispatch.workgroups,
            }
        });
        let launches = launches.collect();
        Ok(Self {
            plan,
            arena,
            launches,
            frame: RefCell::default(),
            steady: RefCell::default(),
            stopwatch: Stopwatch::new(gpu),
            gpu_bytes,
        })
    }

    /// `[height, width]` of the input.
    pub fn input_size(&self) -> [usize; 2] {
        let [_, _, h, w] = self.plan.shapes[0];
        [h, w]
    }

    pub fn gpu_bytes(&self) -> u64 {
        self.gpu_bytes
    }

    /// Writes an input `[1, c, h, w]` from the CPU; pictures take the `frame` kernel instead.
    pub fn write_input(&self, gpu: &Gpu, input: &[f32]) {
        let [_, c, h, w] = self.plan.shapes[0];
        assert_eq!(input.len(), c * h * w, "the input has the plan's shape");
        let pixels = h * w;
        let mut packed = vec![[0f32; 4]; planes(c) * pixels];
        for (channel, plane) in input.chunks(pixels).enumerate() {
            for (pixel, value) in plane.iter().enumerate() {
                packed[channel / 4 * pixels + pixel][channel % 4] = *value;
            }
        }
        let offset = self.plan.offset(0) as u64 * gpu.activations.vector_bytes();
        gpu.queue.write_buffer(&self.arena, offset, &gpu.activations.encoded(&packed));
    }

    /// Runs the network on what the input holds.
    pub fn submit(&self, gpu: &Gpu) {
        let parts = self.launches.chunks(LAUNCHES_PER_SUBMIT);
        let last = parts.len().saturating_sub(1);
        for (part, launches) in parts.enumerate() {
            let mut encoder =
                gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("network") });
            {
                let stopwatch = self.stopwatch.as_ref();
                let timestamp_writes = stopwatch.and_then(|watch| watch.writes(part == 0, part == last));
                let descriptor = wgpu::ComputePassDescriptor { label: None, timestamp_writes };
                let mut pass = encoder.begin_compute_pass(&descriptor);
                launches.iter().for_each(|launch| launch.record(&mut pass));
            }
            if part == last {
                self.stopwatch.iter().for_each(|watch| watch.resolve(&mut encoder));
            }
            gpu.queue.submit([encoder.finish()]);
        }
    }

    /// Reads a node's value `[1, c, h, w]` after a run.
    ///
    /// Errors: `no-such-layer` if the plan kept no such value.
    pub async fn read(&self, gpu: &Gpu, node: NodeId) -> Result<Tensor> {
        let offset = self.plan.kept_offset(node)?;
        let [n, c, h, w] = self.plan.shapes[node];
        let pixels = h * w;
        let layout = self.plan.layouts[node];
        let vector_bytes = gpu.activations.vector_bytes();
        let size = (layout.planes() * pixels) as u64 * vector_bytes;
        let bytes = readback::read(gpu, &self.arena, offset as u64 * vector_bytes, size).await?;
        let packed = gpu.activations.decoded(&bytes);
        let mut data = Vec::with_capacity(c * pixels);
        for channel in 0..c {
            let [plane, lane] = layout.place(channel);
            data.extend(packed[plane * pixels..][..pixels].iter().map(|vector| vector[lane]));
        }
        Ok(Tensor::new([n, c, h, w], data))
    }
}

fn upload(gpu: &Gpu, label: &str, words: &[[u32; 4]]) -> Result<wgpu::Buffer> {
    let bytes: &[u8] = bytemuck::cast_slice(words);
    let buffer = gpu.storage_buffer(label, bytes.len() as u64)?;
    if !bytes.is_empty() {
        gpu.queue.write_buffer(&buffer, 0, bytes);
    }
    Ok(buffer)
}
