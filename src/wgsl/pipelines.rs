//! Compute pipelines: one a kernel and weight format, shared by every layer and size through uniforms.

use std::collections::HashMap;

use super::Gpu;
use super::shaders::Kernel;
use crate::plan::WeightFormat;

/// The pipelines made so far, and the one bind group layout they share.
pub struct Pipelines {
    pub layout: wgpu::BindGroupLayout,
    pipeline_layout: wgpu::PipelineLayout,
    made: HashMap<(Kernel, WeightFormat), wgpu::ComputePipeline>,
}

impl Pipelines {
    pub fn new(gpu: &Gpu) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let entries =
            [Uniform, Storage { read_only: true }, Storage { read_only: false }, Storage { read_only: true }]
                .map(buffer);
        let layout = bind_group_layout(gpu, "network", wgpu::ShaderStages::COMPUTE, &entries);
        let pipeline_layout = pipeline_layout(gpu, "network", &[&layout]);
        Self { layout, pipeline_layout, made: HashMap::new() }
    }

    /// The pipeline, made now if it is the first use.
    pub fn get(&mut self, gpu: &Gpu, kernel: Kernel, format: WeightFormat) -> wgpu::ComputePipeline {
        let make = || {
            let source = kernel.source(gpu.activations, format);
            compute_pipeline(gpu, kernel.name(), &source, &self.pipeline_layout)
        };
        self.made.entry((kernel, format)).or_insert_with(make).clone()
    }
}

/// A compute pipeline with bindings of its own, made once a device.
pub(super) struct Program {
    label: &'static str,
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl Program {
    /// `types` are those of bindings 0, 1, ...
    pub fn new(gpu: &Gpu, label: &'static str, source: &str, types: &[wgpu::BindingType]) -> Self {
        let layout = bind_group_layout(gpu, label, wgpu::ShaderStages::COMPUTE, types);
        let pipeline = compute_pipeline(gpu, label, source, &pipeline_layout(gpu, label, &[&layout]));
        Self { label, layout, pipeline }
    }

    pub fn bind(&self, gpu: &Gpu, resources: Vec<wgpu::BindingResource<'_>>) -> wgpu::BindGroup {
        bind_group(gpu, self.label, &self.layout, resources)
    }

    /// Runs it once.
    pub fn submit(&self, gpu: &Gpu, bind_group: &wgpu::BindGroup, [x, y]: [u32; 2]) {
        let mut encoder =
            gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some(self.label) });
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, bind_group, &[]);
            pass.dispatch_workgroups(x, y, 1);
        }
        gpu.queue.submit([encoder.finish()]);
    }
}

/// Binding type of a buffer.
pub(super) fn buffer(ty: wgpu::BufferBindingType) -> wgpu::BindingType {
    wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None }
}

/// Binding type of a texture.
pub(super) fn texture_type(filterable: bool) -> wgpu::BindingType {
    wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    }
}

/// A layout with bindings 0, 1, ... of the given types.
pub(super) fn bind_group_layout(
    gpu: &Gpu,
    label: &str,
    visibility: wgpu::ShaderStages,
    types: &[wgpu::BindingType],
) -> wgpu::BindGroupLayout {
    let entries: Vec<_> = (0..)
        .zip(types)
        .map(|(binding, ty)| wgpu::BindGroupLayoutEntry { binding, visibility, ty: *ty, count: None })
        .collect();
    gpu.device
        .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries: &entries })
}

/// A bind group with bindings 0, 1, ...
pub(super) fn bind_group(
    gpu: &Gpu,
    label: &str,
    layout: &wgpu::BindGroupLayout,
    resources: Vec<wgpu::BindingResource<'_>>,
) -> wgpu::BindGroup {
    let entries: Vec<_> =
        (0..).zip(resources).map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
    gpu.device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(label), layout, entries: &entries })
}

pub(super) fn pipeline_layout(
    gpu: &Gpu,
    label: &str,
    groups: &[&wgpu::BindGroupLayout],
) -> wgpu::PipelineLayout {
    let groups: Vec<_> = groups.iter().map(|group| Some(*group)).collect();
    gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(label),
        bind_group_layouts: &groups,
        immediate_size: 0,
    })
}

fn compute_pipeline(
    gpu: &Gpu,
    label: &str,
    source: &str,
    layout: &wgpu::PipelineLayout,
) -> wgpu::ComputePipeline {
    let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    });
    gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(label),
        layout: Some(layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions::default(),
        cache: None,
    })
}
