//! Launches of squeeze-and-excite.

use bytemuck::Zeroable;

use super::uniforms::{LayerUniforms, SqueezeExciteUniforms, activation};
use super::{Dispatch, size};
use crate::plan::{PackedWeights, PixelLayer, Plan, Step, planes};
use crate::wgsl::shaders::Kernel;

pub fn dispatch(plan: &Plan, weights: &PackedWeights, step: &Step, layers: &[PixelLayer]) -> Dispatch {
    let x = step.inputs[0];
    let mut uniforms = SqueezeExciteUniforms {
        in_size: size(plan, x),
        x: plan.offset(x) as u32,
        y: plan.offset(step.output) as u32,
        planes: planes(plan.shapes[x][1]) as u32,
        layer_count: layers.len() as u32,
        ..SqueezeExciteUniforms::zeroed()
    };
    for (layer, uniforms) in layers.iter().zip(&mut uniforms.layers) {
        let [kernel, scale, bias] = weights.conv_offsets(layer.node).map(|offset| offset as u32);
        let [function, slope] = activation(layer.activation.as_ref(), weights);
        *uniforms = LayerUniforms {
            kernel,
            scale,
            bias,
            activation: function,
            slope,
            planes: planes(layer.conv.out_channels) as u32,
            inverse_step: weights.input_step(layer.node).map_or(0.0, |step| 1.0 / step),
            padding_to_16: 0,
        };
    }
    Dispatch {
        kernel: Kernel::SqueezeExcite,
        uniforms: bytemuck::bytes_of(&uniforms).to_vec(),
        workgroups: [1, 1],
    }
}
