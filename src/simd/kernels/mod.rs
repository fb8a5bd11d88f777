//! One file a kernel; each computes a [`Band`] of a step's output.

mod activate;
mod adaptive_pool;
mod attention;
mod depthwise;
mod elementwise;
mod gather;
mod grouped;
mod matmul;
mod normalise;
mod padded;
mod panel;
mod pool;
mod product;
mod resize;
mod squeeze_excite;
mod transposed;

use std::collections::HashMap;
use std::ops::Range;

use wide::f32x4;

use crate::error::{Error, ErrorKind, Result};
use crate::graph::{Conv2d, Graph, NodeId};
use crate::plan::{ConvKernel, InputPlanes, PackedWeights, Plan, Step, StepOp};
use activate::Activate;
pub use product::IntWeights;
use product::{F32, Int8};

/// A value of the plan: planes of `height * width` vectors of four channels.
#[derive(Clone, Copy)]
pub struct Map<'a> {
    pub data: &'a [f32x4],
    pub height: usize,
    pub width: usize,
}

impl<'a> Map<'a> {
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    pub fn plane(&self, plane: usize) -> &'a [f32x4] {
        &self.data[plane * self.pixels()..][..self.pixels()]
    }
}

/// Some rows of every plane of an output.
pub struct Band<'a> {
    pub first_row: usize,
    /// Of the whole output: a band has its full width.
    pub width: usize,
    /// The band's share of each plane.
    pub planes: Vec<&'a mut [f32x4]>,
}

impl Band<'_> {
    pub fn rows(&self) -> usize {
        self.planes[0].len() / self.width
    }

    /// Number, in the whole plane, of the band's first pixel.
    pub fn first_pixel(&self) -> usize {
        self.first_row * self.width
    }
}

/// A convolution with everything that is fused into it.
struct Conv<'a> {
    conv: &'a Conv2d,
    /// As `PackedWeights` lays them out, in f32.
    kernel: &'a [f32x4],
    bias: &'a [f32x4],
    /// One value a channel for the input of a pointwise convolution.
    multiplier: Option<&'a [f32x4]>,
    residual: Option<Map<'a>>,
    activate: Activate<'a>,
}

impl<'a> Conv<'a> {
    /// Without multiplier and residual.
    fn new(parameters: Parameters<'a>, conv: &'a Conv2d, node: NodeId, activate: Activate<'a>) -> Self {
        let [kernel, _, bias] = parameters.weights.conv_offsets(node);
        let values = parameters.values;
        Self {
            conv,
            kernel: &values[kernel..],
            bias: &values[bias..],
            multiplier: None,
            residual: None,
            activate,
        }
    }

    /// Computes a band of the convolution of `x`, which has `in_channels`.
    fn run(
        &self,
        parameters: Parameters<'_>,
        node: NodeId,
        which: ConvKernel,
        x: Map<'_>,
        in_channels: usize,
        band: &mut Band<'_>,
    ) {
        match which {
            ConvKernel::Pointwise | ConvKernel::Dense if !is_product(self.conv) => {
                grouped::run(self, x, in_channels, band);
            }
            ConvKernel::Pointwise | ConvKernel::Dense => match parameters.integers.get(&node) {
                Some(weights) => matmul::run(&Int8(weights), self, x, in_channels, band),
                None => {
                    let blocks = &self.kernel[..self.kernel.len() / 4 * 4];
                    matmul::run(&F32(bytemuck::cast_slice(blocks)), self, x, in_channels, band);
                }
            },
            ConvKernel::Depthwise { terms } => depthwise::run(self, x, terms, band),
            ConvKernel::Transposed => transposed::run(self, x, in_channels, band),
        }
    }

    /// Bias, residual and activation after the sums of products for the pixels from `pixel` of the whole plane on, as many as
    /// `out` has. Not inlined, for every kernel ends with it.
    #[inline(never)]
    fn store(&self, out: &mut [f32x4], sums: &[f32x4], plane: usize, pixel: usize) {
        let bias = self.bias[plane];
        match &self.residual {
            None => out.iter_mut().zip(sums).for_each(|(out, sum)| *out = *sum + bias),
            Some(residual) => {
                let residual = &residual.data[plane * residual.pixels() + pixel..];
                for ((out, sum), other) in out.iter_mut().zip(sums).zip(residual) {
                    *out = *sum + bias + *other;
                }
            }
        }
        self.activate.apply(out, plane);
    }
}

/// A network's weights, and where in them each layer finds its own.
#[derive(Clone, Copy)]
pub struct Parameters<'a> {
    pub weights: &'a PackedWeights,
    pub values: &'a [f32x4],
    /// Of layers whose weights are int8 and that are matrix products.
    pub integers: &'a HashMap<NodeId, IntWeights>,
}

impl<'a> Parameters<'a> {
    /// An affine's scale or shift or PReLU's slopes, by plane.
    fn vector(&self, name: &str) -> &'a [f32x4] {
        &self.values[self.weights.offset(name)..]
    }

    fn affine(&self, affine: &crate::plan::Affine) -> Affine<'a> {
        [self.vector(&affine.scale), self.vector(&affine.shift)]
    }
}

