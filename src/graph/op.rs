//! The operations a network is made of, with their hyper-parameters under PyTorch's names.

use serde::{Deserialize, Serialize};

/// `[height, width]` pairs, as PyTorch orders them.
pub type Pair = [usize; 2];

/// 2-D convolution, `torch.nn.functional.conv2d`. Weights: `weight` `[out, in / groups, kh, kw]`, then `bias` `[out]` if `bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2d {
    pub out_channels: usize,
    pub kernel: Pair,
    pub stride: Pair,
    pub padding: Pair,
    pub dilation: Pair,
    pub groups: usize,
    pub bias: bool,
}

impl Conv2d {
    /// A square kernel with stride 1, no dilation, one group, no bias, and the padding that keeps the size.
    pub fn new(out_channels: usize, kernel: usize) -> Self {
        Self {
            out_channels,
            kernel: [kernel; 2],
            stride: [1; 2],
            padding: [kernel / 2; 2],
            dilation: [1; 2],
            groups: 1,
            bias: false,
        }
    }

    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = [stride; 2];
        self
    }

    /// Dilation (atrous rate); the padding follows so that stride 1 keeps the size.
    pub fn dilation(mut self, dilation: usize) -> Self {
        self.dilation = [dilation; 2];
        self.padding = [self.kernel[0] / 2 * dilation, self.kernel[1] / 2 * dilation];
        self
    }

    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = [padding; 2];
        self
    }

    /// Whether each output channel has channels of the input to itself.
    pub fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.groups == self.out_channels
    }

    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    pub fn bias(mut self) -> Self {
        self.bias = true;
        self
    }
}

/// 2-D transposed convolution, `torch.nn.functional.conv_transpose2d` without dilation. Weights: `weight`
/// `[out, in / groups, kh, kw]`, which is PyTorch's `[in, out / groups, kh, kw]` turned so that every kernel of the crate has its
/// outputs first; then `bias` `[out]` if `bias`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvTranspose2d {
    pub out_channels: usize,
    pub kernel: Pair,
    pub stride: Pair,
    pub padding: Pair,
    /// Rows and columns added at the far sides, so that a convolution's rounding down can be undone.
    pub output_padding: Pair,
    pub groups: usize,
    pub bias: bool,
}

impl ConvTranspose2d {
    /// A square kernel with stride 1, one group, no padding and no bias.
    pub fn new(out_channels: usize, kernel: usize) -> Self {
        Self {
            out_channels,
            kernel: [kernel; 2],
            stride: [1; 2],
            padding: [0; 2],
            output_padding: [0; 2],
            groups: 1,
            bias: false,
        }
    }

    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = [stride; 2];
        self
    }

    pub fn padding(mut self, padding: usize) -> Self {
        self.padding = [padding; 2];
        self
    }

    pub fn output_padding(mut self, output_padding: usize) -> Self {
        self.output_padding = [output_padding; 2];
        self
    }

    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    pub fn bias(mut self) -> Self {
        self.bias = true;
        self
    }
}

/// Window of a max or average pooling. Average pooling counts the padding (PyTorch's `count_include_pad=True`).
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub kernel: Pair,
    pub stride: Pair,
    pub padding: Pair,
    /// Max pooling only: a last window that reaches beyond the map counts (PyTorch's `ceil_mode`).
    pub ceil: bool,
}

/// Where an operation's spatial output size comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Size {
    /// A constant size.
    Fixed { height: usize, width: usize },
    /// `max(min, ceil(size * factor))` of the operation's first input, in double precision as Python computes it.
    Scale { factor: f64, min: usize },
    /// The size of the operation's second input, which contributes nothing else.
    Like,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interpolation {
    /// PyTorch's `nearest`: source index `floor(i * in / out)`.
    Nearest,
    Bilinear,
}

/// Element-wise non-linearities. `Prelu` has one weight `[channels]`: the slope below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    Relu,
    Relu6,
    Prelu,
    Hardswish,
    Hardsigmoid,
    Sigmoid,
    /// The exact one, by the error function.
    Gelu,
    /// `x * sigmoid(x)`, also called swish.
    Silu,
}

