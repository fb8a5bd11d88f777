//! The overlay: scores and picture to a canvas, in one draw.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{bind_group, bind_group_layout, buffer, pipeline_layout};
use super::{Gpu, shaders};
use crate::view::View;

/// Keep in sync with `PaintUniforms` in paint.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct PaintUniforms {
    pub canvas: [f32; 2],
    pub opacity: f32,
    pub split: f32,
    pub solo: u32,
    pub cut_out: u32,
    pub samples: u32,
    pub padding_to_16: u32,
    pub hidden: [u32; 8],
    pub palette: [[f32; 4]; 256],
}

/// The paint pipeline for one target format, and its uniforms.
pub struct Painter {
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::RenderPipeline,
    sampler: wgpu::Sampler,
    uniforms: wgpu::Buffer,
}

impl Painter {
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let types = [
            buffer(Uniform),
            buffer(Storage { read_only: true }),
            buffer(Uniform),
            wgpu::BindingType::Texture {
                sample_type: wgpu::TextureSampleType::Float { filterable: true },
                view_dimension: wgpu::TextureViewDimension::D2,
                multisampled: false,
            },
            wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
        ];
        let layout = bind_group_layout(gpu, "paint", wgpu::ShaderStages::FRAGMENT, &types);
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("paint"),
            source: wgpu::ShaderSource::Wgsl(shaders::paint(gpu.activations).into()),
        });
        let pipeline = gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("paint"),
            layout: Some(&pipeline_layout(gpu, "paint", &layout)),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                buffers: &[],
            },
            primitive: wgpu::PrimitiveState::default(),
            depth_stencil: None,
            multisample: wgpu::MultisampleState::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                targets: &[Some(format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let sampler = gpu.device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let uniforms = gpu.uniform_buffer("paint", size_of::<PaintUniforms>() as u64);
        Self { layout, pipeline, sampler, uniforms }
    }

    /// Binds the scores and picture to paint; made once for each executor and picture.
    pub fn bind(
        &self,
        gpu: &Gpu,
        scores: &wgpu::Buffer,
        values: &wgpu::Buffer,
        picture: &wgpu::Texture,
    ) -> wgpu::BindGroup {
        let view = picture.create_view(&wgpu::TextureViewDescriptor::default());
        let resources = vec![
            scores.as_entire_binding(),
            values.as_entire_binding(),
            self.uniforms.as_entire_binding(),
            wgpu::BindingResource::TextureView(&view),
            wgpu::BindingResource::Sampler(&self.sampler),
        ];
        bind_group(gpu, "paint", &self.layout, resources)
    }

    /// Sets what [`Self::encode`] will show. `palette` is sRGB 0..1 and how much of it, per class; `canvas` and `picture` are
    /// `[width, height]`.
    pub fn set_view(
        &self,
        gpu: &Gpu,
        view: &View,
        palette: &[[f32; 4]],
        canvas: [u32; 2],
        picture: [u32; 2],
    ) {
        let mut uniforms = PaintUniforms {
            canvas: canvas.map(|v| v as f32),
            opacity: view.opacity,
            split: view.split.unwrap_or(-1.0),
            solo: view.solo.map_or(u32::MAX, u32::from),
            cut_out: u32::from(view.cut_out),
            // Eight samples an axis keep a picture eight times the canvas smooth; beyond that nobody sees it.
            samples: picture[0].div_ceil(canvas[0]).max(picture[1].div_ceil(canvas[1])).clamp(1, 8),
            ..PaintUniforms::zeroed()
        };
        for &class_id in &view.hidden {
            uniforms.hidden[usize::from(class_id / 32)] |= 1 << (class_id % 32);
        }
        uniforms.palette[..palette.len()].copy_from_slice(palette);
        gpu.queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&uniforms));
    }

    /// Draws over the whole of `target`.
    pub fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        bind_group: &wgpu::BindGroup,
        target: &wgpu::TextureView,
    ) {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("paint"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load: wgpu::LoadOp::Clear(wgpu::Color::TRANSPARENT),
                    store: wgpu::StoreOp::Store,
                },
            })],
            ..Default::default()
        });
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, bind_group, &[]);
        pass.draw(0..3, 0..1);
    }
}