/// Whether a pointwise or dense convolution is done as a matrix product: with less than a plane a group, most of what an output
/// plane would multiply is not its own.
pub fn is_product(conv: &Conv2d) -> bool {
    conv.groups == 1 || conv.out_channels / conv.groups >= 4
}

/// Bytes that a thread may copy for one row of a convolution in groups: many times what networks of the zoo do.
const MOST_COPIED: u64 = 64 << 20;

/// Errors: `limits-too-low` if a step would copy more than fits into memory: a file may say that windows are huge.
pub fn check_memory(graph: &Graph, plan: &Plan) -> Result<()> {
    for step in &plan.steps {
        let StepOp::Conv { conv, node, kernel, .. } = &step.op else { continue };
        let planes = match *kernel {
            ConvKernel::Depthwise { terms } => terms,
            ConvKernel::Transposed => continue,
            // What these gather is no more than the layer has weights.
            _ if is_product(conv) => continue,
            _ => InputPlanes::of(conv, plan.shapes[step.inputs[0]][1]).span,
        };
        let [_, _, _, width] = plan.shapes[step.output];
        let bytes = padded::bytes_of_row(conv, planes, width);
        if bytes > MOST_COPIED {
            return Err(Error::new(
                ErrorKind::LimitsTooLow,
                format!(
                    "the windows of layer \"{}\" reach over {} MB at once and on the processor {} MB are possible; choose \
                     another model, or the GPU",
                    graph.node(*node).name,
                    bytes >> 20,
                    MOST_COPIED >> 20
                ),
            ));
        }
    }
    Ok(())
}

/// Computes one band of `step`. `inputs` are the values of `step.inputs`, in that order.
pub fn run(plan: &Plan, parameters: Parameters<'_>, step: &Step, inputs: &[Map<'_>], band: &mut Band<'_>) {
    let activate = Activate::new(step.activation.as_ref(), parameters);
    let [_, channels, height, _] = plan.shapes[step.output];
    match &step.op {
        StepOp::Conv { conv, node, kernel, .. } => {
            let [multiplier, residual] = step.operands().map(|at| at.map(|at| inputs[at]));
            let multiplier = multiplier.map(|map| map.data);
            let job = Conv { multiplier, residual, ..Conv::new(parameters, conv, *node, activate) };
            job.run(parameters, *node, *kernel, inputs[0], plan.shapes[step.inputs[0]][1], band);
        }
        StepOp::SqueezeExcite { layers } => {
            squeeze_excite::run(parameters, layers, inputs[0], plan.shapes[step.inputs[0]][1], band);
        }
        StepOp::MaxPool(window) => pool::max(window, inputs[0], &activate, band),
        StepOp::AvgPool(window) => pool::average(window, inputs[0], &activate, band),
        StepOp::MaxUnpool(window) => pool::max_undone(window, inputs[0], inputs[1], &activate, band),
        StepOp::AdaptiveAvgPool => adaptive_pool::run(inputs[0], height, &activate, band),
        StepOp::Resize { mode, align_corners } => {
            resize::run(*mode, *align_corners, inputs[0], height, &activate, band);
        }
        StepOp::Elementwise { affine, .. } => {
            let affine = affine.as_ref().map(|affine| parameters.affine(affine));
            let operands = step.operands().map(|at| at.map(|at| inputs[at]));
            elementwise::run(inputs[0], operands, affine, &activate, band);
        }
        StepOp::Gather { lanes, affine } => {
            let affine = affine.as_ref().map(|affine| parameters.affine(affine));
            gather::run(inputs, lanes, affine, &activate, band);
        }
        StepOp::Normalise { sets, epsilon, affine } => {
            normalise::run(*sets, *epsilon, parameters.affine(affine), inputs[0], channels, band);
            activate_all(&activate, band);
        }
        StepOp::Attention { heads } => {
            attention::run(*heads, channels, inputs, band);
            activate_all(&activate, band);
        }
    }
}

fn activate_all(activate: &Activate<'_>, band: &mut Band<'_>) {
    band.planes.iter_mut().enumerate().for_each(|(plane, out)| activate.apply(out, plane));
}

/// The planes and lanes of some channels.
struct Lanes {
    channels: Range<usize>,
    /// Of each plane that holds any of them, which lanes do.
    masks: Vec<f32x4>,
}

impl Lanes {
    fn of(channels: Range<usize>) -> Self {
        let mask = |plane: usize| {
            f32x4::from([0, 1, 2, 3].map(|lane| match channels.contains(&(plane * 4 + lane)) {
                true => f32::from_bits(u32::MAX),
                false => 0.0,
            }))
        };
        let masks = (channels.start / 4..channels.end.div_ceil(4)).map(mask).collect();
        Self { channels, masks }
    }

    fn channels(&self) -> usize {
        self.channels.len()
    }

    /// Each with its mask.
    fn planes(&self) -> impl Iterator<Item = (usize, f32x4)> {
        (self.channels.start / 4..).zip(self.masks.iter().copied())
    }
}

/// Scale and shift of an affine, by plane.
type Affine<'a> = [&'a [f32x4]; 2];
