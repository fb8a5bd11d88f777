//! What lies behind the classes shown, out of focus: `extract` of paint.wgsl, then a Gaussian along both axes.

use bytemuck::{Pod, Zeroable};

use super::paint::render_pipeline;
use super::pipelines::{bind_group, bind_group_layout, buffer, texture_type};
use super::{Gpu, shaders};
use crate::view::Background;

/// Keep in sync with `BlurUniforms` in blur.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct BlurUniforms {
    pub step: [i32; 2],
    pub radius: i32,
    pub falloff: f32,
}

/// Sums of weighted colours: 8 bits would show steps where there is little background.
const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba16Float;

/// The passes for one size of canvas.
pub(super) struct Behind {
    /// Of the map: `[width, height]`.
    pub size: [u32; 2],
    extract: wgpu::RenderPipeline,
    blur: wgpu::RenderPipeline,
    maps: [wgpu::TextureView; 2],
    /// Along x from the first map, along y from the second.
    blurs: [wgpu::BindGroup; 2],
    /// The result, as group 1 of paint.wgsl.
    pub result: wgpu::BindGroup,
}

impl Behind {
    /// Size of the map for a canvas of `[width, height]`.
    pub fn size_for(canvas: [u32; 2]) -> [u32; 2] {
        canvas.map(|side| side.div_ceil(Background::REDUCTION))
    }

    /// `paint` and `layout` are the module of paint.wgsl and the layout of its group 0, `result_layout` that of its group 1.
    pub fn new(
        gpu: &Gpu,
        size: [u32; 2],
        paint: &wgpu::ShaderModule,
        layout: &wgpu::BindGroupLayout,
        result_layout: &wgpu::BindGroupLayout,
    ) -> Self {
        let types = [buffer(wgpu::BufferBindingType::Uniform), texture_type(false)];
        let blur_layout = bind_group_layout(gpu, "blur", wgpu::ShaderStages::FRAGMENT, &types);
        let blur_module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("blur"),
            source: wgpu::ShaderSource::Wgsl(shaders::blur().into()),
        });
        let maps = [0, 1].map(|_| map(gpu, size, FORMAT));
        let (sigma, radius) = Background::blur(size);
        let blurs = [([1, 0], &maps[0]), ([0, 1], &maps[1])].map(|(step, source)| {
            let falloff = 1.0 / (2.0 * sigma * sigma);
            let uniforms = BlurUniforms { step, radius: radius as i32, falloff };
            let buffer = gpu.uniform_buffer("blur", size_of::<BlurUniforms>() as u64);
            gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&uniforms));
            let resources = vec![buffer.as_entire_binding(), wgpu::BindingResource::TextureView(source)];
            bind_group(gpu, "blur", &blur_layout, resources)
        });
        Self {
            size,
            extract: render_pipeline(gpu, paint, "extract", &[layout], FORMAT),
            blur: render_pipeline(gpu, &blur_module, "fragment", &[&blur_layout], FORMAT),
            result: result_binding(gpu, result_layout, &maps[0]),
            blurs,
            maps,
        }
    }

    /// `painting` is what group 0 of paint.wgsl is bound to.
    pub fn encode(&self, encoder: &mut wgpu::CommandEncoder, painting: &wgpu::BindGroup) {
        let [first, second] = &self.maps;
        cover(encoder, first, &self.extract, &[painting]);
        cover(encoder, second, &self.blur, &[&self.blurs[0]]);
        cover(encoder, first, &self.blur, &[&self.blurs[1]]);
    }
}

pub(super) fn result_layout(gpu: &Gpu) -> wgpu::BindGroupLayout {
    bind_group_layout(gpu, "behind", wgpu::ShaderStages::FRAGMENT, &[texture_type(true)])
}

/// Group 1 of paint.wgsl.
pub(super) fn result_binding(
    gpu: &Gpu,
    layout: &wgpu::BindGroupLayout,
    map: &wgpu::TextureView,
) -> wgpu::BindGroup {
    bind_group(gpu, "behind", layout, vec![wgpu::BindingResource::TextureView(map)])
}

/// Draws over the whole of `target`.
pub(super) fn cover(
    encoder: &mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
    pipeline: &wgpu::RenderPipeline,
    groups: &[&wgpu::BindGroup],
) {
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
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
    pass.set_pipeline(pipeline);
    for (index, group) in (0..).zip(groups) {
        pass.set_bind_group(index, *group, &[]);
    }
    pass.draw(0..3, 0..1);
}

/// A texture that passes draw on and read, of `[width, height]`.
pub(super) fn map(gpu: &Gpu, [width, height]: [u32; 2], format: wgpu::TextureFormat) -> wgpu::TextureView {
    let texture = gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("behind"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    });
    texture.create_view(&wgpu::TextureViewDescriptor::default())
}
