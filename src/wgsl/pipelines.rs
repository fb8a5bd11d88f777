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
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("network"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        Self { layout, pipeline_layout, made: HashMap::new() }
    }

    /// The pipeline, made now if it is the first use.
    pub fn get(&mut self, gpu: &Gpu, kernel: Kernel, format: WeightFormat) -> wgpu::ComputePipeline {
        let make = || compute_pipeline(gpu, kernel.name(), &kernel.source(format), &self.pipeline_layout);
        self.made.entry((kernel, format)).or_insert_with(make).clone()
    }
}

/// Binding type of a buffer.
pub(super) fn buffer(ty: wgpu::BufferBindingType) -> wgpu::BindingType {
    wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None }
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

pub(super) fn compute_pipeline(
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
