//! From a step of the plan to the launch of a kernel.

mod conv;
mod map;
mod squeeze_excite;
pub mod uniforms;

use super::shaders::Kernel;
use crate::plan::{PackedWeights, Plan, Step, StepOp};

/// One kernel launch, complete: which kernel, its uniforms and its grid.
pub struct Dispatch {
    pub kernel: Kernel,
    pub uniforms: Vec<u8>,
    pub workgroups: [u32; 2],
}

/// The launch for `step`; a `gather` appends its entries to `tables`.
pub fn dispatch(plan: &Plan, weights: &PackedWeights, step: &Step, tables: &mut Vec<[u32; 4]>) -> Dispatch {
    match &step.op {
        StepOp::Conv { conv, node, kernel, .. } => conv::dispatch(plan, weights, step, conv, *node, *kernel),
        StepOp::SqueezeExcite { layers } => squeeze_excite::dispatch(plan, weights, step, layers),
        _ => map::dispatch(plan, weights, step, tables),
    }
}

/// `[width, height]` of a node's value.
fn size(plan: &Plan, node: usize) -> [u32; 2] {
    let [_, _, h, w] = plan.shapes[node];
    [w as u32, h as u32]
}

/// PyTorch's `[y, x]` pairs as the shaders' `(x, y)`.
fn xy(pair: [usize; 2]) -> [u32; 2] {
    [pair[1] as u32, pair[0] as u32]
}
