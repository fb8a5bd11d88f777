//! Uniforms as the shaders declare them; a test compares sizes and offsets with what naga makes of the WGSL.

use bytemuck::{Pod, Zeroable};

use crate::graph::Activation;
use crate::plan::{ActivationStep, PackedWeights};

/// "Not there", for offsets. Keep in sync with `NONE` in common.wgsl.
pub const NONE: u32 = u32::MAX;

/// Keep in sync with `ConvUniforms` in conv_common.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct ConvUniforms {
    pub in_size: [u32; 2],
    pub out_size: [u32; 2],
    pub window: [u32; 2],
    pub stride: [u32; 2],
    pub padding: [u32; 2],
    pub dilation: [u32; 2],
    pub x: u32,
    pub y: u32,
    pub residual: u32,
    pub multiplier: u32,
    pub kernel: u32,
    pub scale: u32,
    pub bias: u32,
    pub activation: u32,
    pub slope: u32,
    pub out_planes: u32,
    pub group_inputs: u32,
    pub group_outputs: u32,
    pub span: u32,
    pub last_first: u32,
    pub terms: u32,
    pub plane_entries: u32,
    pub inverse_step: f32,
    pub planes_at_once: u32,
}

/// Keep in sync with `MapUniforms` in map_common.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct MapUniforms {
    pub in_size: [u32; 2],
    pub out_size: [u32; 2],
    pub window: [u32; 2],
    pub stride: [u32; 2],
    pub padding: [u32; 2],
    pub x: u32,
    pub y: u32,
    pub multiplier: u32,
    pub multiplier_is_pixel: u32,
    pub addend: u32,
    pub addend_is_pixel: u32,
    pub scale: u32,
    pub shift: u32,
    pub activation: u32,
    pub slope: u32,
    pub mode: u32,
    pub table: u32,
}

/// Keep in sync with `SqueezeExciteUniforms` in squeeze_excite.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct SqueezeExciteUniforms {
    pub in_size: [u32; 2],
    pub x: u32,
    pub y: u32,
    pub planes: u32,
    pub layer_count: u32,
    pub padding_to_16: [u32; 2],
    pub layers: [LayerUniforms; 2],
}

/// Keep in sync with `LayerUniforms` in squeeze_excite.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
pub struct LayerUniforms {
    pub kernel: u32,
    pub scale: u32,
    pub bias: u32,
    pub activation: u32,
    pub slope: u32,
    pub planes: u32,
    pub inverse_step: f32,
    pub padding_to_16: u32,
}

/// Numbers of `activate` in common.wgsl, and the offset of PReLU's slopes (0 where there are none: it is not read).
pub fn activation(step: Option<&ActivationStep>, weights: &PackedWeights) -> [u32; 2] {
    let Some(step) = step else { return [0, 0] };
    let code = match step.function {
        Activation::Relu => 1,
        Activation::Relu6 => 2,
        Activation::Prelu => 3,
        Activation::Hardswish => 4,
        Activation::Hardsigmoid => 5,
        Activation::Sigmoid => 6,
        Activation::Gelu => 7,
        Activation::Silu => 8,
    };
    [code, step.slopes.as_ref().map_or(0, |name| weights.offset(name) as u32)]
}
