//! Picture to network input: uploads a picture to a texture and runs the `frame` kernel.

use bytemuck::{Pod, Zeroable};

use super::pipelines::{Program, buffer, texture_type};
use super::{Executor, Gpu, shaders};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Window;
use crate::weights::info::Input;

/// Keep in sync with `FrameUniforms` in frame.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct FrameUniforms {
    pub in_size: [u32; 2],
    pub out_size: [u32; 2],
    pub mean: [f32; 3],
    pub y: u32,
    pub inverse_std: [f32; 3],
    pub padding_to_16: u32,
    pub origin: [f32; 2],
    pub extent: [f32; 2],
}

/// The `frame` pipeline, made once a device.
pub struct FramePipeline(Program);

impl FramePipeline {
    pub fn new(gpu: &Gpu) -> Self {
        let types = [
            buffer(wgpu::BufferBindingType::Uniform),
            texture_type(true),
            buffer(wgpu::BufferBindingType::Storage { read_only: false }),
        ];
        Self(Program::new(gpu, "frame", &shaders::frame(gpu.activations), &types))
    }
}

/// The kernel bound to a part of a picture texture and to one executor.
pub(super) struct Frame {
    bind_group: wgpu::BindGroup,
    workgroups: [u32; 2],
    /// What it was made for.
    picture: wgpu::Texture,
    window: Window,
}

impl Executor {
    /// Fills the input from `window` of a picture. Frames of a film come in one texture, so what was made for the last is kept.
    pub fn read_picture(
        &self,
        gpu: &Gpu,
        pipeline: &FramePipeline,
        picture: &wgpu::Texture,
        window: Window,
        input: &Input,
    ) {
        let mut last = self.frame.borrow_mut();
        let frame = match last.take() {
            Some(frame) if frame.picture == *picture && frame.window == window => frame,
            _ => self.bind_frame(gpu, pipeline, picture, window, input),
        };
        pipeline.0.submit(gpu, &frame.bind_group, frame.workgroups);
        *last = Some(frame);
    }

    fn bind_frame(
        &self,
        gpu: &Gpu,
        pipeline: &FramePipeline,
        picture: &wgpu::Texture,
        window: Window,
        input: &Input,
    ) -> Frame {
        let [height, width] = self.input_size().map(|v| v as u32);
        let uniforms = FrameUniforms {
            in_size: [picture.width(), picture.height()],
            out_size: [width, height],
            mean: input.mean,
            y: self.plan.offset(0) as u32,
            inverse_std: input.std.map(|s| 1.0 / s),
            padding_to_16: 0,
            origin: [window.x, window.y],
            extent: [window.width, window.height],
        };
        let buffer = gpu.uniform_buffer("frame", size_of::<FrameUniforms>() as u64);
        gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&uniforms));
        let view = picture.create_view(&wgpu::TextureViewDescriptor::default());
        let resources = vec![
            buffer.as_entire_binding(),
            wgpu::BindingResource::TextureView(&view),
            self.arena.as_entire_binding(),
        ];
        Frame {
            bind_group: pipeline.0.bind(gpu, resources),
            workgroups: [width.div_ceil(8), height.div_ceil(8)],
            picture: picture.clone(),
            window,
        }
    }
}

/// A texture that can hold a picture of `width x height`.
///
/// Errors: `limits-too-low` if the adapter has no texture that large.
pub fn picture_texture(gpu: &Gpu, width: u32, height: u32) -> Result<wgpu::Texture> {
    if width == 0 || height == 0 || !gpu.texture_fits(width, height) {
        return Err(Error::new(
            ErrorKind::LimitsTooLow,
            format!(
                "a picture of {width}x{height} does not fit a texture; its sides must be between 1 and {}",
                gpu.device.limits().max_texture_dimension_2d
            ),
        ));
    }
    Ok(gpu.device.create_texture(&wgpu::TextureDescriptor {
        label: Some("picture"),
        size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        // The browser copies external images by drawing them, so it asks for an attachment.
        usage: wgpu::TextureUsages::TEXTURE_BINDING
            | wgpu::TextureUsages::COPY_DST
            | wgpu::TextureUsages::RENDER_ATTACHMENT,
        view_formats: &[],
    }))
}

/// Uploads RGBA bytes, row-major, as a native caller has them.
pub fn write_rgba(gpu: &Gpu, texture: &wgpu::Texture, rgba: &[u8]) {
    gpu.queue.write_texture(
        texture.as_image_copy(),
        rgba,
        wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(texture.width() * 4),
            rows_per_image: None,
        },
        texture.size(),
    );
}
