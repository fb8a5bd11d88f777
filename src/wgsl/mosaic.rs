//! The scores of a whole picture, put together on the GPU from those of its tiles.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{Program, buffer};
use super::{Executor, Gpu, shaders};
use crate::error::Result;
use crate::plan::{Blend, ScoresShape, planes};

/// Keep in sync with `MosaicUniforms` in mosaic.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct MosaicUniforms {
    pub tile: [u32; 2],
    pub scores: u32,
    pub padding_to_8: u32,
    pub size: [u32; 2],
    pub first: [u32; 2],
    pub count: [u32; 2],
}

/// The `mosaic` pipeline, made once a device.
pub struct MosaicPipeline(Program);

impl MosaicPipeline {
    pub fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let types =
            [Uniform, Storage { read_only: true }, Storage { read_only: true }, Storage { read_only: false }]
                .map(buffer);
        Self(Program::new(gpu, "mosaic", &shaders::mosaic(gpu.activations), &types))
    }
}

/// Scores to which tiles are added.
pub struct Mosaic {
    pub scores: wgpu::Buffer,
    pub shape: ScoresShape,
}

impl Mosaic {
    /// Errors: `limits-too-low` if the adapter has no buffer for the scores.
    pub fn new(gpu: &Gpu, shape: ScoresShape) -> Result<Self> {
        let [width, height] = shape.size;
        let bytes = (planes(shape.classes) * width * height) as u64 * gpu.activations.vector_bytes();
        Ok(Self { scores: gpu.storage_buffer("scores of this much detail", bytes)?, shape })
    }

    /// Adds what the executor's last run left.
    pub fn add(
        &self,
        gpu: &Gpu,
        pipeline: &MosaicPipeline,
        executor: &Executor,
        [columns, rows]: &[Blend; 2],
    ) -> Result<()> {
        let pair = |pair: [usize; 2]| pair.map(|v| v as u32);
        let tile = ScoresShape::of(&executor.plan);
        let uniforms = MosaicUniforms {
            tile: pair(tile.size),
            scores: executor.plan.offset(executor.plan.logits) as u32,
            padding_to_8: 0,
            size: pair(self.shape.size),
            first: pair([columns.first, rows.first]),
            count: pair([columns.taps.len(), rows.taps.len()]),
        };
        let uniform_buffer = gpu.uniform_buffer("mosaic", size_of::<MosaicUniforms>() as u64);
        gpu.queue.write_buffer(&uniform_buffer, 0, bytemuck::bytes_of(&uniforms));
        let taps = [columns.taps.as_slice(), &rows.taps].concat();
        let bytes: &[u8] = bytemuck::cast_slice(&taps);
        let taps = gpu.storage_buffer("mosaic's taps", bytes.len() as u64)?;
        gpu.queue.write_buffer(&taps, 0, bytes);
        let resources = vec![
            uniform_buffer.as_entire_binding(),
            executor.arena.as_entire_binding(),
            taps.as_entire_binding(),
            self.scores.as_entire_binding(),
        ];
        let cells = uniforms.count[0] * uniforms.count[1];
        let workgroups = [cells.div_ceil(64), planes(tile.classes) as u32];
        pipeline.0.submit(gpu, &pipeline.0.bind(gpu, resources), workgroups);
        Ok(())
    }
}
