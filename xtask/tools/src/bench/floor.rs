//! The least time a plan could take: each step moves its bytes at the device's bandwidth or does its sums at the device's
//! rate, whichever takes longer (the roofline model, Williams et al. 2009, doi 10.1145/1498765.1498785).

use segscope::graph::{Conv2d, Graph, NodeId};
use segscope::plan::{Plan, Step, StepOp, WeightFormat};

use super::peak::Peak;
use segscope::wgsl::Activations;

/// Of one frame.
#[derive(Clone, Copy, Default)]
pub struct Floor {
    /// Activations without padding, each read and written once a step, and weights.
    pub bytes: f64,
    /// Of the convolutions, a multiply-accumulate being two.
    pub flops: f64,
    pub ms: f64,
}

pub fn floor(
    graph: &Graph,
    plan: &Plan,
    format: WeightFormat,
    activations: Activations,
    peak: &Peak,
) -> Floor {
    plan.steps.iter().fold(Floor::default(), |sum, step| {
        let (bytes, flops) = (bytes(graph, plan, step, format, activations), flops(graph, plan, step));
        let ms = (bytes / peak.bytes_per_s).max(flops / peak.flops) * 1e3;
        Floor { bytes: sum.bytes + bytes, flops: sum.flops + flops, ms: sum.ms + ms }
    })
}

fn bytes(graph: &Graph, plan: &Plan, step: &Step, format: WeightFormat, in_memory: Activations) -> f64 {
    let values = |id: NodeId| plan.shapes[id].iter().product::<usize>();
    let activations = step.inputs.iter().map(|&id| values(id)).sum::<usize>() + values(step.output);
    let weight_bytes = match format {
        WeightFormat::Int8 | WeightFormat::Int8Products => 1,
        WeightFormat::F32 => 4,
    };
    (activations * in_memory.vector_bytes() as usize / 4 + weights(graph, plan, step) * weight_bytes) as f64
}

fn flops(graph: &Graph, plan: &Plan, step: &Step) -> f64 {
    let [_, _, h, w] = plan.shapes[step.output];
    2.0 * (weights(graph, plan, step) * h * w) as f64
}

/// Numbers in a convolution's kernel.
fn weights(graph: &Graph, plan: &Plan, step: &Step) -> usize {
    let of = |conv: &Conv2d, node: NodeId| {
        let in_channels = plan.shapes[graph.node(node).inputs[0]][1];
        conv.out_channels * in_channels / conv.groups * conv.kernel[0] * conv.kernel[1]
    };
    match &step.op {
        StepOp::Conv { conv, node, .. } => of(conv, *node),
        StepOp::SqueezeExcite { layers } => layers.iter().map(|layer| of(&layer.conv, layer.node)).sum(),
        _ => 0,
    }
}
