//! Launches of the three convolution kernels.

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
        ConvKernel::Pointwise | ConvKernel::Dense => 1,
    };
    let [weight, scale, bias] = weights.conv_offsets(node).map(|offset| offset as u32);
    let [function, slope] = activation(step.activation.as_ref(), weights);
    let out_size = size(plan, step.output);
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
        group_inputs: read.group_inputs as u32,
        group_outputs: read.group_outputs as u32,
        span: read.span as u32,
        last_first: read.last_first as u32,
        terms: terms as u32,
        plane_entries: (terms * taps).next_multiple_of(4) as u32,
        inverse_step: weights.input_step(node).map_or(0.0, |step| 1.0 / step),
    };
    let pixels = out_size[0] * out_size[1];
    let (kernel, columns) = match kernel {
        ConvKernel::Pointwise => (Kernel::Pointwise, pixels.div_ceil(256)),
        ConvKernel::Dense => (Kernel::Dense, (out_size[0].div_ceil(4) * out_size[1]).div_ceil(64)),
        ConvKernel::Depthwise { .. } => (Kernel::Depthwise, pixels.div_ceil(64)),
    };
    Dispatch {
        kernel,
        uniforms: bytemuck::bytes_of(&uniforms).to_vec(),
        workgroups: [columns, planes(conv.out_channels) as u32],
    }
}
