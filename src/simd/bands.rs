//! How a step's output is cut into bands of rows for several threads.

use wide::f32x4;

use super::kernels::Band;
use super::threads;
use crate::plan::{Plan, Step, StepOp};

/// Multiply-adds that are worth another band: about what waking a thread costs.
const LEAST_WORK: usize = 200_000;
/// Bands for each thread, so that one that is late can leave some to the others.
const BANDS_PER_THREAD: usize = 1;

/// The bands of `output`, planes of the step's value; one band where there is one thread or little work.
pub fn cut<'a>(plan: &Plan, step: &Step, output: &'a mut [f32x4]) -> Vec<Band<'a>> {
    let [_, channels, height, width] = plan.shapes[step.output];
    let most = match threads::count() {
        1 => 1,
        threads => (channels * height * width * work_per_value(plan, step) / LEAST_WORK)
            .clamp(1, threads * BANDS_PER_THREAD),
    };
    let rows = rows_of_band(height, width, most);
    let count = height.div_ceil(rows);
    let band =
        |at: usize| Band { first_row: at * rows, width, planes: Vec::with_capacity(channels.div_ceil(4)) };
    let mut bands: Vec<Band<'a>> = (0..count).map(band).collect();
    for plane in output.chunks_mut(height * width) {
        for (band, values) in bands.iter_mut().zip(plane.chunks_mut(rows * width)) {
            band.planes.push(values);
        }
    }
    bands
}

/// Rows of each of at most `most` bands. Bands begin at a multiple of four pixels: matrix products take four at a time and
/// choose a unit for them, so that other cuts would give other roundings.
fn rows_of_band(height: usize, width: usize, most: usize) -> usize {
    let aligned = [1, 4, 2, 4][width % 4];
    height.div_ceil(most).next_multiple_of(aligned)
}

/// Multiply-adds for each value of the output, or what takes as long.
fn work_per_value(plan: &Plan, step: &Step) -> usize {
    match &step.op {
        StepOp::Conv { conv, .. } => {
            let [_, in_channels, _, _] = plan.shapes[step.inputs[0]];
            conv.kernel[0] * conv.kernel[1] * in_channels / conv.groups
        }
        StepOp::MaxPool(window) | StepOp::AvgPool(window) | StepOp::MaxUnpool(window) => {
            window.kernel[0] * window.kernel[1]
        }
        StepOp::Attention { .. } => {
            let [_, _, height, width] = plan.shapes[step.inputs[1]];
            2 * height * width
        }
        StepOp::AdaptiveAvgPool
        | StepOp::SqueezeExcite { .. }
        | StepOp::Resize { .. }
        | StepOp::Elementwise { .. }
        | StepOp::Normalise { .. }
        | StepOp::Gather { .. } => 4,
    }
}
