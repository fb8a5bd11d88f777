//! The overlay: scores and picture to a canvas, in one draw.

use std::cell::OnceCell;

use bytemuck::{Pod, Zeroable};

use super::behind::{Behind, cover, map, result_binding, result_layout};
use super::pipelines::{bind_group, bind_group_layout, buffer, pipeline_layout, texture_type};
use super::{Gpu, shaders};
use crate::view::{Background, View};

/// Keep in sync with `PaintUniforms` in paint.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct PaintUniforms {
    pub canvas: [f32; 2],
    pub opacity: f32,
    pub split: f32,
    pub solo: u32,
    pub background: u32,
    pub samples: u32,
    pub mirrored: u32,
    pub hidden: [u32; 8],
    pub colour: [f32; 4],
    pub behind_size: [f32; 2],
    pub fine_edges: u32,
    pub outlined: u32,
    pub palette: [[f32; 4]; 256],
}

/// Keep in sync with the constants in paint.wgsl.
fn background_id(scene: &Scene<'_>) -> u32 {
    match scene.view.background {
        Background::Backdrop if scene.backdrop.is_some() => 5,
        Background::Backdrop => 0,
        Background::Picture => 0,
        Background::None => 1,
        Background::Grey => 2,
        Background::Blurred => 3,
        Background::Colour(_) => 4,
    }
}

/// Of a cell: its colour, and the class that is best there, which half precision has exactly.
const CELLS: wgpu::TextureFormat = wgpu::TextureFormat::Rgba16Float;

/// The paint pipeline for one target format, its uniforms, and what lies behind the classes for it.
pub struct Painter {
    layout: wgpu::BindGroupLayout,
    /// Without the cells, for the pass that fills them.
    cell_layout: wgpu::BindGroupLayout,
    behind_layout: wgpu::BindGroupLayout,
    module: wgpu::ShaderModule,
    pipeline: wgpu::RenderPipeline,
    cell_pipeline: OnceCell<wgpu::RenderPipeline>,
    sampler: wgpu::Sampler,
    uniforms: wgpu::Buffer,
    nothing_behind: wgpu::BindGroup,
    behind: Option<Behind>,
    backdrop: Option<(wgpu::Texture, wgpu::BindGroup)>,
}

/// A result bound for painting.
pub struct Bound {
    result: wgpu::BindGroup,
    of_cells: wgpu::BindGroup,
    cells: wgpu::TextureView,
}

/// How and how large a result is shown.
pub struct Scene<'a> {
    pub view: &'a View,
    /// sRGB 0..1 and how much of it, per class.
    pub palette: &'a [[f32; 4]],
    /// `[width, height]`
    pub canvas: [u32; 2],
    /// `[width, height]`
    pub picture: [u32; 2],
    /// For [`Background::Backdrop`].
    pub backdrop: Option<&'a wgpu::Texture>,
}

