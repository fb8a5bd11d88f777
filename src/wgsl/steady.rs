//! Scores that stand still where the picture does.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{Program, buffer};
use super::{Executor, Gpu, readback, shaders};
use crate::error::Result;
use crate::plan::steady::{self, Columns, Flicker};
use crate::plan::{ScoresShape, planes};

/// Keep in sync with `SteadyUniforms` in steady_common.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct SteadyUniforms {
    pub in_size: [u32; 2],
    pub size: [u32; 2],
    pub x: u32,
    pub scores: u32,
    pub classes: u32,
    pub still: f32,
    pub noise: f32,
    pub moved: f32,
    pub columns: [u32; 2],
}

/// The `motion` and `steady` pipelines, made once a device.
pub struct SteadyPipelines {
    motion: Program,
    steady: Program,
}

impl SteadyPipelines {
    pub fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let storage = buffer(Storage { read_only: false });
        let types = [buffer(Uniform), storage, storage, storage, storage];
        Self {
            motion: Program::new(gpu, "motion", &shaders::motion(gpu.activations), &types[..4]),
            steady: Program::new(gpu, "steady", &shaders::steady(gpu.activations), &types),
        }
    }
}

/// What one executor remembers of the frames before.
pub(super) struct Steady {
    motion: wgpu::BindGroup,
    steady: wgpu::BindGroup,
    workgroups: [u32; 2],
    columns: Columns,
    flicker: wgpu::Buffer,
}

impl Executor {
    /// Before the network runs: what moved since the last frame. Other columns than before begin anew.
    ///
    /// Errors: `limits-too-low`.
    pub fn see_motion(&self, gpu: &Gpu, pipelines: &SteadyPipelines, columns: Columns) -> Result<()> {
        let mut steady = self.steady.borrow_mut();
        let steady = match steady.take() {
            Some(kept) if kept.columns == columns => steady.insert(kept),
            _ => steady.insert(self.begin_steady(gpu, pipelines, columns)?),
        };
        pipelines.motion.submit(gpu, &steady.motion, steady.workgroups);
        Ok(())
    }

    /// After the network has run: its scores become those to show.
    pub fn steady_scores(&self, gpu: &Gpu, pipelines: &SteadyPipelines) {
        if let Some(steady) = &*self.steady.borrow() {
            pipelines.steady.submit(gpu, &steady.steady, steady.workgroups);
        }
    }

    /// The next frame counts alone.
    pub fn forget_frames(&self) {
        self.steady.replace(None);
    }

    /// Reads what was counted since these columns were chosen.
    pub async fn flicker(&self, gpu: &Gpu) -> Result<Flicker> {
        let counts = self.steady.borrow().as_ref().map(|steady| steady.flicker.clone());
        let Some(counts) = counts else { return Ok(Flicker::default()) };
        let bytes = readback::read(gpu, &counts, 0, counts.size()).await?;
        Ok(match bytemuck::pod_collect_to_vec::<u8, u32>(&bytes)[..] {
            [still, changed, steady_still, steady_changed] => {
                Flicker { plain: [still, changed], steady: [steady_still, steady_changed] }
            }
            _ => unreachable!("four counts were made"),
        })
    }

    fn begin_steady(&self, gpu: &Gpu, pipelines: &SteadyPipelines, columns: Columns) -> Result<Steady> {
        let shape = ScoresShape::of(&self.plan);
        let [width, height] = shape.size.map(|side| side as u32);
        let kept = steady::cells(&columns, shape.size[0]);
        let uniforms = SteadyUniforms {
            in_size: shape.network.map(|side| side as u32),
            size: [width, height],
            x: self.plan.offset(0) as u32,
            scores: self.plan.offset(self.plan.logits) as u32,
            classes: shape.classes as u32,
            still: steady::STILL,
            noise: steady::NOISE,
            moved: steady::MOVED,
            columns: [kept.start as u32, kept.end as u32],
        };
        let buffer = gpu.uniform_buffer("steady", size_of::<SteadyUniforms>() as u64);
        gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&uniforms));
        let never = vec![[steady::NEVER; 4]; (width * height) as usize];
        let cells = gpu.storage_buffer("cells", size_of_val(&never[..]) as u64)?;
        gpu.queue.write_buffer(&cells, 0, bytemuck::cast_slice(&never));
        let vectors = u64::from(width * height) * planes(shape.classes) as u64;
        let history = gpu.storage_buffer("scores of frames before", vectors * 16)?;
        let flicker = gpu.storage_buffer("flicker", size_of::<Flicker>() as u64)?;
        let resources =
            [&buffer, &self.arena, &cells, &history, &flicker].map(wgpu::Buffer::as_entire_binding);
        Ok(Steady {
            motion: pipelines.motion.bind(gpu, resources[..4].to_vec()),
            steady: pipelines.steady.bind(gpu, resources.to_vec()),
            workgroups: [width.div_ceil(8), height.div_ceil(8)],
            columns,
            flicker,
        })
    }
}