/// One operation. Tensors are `[n, c, h, w]`.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// The picture: normalised RGB.
    Input {
        channels: usize,
    },
    Conv2d(Conv2d),
    ConvTranspose2d(ConvTranspose2d),
    /// Batch normalisation in inference mode. Weights: `weight`, `bias`, `running_mean`, `running_var`, each `[c]`.
    BatchNorm {
        epsilon: f64,
    },
    /// `x * scale + shift` per channel, what remains of a batch norm that no convolution could absorb. Weights: `scale`, `shift`.
    Affine,
    Activation {
        function: Activation,
    },
    MaxPool2d(Window),
    AvgPool2d(Window),
    /// Puts each value back where the second input, the map that a max pooling with this window took it from, has its maximum;
    /// zero elsewhere. The windows do not overlap. The result has the second input's size.
    MaxUnpool2d(Window),
    /// Average over the windows `[floor(i * in / out), ceil((i + 1) * in / out))`.
    AdaptiveAvgPool2d {
        size: Size,
    },
    Resize {
        mode: Interpolation,
        align_corners: bool,
        size: Size,
    },
    /// Zeros around the map.
    Pad2d {
        /// `[top, left]`
        before: Pair,
        /// `[bottom, right]`
        after: Pair,
    },
    /// The part of the first input from `[top, left]` on that has the size of the second, which contributes nothing else.
    Crop2d {
        before: Pair,
    },
    /// Concatenation along channels.
    Concat,
    /// The channels from `start` on, as many as `channels`; those beyond the last are zero.
    Slice {
        start: usize,
        channels: usize,
    },
    /// Sum of two tensors; the second may be `[n, c, 1, 1]`.
    Add,
    /// Product of two tensors; the second may be `[n, c, 1, 1]`.
    Mul,
    /// Views channels as `[groups, c / groups]` and transposes the two (ShuffleNet, Zhang et al. 2018, section 3.1).
    ChannelShuffle {
        groups: usize,
    },
    /// Over the channels of each pixel (Ba et al. 2016, arXiv 1607.06450). Weights: `weight`, `bias`, each `[c]`.
    LayerNorm {
        epsilon: f64,
    },
    /// Over groups of channels of the whole map (Wu and He 2018, arXiv 1803.08494). Weights: `weight`, `bias`, each `[c]`.
    GroupNorm {
        groups: usize,
        epsilon: f64,
    },
    /// Scaled dot-product attention of the pixels of the first input, the queries, to those of the second and third, keys and
    /// values; channels are split into heads (Vaswani et al. 2017, arXiv 1706.03762, section 3.2).
    Attention {
        heads: usize,
    },
}

impl Op {
    /// A convolution, or the one that a transposed convolution undoes: either has its weights.
    pub fn convolution(&self) -> Option<Conv2d> {
        match self {
            Self::Conv2d(conv) => Some(conv.clone()),
            Self::ConvTranspose2d(conv) => {
                let ConvTranspose2d { out_channels, kernel, stride, padding, groups, bias, .. } = *conv;
                Some(Conv2d { out_channels, kernel, stride, padding, dilation: [1; 2], groups, bias })
            }
            _ => None,
        }
    }

    /// The PyTorch parameter suffixes of this operation's weights, in the order of [`crate::graph::Node::weights`].
    pub fn weight_suffixes(&self) -> &'static [&'static str] {
        match self {
            Self::Conv2d(Conv2d { bias: true, .. })
            | Self::ConvTranspose2d(ConvTranspose2d { bias: true, .. })
            | Self::LayerNorm { .. }
            | Self::GroupNorm { .. } => &["weight", "bias"],
            Self::Conv2d(_) | Self::ConvTranspose2d(_) | Self::Activation { function: Activation::Prelu } => {
                &["weight"]
            }
            Self::BatchNorm { .. } => &["weight", "bias", "running_mean", "running_var"],
            Self::Affine => &["scale", "shift"],
            _ => &[],
        }
    }

    /// The name under which the operation appears in a graph's JSON and in error messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input",
            Self::Conv2d(_) => "conv2d",
            Self::ConvTranspose2d(_) => "conv_transpose2d",
            Self::BatchNorm { .. } => "batch_norm",
            Self::Affine => "affine",
            Self::Activation { .. } => "activation",
            Self::MaxPool2d(_) => "max_pool2d",
            Self::AvgPool2d(_) => "avg_pool2d",
            Self::MaxUnpool2d(_) => "max_unpool2d",
            Self::AdaptiveAvgPool2d { .. } => "adaptive_avg_pool2d",
            Self::Resize { .. } => "resize",
            Self::Pad2d { .. } => "pad2d",
            Self::Crop2d { .. } => "crop2d",
            Self::Concat => "concat",
            Self::Slice { .. } => "slice",
            Self::Add => "add",
            Self::Mul => "mul",
            Self::ChannelShuffle { .. } => "channel_shuffle",
            Self::LayerNorm { .. } => "layer_norm",
            Self::GroupNorm { .. } => "group_norm",
            Self::Attention { .. } => "attention",
        }
    }
}