impl Painter {
    pub fn new(gpu: &Gpu, format: wgpu::TextureFormat) -> Self {
        use wgpu::BufferBindingType::{Storage, Uniform};
        let types = [
            buffer(Uniform),
            buffer(Storage { read_only: true }),
            buffer(Uniform),
            texture_type(true),
            wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
            texture_type(false),
        ];
        let layout = bind_group_layout(gpu, "paint", wgpu::ShaderStages::FRAGMENT, &types);
        let cell_layout = bind_group_layout(gpu, "cells", wgpu::ShaderStages::FRAGMENT, &types[..5]);
        let behind_layout = result_layout(gpu);
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("paint"),
            source: wgpu::ShaderSource::Wgsl(shaders::paint(gpu.activations).into()),
        });
        let pipeline = render_pipeline(gpu, &module, "fragment", &[&layout, &behind_layout], format);
        let sampler = gpu.device.create_sampler(&wgpu::SamplerDescriptor {
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        let uniforms = gpu.uniform_buffer("paint", size_of::<PaintUniforms>() as u64);
        let nothing_behind = result_binding(gpu, &behind_layout, &map(gpu, [1, 1], CELLS));
        Self {
            layout,
            cell_layout,
            behind_layout,
            module,
            pipeline,
            cell_pipeline: OnceCell::new(),
            sampler,
            uniforms,
            nothing_behind,
            behind: None,
            backdrop: None,
        }
    }

    /// Binds the scores, a map of `[width, height]`, and the picture to paint; made once for each executor and picture.
    pub fn bind(
        &self,
        gpu: &Gpu,
        scores: &wgpu::Buffer,
        values: &wgpu::Buffer,
        size: [u32; 2],
        picture: &wgpu::Texture,
    ) -> Bound {
        let cells = map(gpu, size, CELLS);
        let view = picture.create_view(&wgpu::TextureViewDescriptor::default());
        let resources = vec![
            scores.as_entire_binding(),
            values.as_entire_binding(),
            self.uniforms.as_entire_binding(),
            wgpu::BindingResource::TextureView(&view),
            wgpu::BindingResource::Sampler(&self.sampler),
        ];
        let of_cells = bind_group(gpu, "cells", &self.cell_layout, resources.clone());
        let mut resources = resources;
        resources.push(wgpu::BindingResource::TextureView(&cells));
        Bound { result: bind_group(gpu, "paint", &self.layout, resources), of_cells, cells }
    }

    /// Records what shows a result on all of `target`.
    pub fn paint(
        &mut self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        bound: &Bound,
        target: &wgpu::TextureView,
        scene: &Scene<'_>,
    ) {
        gpu.queue.write_buffer(&self.uniforms, 0, bytemuck::bytes_of(&uniforms(scene)));
        if scene.view.fine_edges {
            let pipeline = self
                .cell_pipeline
                .get_or_init(|| render_pipeline(gpu, &self.module, "cell", &[&self.cell_layout], CELLS));
            cover(encoder, &bound.cells, pipeline, &[&bound.of_cells]);
        }
        let behind = match (scene.view.background, scene.backdrop) {
            (Background::Blurred, _) => {
                let size = Behind::size_for(scene.canvas);
                let kept = self.behind.take().filter(|behind| behind.size == size);
                let made = kept.unwrap_or_else(|| {
                    Behind::new(gpu, size, &self.module, &self.layout, &self.behind_layout)
                });
                made.encode(encoder, &bound.result);
                &self.behind.insert(made).result
            }
            (Background::Backdrop, Some(picture)) => {
                let kept = self.backdrop.take().filter(|(kept, _)| kept == picture);
                let made = kept.unwrap_or_else(|| {
                    let view = picture.create_view(&wgpu::TextureViewDescriptor::default());
                    (picture.clone(), result_binding(gpu, &self.behind_layout, &view))
                });
                &self.backdrop.insert(made).1
            }
            _ => &self.nothing_behind,
        };
        cover(encoder, target, &self.pipeline, &[&bound.result, behind]);
    }
}

fn uniforms(scene: &Scene<'_>) -> PaintUniforms {
    let &Scene { view, palette, canvas, picture, backdrop } = scene;
    let behind_size = match (view.background, backdrop) {
        (Background::Backdrop, Some(picture)) => [picture.width(), picture.height()],
        _ => Behind::size_for(canvas),
    };
    let [r, g, b] = match view.background {
        Background::Colour(colour) => colour.map(|byte| f32::from(byte) / 255.0),
        _ => [0.0; 3],
    };
    let mut uniforms = PaintUniforms {
        canvas: canvas.map(|v| v as f32),
        opacity: view.opacity,
        split: view.split.unwrap_or(-1.0),
        solo: view.solo.map_or(u32::MAX, u32::from),
        background: background_id(scene),
        // Eight samples an axis keep a picture eight times the canvas smooth; beyond that nobody sees it.
        samples: picture[0].div_ceil(canvas[0]).max(picture[1].div_ceil(canvas[1])).clamp(1, 8),
        mirrored: u32::from(view.mirrored),
        colour: [r, g, b, 1.0],
        behind_size: behind_size.map(|side| side as f32),
        fine_edges: u32::from(view.fine_edges),
        outlined: u32::from(view.outlined),
        ..PaintUniforms::zeroed()
    };
    for &class_id in &view.hidden {
        uniforms.hidden[usize::from(class_id / 32)] |= 1 << (class_id % 32);
    }
    uniforms.palette[..palette.len()].copy_from_slice(palette);
    uniforms
}

/// Draws with a fragment entry point of `module`, which covers its target.
pub(super) fn render_pipeline(
    gpu: &Gpu,
    module: &wgpu::ShaderModule,
    fragment: &str,
    layouts: &[&wgpu::BindGroupLayout],
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    gpu.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(&pipeline_layout(gpu, fragment, layouts)),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vertex"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(fragment),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}
