//! The steps of a plan: each is one kernel launch that leaves one node's value in the arena.

use super::conv::ConvKernel;
use crate::graph::{Activation, Conv2d, Interpolation, NodeId, Window};

/// One kernel launch.
#[derive(Clone, Debug)]
pub struct Step {
    /// The last node fused into this step; its value is what the step leaves behind.
    pub output: NodeId,
    pub op: StepOp,
    /// Values read, in the order [`StepOp`] documents.
    pub inputs: Vec<NodeId>,
    pub activation: Option<ActivationStep>,
}

/// What a step computes before its activation.
#[derive(Clone, Debug)]
pub enum StepOp {
    /// `conv(inputs[0] * multiplier) + addend`; the multiplier `[c, 1, 1]`, of pointwise convolutions only, and the addend are
    /// the next inputs, where present. `node` owns the weights.
    Conv {
        conv: Conv2d,
        node: NodeId,
        kernel: ConvKernel,
        multiply: bool,
        add: bool,
    },
    /// What squeeze-and-excite multiplies a map with: its average, then 1x1 convolutions of that one pixel.
    SqueezeExcite {
        layers: Vec<PixelLayer>,
    },
    MaxPool(Window),
    AvgPool(Window),
    /// Adaptive average pooling of `inputs[0]` to the output's size.
    AdaptiveAvgPool,
    /// Resize of `inputs[0]` to the output's size.
    Resize {
        mode: Interpolation,
        align_corners: bool,
    },
    /// `affine(inputs[0] * multiplier + addend)`; multiplier and addend are the next inputs, where present, and may be
    /// `[c, 1, 1]`.
    Elementwise {
        multiply: bool,
        add: bool,
        affine: Option<Affine>,
    },
    /// Lane `i % 4` of output plane `i / 4` is channel `lanes[i].channel` of `inputs[lanes[i].input]`, or nothing, then
    /// affine: concatenation of channels that do not fill whole planes, and channel shuffle.
    Gather {
        lanes: Vec<Option<ChannelSource>>,
        affine: Option<Affine>,
    },
}

impl Step {
    /// Which of the inputs are the multiplier and the addend.
    pub fn operands(&self) -> [Option<usize>; 2] {
        let (StepOp::Conv { multiply, add, .. } | StepOp::Elementwise { multiply, add, .. }) = self.op else {
            return [None; 2];
        };
        [multiply.then_some(1), add.then_some(1 + usize::from(multiply))]
    }
}

/// A pointwise convolution of one pixel; `node` owns the weights.
#[derive(Clone, Debug)]
pub struct PixelLayer {
    pub conv: Conv2d,
    pub node: NodeId,
    pub activation: Option<ActivationStep>,
}

/// Per-channel scale and shift, by weight name.
#[derive(Clone, Debug)]
pub struct Affine {
    pub scale: String,
    pub shift: String,
}

/// The activation at the end of a step; `slopes` names PReLU's weight.
#[derive(Clone, Debug)]
pub struct ActivationStep {
    pub function: Activation,
    pub slopes: Option<String>,
}

/// Where one lane of a [`StepOp::Gather`] comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelSource {
    pub input: usize,
    pub channel: usize,
    /// Channel whose affine and slope apply: its number before any shuffle.
    pub parameter: usize,
}
