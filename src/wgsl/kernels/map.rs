//! Launches of the kernels without convolution weights.

use bytemuck::Zeroable;

use super::uniforms::{MapUniforms, NONE, activation};
use super::{Dispatch, size, xy};
use crate::graph::Interpolation;
use crate::plan::{Affine, NormSets, PackedWeights, Plan, PoolWindow, Step, StepOp};
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
    let pixels = out_size[0] * out_size[1];
    let out_planes = plan.layouts[step.output].planes() as u32;
    let mut workgroups = [pixels.div_ceil(64), out_planes];
    let kernel = match &step.op {
        StepOp::MaxPool(window) => {
            uniforms.mode = 1;
            set_window(&mut uniforms, window);
            Kernel::Pool
        }
        StepOp::AvgPool(window) => {
            set_window(&mut uniforms, window);
            Kernel::Pool
        }
        StepOp::MaxUnpool(window) => {
            set_window(&mut uniforms, window);
            uniforms.addend = plan.offset(step.inputs[1]) as u32;
            Kernel::MaxUnpool
        }
        StepOp::AdaptiveAvgPool if out_size == [1, 1] => {
            workgroups[0] = 1;
            Kernel::GlobalPool
        }
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
            tables.extend(lanes.iter().map(|source| {
                let Some(source) = source else { return [NONE, 0, 0, 0] };
                let plane = (source.channel / 4) as u32;
                let first = plan.offset(step.inputs[source.input]) as u32 + plane * pixels;
                [first, (source.channel % 4) as u32, source.parameter as u32, 0]
            }));
            set_affine(&mut uniforms, affine.as_ref(), weights);
            Kernel::Gather
        }
        StepOp::Normalise { sets, epsilon, affine } => {
            let channels = plan.shapes[x][1] as u32;
            set_affine(&mut uniforms, Some(affine), weights);
            uniforms.mode = epsilon.to_bits();
            uniforms.table = 1;
            match *sets {
                NormSets::Pixels => {
                    uniforms.window = [channels, 1];
                    uniforms.stride = [0, 1];
                    workgroups = out_size;
                }
                NormSets::Groups(groups) => {
                    let size = channels / groups as u32;
                    uniforms.window = [size, pixels];
                    uniforms.stride = [size, 0];
                    [uniforms.table, workgroups[0]] = shared_out(groups, size);
                    workgroups[1] = 1;
                }
            }
            Kernel::Normalise
        }
        StepOp::Attention { heads } => {
            let size = plan.shapes[x][1] as u32 / *heads as u32;
            uniforms.in_size = self::size(plan, step.inputs[1]);
            [uniforms.multiplier, uniforms.addend] = [1, 2].map(|at| plan.offset(step.inputs[at]) as u32);
            uniforms.window = [size, 1];
            [uniforms.table, workgroups[1]] = shared_out(*heads, size);
            Kernel::Attention
        }
        StepOp::Conv { .. } | StepOp::SqueezeExcite { .. } => unreachable!("they have their own dispatch"),
    };
    Dispatch { kernel, uniforms: bytemuck::bytes_of(&uniforms).to_vec(), workgroups }
}

/// How many of so many sets of `size` channels each workgroup or invocation takes, and how many of these there are: where sets
/// do not end with a vector, one takes all, so that no two write to the same.
fn shared_out(sets: usize, size: u32) -> [u32; 2] {
    if size.is_multiple_of(4) { [1, sets as u32] } else { [sets as u32, 1] }
}

fn set_window(uniforms: &mut MapUniforms, window: &PoolWindow) {
    uniforms.window = xy(window.kernel);
    uniforms.stride = xy(window.stride);
    // Two's complement: the shaders take it for signed.
    uniforms.padding = xy(window.padding.map(|padding| padding as usize));
}

fn set_affine(uniforms: &mut MapUniforms, affine: Option<&Affine>, weights: &PackedWeights) {
    if let Some(affine) = affine {
        uniforms.scale = weights.offset(&affine.scale) as u32;
        uniforms.shift = weights.offset(&affine.shift) as u32;
    }
}
