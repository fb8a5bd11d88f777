//! Where the scores lie, for everything that interpolates them: mask, probe and paint.

use bytemuck::{Pod, Zeroable};

use super::Gpu;
use crate::plan::ScoresShape;

/// Keep in sync with `ScoresUniforms` in interpolation.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct ScoresUniforms {
    pub size: [u32; 2],
    pub network: [u32; 2],
    pub source: [u32; 2],
    pub offset: u32,
    pub classes: u32,
    pub align_corners: u32,
    pub padding_to_8: u32,
}

/// For scores that begin at `offset` of a buffer, of a picture of `[width, height]`.
pub fn scores_uniforms(gpu: &Gpu, shape: &ScoresShape, offset: usize, source: [u32; 2]) -> wgpu::Buffer {
    let uniforms = ScoresUniforms {
        size: shape.size.map(|side| side as u32),
        network: shape.network.map(|side| side as u32),
        source,
        offset: offset as u32,
        classes: shape.classes as u32,
        align_corners: u32::from(shape.align_corners),
        padding_to_8: 0,
    };
    let buffer = gpu.uniform_buffer("scores", size_of::<ScoresUniforms>() as u64);
    gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&uniforms));
    buffer
}
