//! Launches of the kernels without convolution weights.

use bytemuck::Zeroable;

use super::uniforms::{MapUniforms, NONE, activation};
use super::{Dispatch, size, xy};
use crate::graph::{Interpolation, Window};
use crate::plan::{Affine, PackedWeights, Plan, Step, StepOp};
use crate::wgsl::shaders::Kernel;

pub fn dispatch(plan: &Plan, weights: &PackedWeights, step: &Step, tables: &mut Vec<[u32; 4]>) -> Dispatch {
    let x = step.inputs[0];
    let out_size = size(plan, step.output);
    let [function, slope] = activation(step.activation.as_ref(), weights);
    let mut uniforms = MapUniforms {
        in_size: size(plan, x),
        out_size,
        x: plan.offset(x) as u32,
        y: plan.offset(step.output) as u32,
        multiplier: NONE,
        addend: NONE,
        scale: NONE,
        activation: function,
        slope,
        ..MapUniforms::zeroed()
    };
    let kernel = match &step.op {
        StepOp::MaxPool(window) => {
            uniforms.mode = 1;
            pool(&mut uniforms, window)
        }
        StepOp::AvgPool(window) => pool(&mut uniforms, window),
        StepOp::AdaptiveAvgPool if out_size == [1, 1] => Kernel::GlobalPool,
        StepOp::AdaptiveAvgPool => Kernel::AdaptivePool,
        StepOp::Resize { mode, align_corners } => {
            uniforms.mode = match mode {
                Interpolation::Bilinear => u32::from(*align_corners),
                Interpolation::Nearest => 2,
            };
            Kernel::Resize
        }
        StepOp::Elementwise { affine, .. } => {
            let [multiplier, addend] = step.operands().map(|at| {
                let Some(at) = at else { return [NONE, 0] };
                let id = step.inputs[at];
                let is_pixel = size(plan, id) == [1, 1] && out_size != [1, 1];
                [plan.offset(id) as u32, u32::from(is_pixel)]
            });
            [uniforms.multiplier, uniforms.multiplier_is_pixel] = multiplier;
            [uniforms.addend, uniforms.addend_is_pixel] = addend;
            set_affine(&mut uniforms, affine.as_ref(), weights);
            Kernel::Elementwise
        }
        StepOp::Gather { lanes, affine } => {
            uniforms.table = tables.len() as u32;
            let pixels = out_size[0] * out_size[1];
            tables.extend(lanes.iter().map(|source| {
                let Some(source) = source else { return [NONE, 0, 0, 0] };
                let plane = (source.channel / 4) as u32;
                let first = plan.offset(step.inputs[source.input]) as u32 + plane * pixels;
                [first, (source.channel % 4) as u32, source.parameter as u32, 0]
            }));
            set_affine(&mut uniforms, affine.as_ref(), weights);
            Kernel::Gather
        }
        StepOp::Conv { .. } | StepOp::SqueezeExcite { .. } => unreachable!("they have their own dispatch"),
    };
    let pixels = out_size[0] * out_size[1];
    let out_planes = plan.layouts[step.output].planes() as u32;
    Dispatch {
        kernel,
        uniforms: bytemuck::bytes_of(&uniforms).to_vec(),
        workgroups: [if kernel == Kernel::GlobalPool { 1 } else { pixels.div_ceil(64) }, out_planes],
    }
}

fn pool(uniforms: &mut MapUniforms, window: &Window) -> Kernel {
    uniforms.window = xy(window.kernel);
    uniforms.stride = xy(window.stride);
    uniforms.padding = xy(window.padding);
    Kernel::Pool
}

fn set_affine(uniforms: &mut MapUniforms, affine: Option<&Affine>, weights: &PackedWeights) {
    if let Some(affine) = affine {
        uniforms.scale = weights.offset(&affine.scale) as u32;
        uniforms.shift = weights.offset(&affine.shift) as u32;
    }
}
