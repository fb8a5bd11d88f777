//! The steps of a plan: each is one kernel launch that leaves one node's value in the arena.

use super::conv::ConvKernel;
use crate::graph::{Activation, Conv2d, Interpolation, NodeId, Pair, Window};

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
    /// the next inputs, where present. `node` owns the weights; `conv` is what a transposed convolution undoes.
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
    MaxPool(PoolWindow),
    /// Also zeros around a map, and a part of it: the average of windows of one pixel, with padding before the map or less.
    AvgPool(PoolWindow),
    /// `inputs[0]` put back where `inputs[1]` has the maxima of its windows.
    MaxUnpool(PoolWindow),
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
    /// Each of several sets of values brought to mean 0 and variance 1, then affine.
    Normalise {
        sets: NormSets,
        epsilon: f32,
        affine: Affine,
    },
    /// Attention of `inputs[0]`, queries, to `inputs[1]` and `inputs[2]`, keys and values.
    Attention {
        heads: usize,
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

/// Which values are normalised together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NormSets {
    /// The channels of each pixel.
    Pixels,
    /// The pixels of so many groups of channels.
    Groups(usize),
}

/// Window of a pooling. The padding is what lies before the map; negative where some of the map is left out.
#[derive(Clone, Debug)]
pub struct PoolWindow {
    pub kernel: Pair,
    pub stride: Pair,
    pub padding: [isize; 2],
}

impl PoolWindow {
    pub fn new(window: &Window) -> Self {
        let Window { kernel, stride, padding, .. } = *window;
        Self { kernel, stride, padding: padding.map(|v| v as isize) }
    }

    /// Of one pixel: moves the map by so much.
    pub fn moved(by: [isize; 2]) -> Self {
        Self { kernel: [1; 2], stride: [1; 2], padding: by }
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
