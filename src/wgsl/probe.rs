//! Class scores at one pixel.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{bind_group, bind_group_layout, buffer, compute_pipeline};
use super::{Gpu, readback, shaders};
use crate::error::Result;

/// Keep in sync with `ProbeUniforms` in probe.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct ProbeUniforms {
    pub position: [f32; 2],
}

/// The `probe` pipeline, made once a device.
pub struct ProbePipeline {
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl ProbePipeline {
    pub fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let types = [Uniform, Storage { read_only: true }, Uniform, Storage { read_only: false }].map(buffer);
        let layout = bind_group_layout(gpu, "probe", wgpu::ShaderStages::COMPUTE, &types);
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("probe"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        Self { pipeline: compute_pipeline(gpu, "probe", &shaders::probe(), &pipeline_layout), layout }
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
        let bind_group = bind_group(gpu, "probe", &self.layout, resources);
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("probe") });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &bind_group, &[]);
            pass.dispatch_workgroups(1, 1, 1);
        }
        gpu.queue.submit([encoder.finish()]);
        let bytes = readback::read(gpu, &result, 0, 64 * 16).await?;
        let mut scores: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes);
        scores.truncate(classes);
        Ok(scores)
    }
}
