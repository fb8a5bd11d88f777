//! Class scores at one pixel.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{Program, buffer};
use super::{Gpu, readback, shaders};
use crate::error::Result;

/// Keep in sync with `ProbeUniforms` in probe.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct ProbeUniforms {
    pub position: [f32; 2],
}

/// The `probe` pipeline, made once a device.
pub struct ProbePipeline(Program);

impl ProbePipeline {
    pub fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let types = [Uniform, Storage { read_only: true }, Uniform, Storage { read_only: false }].map(buffer);
        Self(Program::new(gpu, "probe", &shaders::probe(gpu.activations), &types))
    }

    /// The `classes` scores at `position`, 0..1 across the picture.
    pub async fn run(
        &self,
        gpu: &Gpu,
        scores: &wgpu::Buffer,
        values: &wgpu::Buffer,
        position: [f32; 2],
        classes: usize,
    ) -> Result<Vec<f32>> {
        let uniforms = gpu.uniform_buffer("probe", size_of::<ProbeUniforms>() as u64);
        gpu.queue.write_buffer(&uniforms, 0, bytemuck::bytes_of(&ProbeUniforms { position }));
        let result = gpu.storage_buffer("probe", 64 * 16)?;
        let resources = vec![
            scores.as_entire_binding(),
            values.as_entire_binding(),
            uniforms.as_entire_binding(),
            result.as_entire_binding(),
        ];
        self.0.submit(gpu, &self.0.bind(gpu, resources), [1, 1]);
        let bytes = readback::read(gpu, &result, 0, 64 * 16).await?;
        let mut scores: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes);
        scores.truncate(classes);
        Ok(scores)
    }
}
