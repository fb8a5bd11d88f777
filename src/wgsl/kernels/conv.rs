//! Launches of the convolution kernels.

use super::uniforms::{ConvUniforms, NONE, activation};
use super::{Dispatch, size, xy};
use crate::graph::{Conv2d, NodeId};
use crate::plan::{ConvKernel, InputPlanes, PackedWeights, Plan, Step, planes};
use crate::wgsl::shaders::Kernel;

pub fn dispatch(
    plan: &Plan,
    weights: &PackedWeights,
    step: &Step,
    conv: &Conv2d,
    node: NodeId,
    kernel: ConvKernel,
) -> Dispatch {
    let operand = |at: Option<usize>| at.map_or(NONE, |at| plan.offset(step.inputs[at]) as u32);
    let [multiplier, residual] = step.operands().map(operand);
    let x = step.inputs[0];
    let in_channels = plan.shapes[x][1];
    let taps = conv.kernel[0] * conv.kernel[1];
    let read = InputPlanes::of(conv, in_channels);
    let terms = match kernel {
        ConvKernel::Depthwise { terms } => terms,
        ConvKernel::Pointwise | ConvKernel::Dense | ConvKernel::Transposed => 1,
    };
    let [weight, scale, bias] = weights.conv_offsets(node).map(|offset| offset as u32);
    let [function, slope] = activation(step.activation.as_ref(), weights);
    let out_size = size(plan, step.output);
    let out_planes = planes(conv.out_channels) as u32;
    // Both planes of a pair read the same input.
    let planes_at_once =
        1 + u32::from(out_planes > 1 && (conv.groups == 1 || read.group_outputs.is_multiple_of(8)));
    let uniforms = ConvUniforms {
        in_size: size(plan, x),
        out_size,
        window: xy(conv.kernel),
        stride: xy(conv.stride),
        padding: xy(conv.padding),
        dilation: xy(conv.dilation),
        x: plan.offset(x) as u32,
        y: plan.offset(step.output) as u32,
        residual,
        multiplier,
        kernel: weight,
        scale,
        bias,
        activation: function,
        slope,
        out_planes,
        group_inputs: read.group_inputs as u32,
        group_outputs: read.group_outputs as u32,
        span: read.span as u32,
        last_first: read.last_first as u32,
        terms: terms as u32,
        plane_entries: (terms * taps).next_multiple_of(4) as u32,
        inverse_step: weights.input_step(node).map_or(0.0, |step| 1.0 / step),
        planes_at_once,
    };
    let [width, height] = out_size;
    let (kernel, workgroups) = match kernel {
        ConvKernel::Pointwise => {
            (Kernel::Pointwise, grid((width * height).div_ceil(4), out_planes.div_ceil(planes_at_once)))
        }
        ConvKernel::Dense => {
            (Kernel::Dense, grid(width.div_ceil(4) * height, out_planes.div_ceil(planes_at_once)))
        }
        ConvKernel::Depthwise { .. } => (Kernel::Depthwise, [(width * height).div_ceil(64), out_planes]),
        ConvKernel::Transposed => (Kernel::Transposed, [(width * height).div_ceil(64), out_planes]),
    };
    Dispatch { kernel, uniforms: bytemuck::bytes_of(&uniforms).to_vec(), workgroups }
}

/// Workgroups of 64 for so many invocations a plane, counted through all planes: as many columns as WebGPU allows, then rows.
/// Keep in sync with `invocation` in conv_common.wgsl.
fn grid(per_plane: u32, planes: u32) -> [u32; 2] {
    const MOST_COLUMNS: u64 = 65535;
    let groups = (u64::from(per_plane) * u64::from(planes)).div_ceil(64);
    let rows = groups.div_ceil(MOST_COLUMNS);
    [groups.div_ceil(rows) as u32, rows as u32]
}
