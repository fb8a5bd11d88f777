//! Where the scores lie, for everything that interpolates them: mask, probe and paint.

use bytemuck::{Pod, Zeroable};

use super::{Executor, Gpu};

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

/// The scores of one executor for a picture of `[width, height]`.
pub fn scores_uniforms(gpu: &Gpu, executor: &Executor, source: [u32; 2]) -> wgpu::Buffer {
    let plan = &executor.plan;
    let [_, classes, h, w] = plan.shapes[plan.logits];
    let [height, width] = executor.input_size();
    let uniforms = ScoresUniforms {
        size: [w as u32, h as u32],
        network: [width as u32, height as u32],
        source,
        offset: plan.offset(plan.logits) as u32,
        classes: classes as u32,
        align_corners: u32::from(plan.logits_align_corners),
        padding_to_8: 0,
    };
    let buffer = gpu.uniform_buffer("scores", size_of::<ScoresUniforms>() as u64);
    gpu.queue.write_buffer(&buffer, 0, bytemuck::bytes_of(&uniforms));
    buffer
}
