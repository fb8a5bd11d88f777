//! The shader files, and how each kernel's text is put together: plain concatenation, nothing else.

use super::Activations;
use crate::plan::WeightFormat;

const COMMON: &str = shader!("common");
const CONV: &str = shader!("conv_common");
const MAP: &str = shader!("map_common");
const INTERPOLATION: &str = shader!("interpolation");
const COVER: &str = shader!("cover");
const STEADY: &str = shader!("steady_common");
const BEST: &str = shader!("best");

/// A compute kernel of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    Pointwise,
    Dense,
    Depthwise,
    Transposed,
    Pool,
    MaxUnpool,
    AdaptivePool,
    GlobalPool,
    SqueezeExcite,
    Resize,
    Elementwise,
    Gather,
    Normalise,
    Attention,
}

impl Kernel {
    pub const ALL: [Self; 14] = [
        Self::Pointwise,
        Self::Dense,
        Self::Depthwise,
        Self::Transposed,
        Self::Pool,
        Self::MaxUnpool,
        Self::AdaptivePool,
        Self::GlobalPool,
        Self::SqueezeExcite,
        Self::Resize,
        Self::Elementwise,
        Self::Gather,
        Self::Normalise,
        Self::Attention,
    ];

    /// The kernel's file stem, what its uniforms are, and its own text.
    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Pointwise => ("pointwise", CONV, shader!("pointwise")),
            Self::Dense => ("dense", CONV, shader!("dense")),
            Self::Depthwise => ("depthwise", CONV, shader!("depthwise")),
            Self::Transposed => ("transposed", CONV, shader!("transposed")),
            Self::Pool => ("pool", MAP, shader!("pool")),
            Self::MaxUnpool => ("max_unpool", MAP, shader!("max_unpool")),
            Self::AdaptivePool => ("adaptive_pool", MAP, shader!("adaptive_pool")),
            Self::GlobalPool => ("global_pool", MAP, shader!("global_pool")),
            Self::SqueezeExcite => ("squeeze_excite", "", shader!("squeeze_excite")),
            Self::Resize => ("resize", MAP, shader!("resize")),
            Self::Elementwise => ("elementwise", MAP, shader!("elementwise")),
            Self::Gather => ("gather", MAP, shader!("gather")),
            Self::Normalise => ("normalise", MAP, shader!("normalise")),
            Self::Attention => ("attention", MAP, shader!("attention")),
        }
    }

    pub fn name(self) -> &'static str {
        self.parts().0
    }

    /// The complete WGSL module; its entry point is `main`.
    pub fn source(self, activations: Activations, format: WeightFormat) -> String {
        let weights = match format {
            WeightFormat::Int8 | WeightFormat::Int8Products => shader!("weights_int8"),
            WeightFormat::F32 => shader!("weights_f32"),
        };
        let products = match (self, format) {
            (Self::Pointwise | Self::Dense | Self::SqueezeExcite, WeightFormat::Int8Products) => {
                shader!("products_int8")
            }
            (Self::Pointwise | Self::Dense | Self::SqueezeExcite, _) => {
                shader!("products_f32")
            }
            _ => "",
        };
        let (_, uniforms, kernel) = self.parts();
        [activations.head(), weights, COMMON, uniforms, products, kernel].join("\n")
    }
}

/// Picture to network input.
pub fn frame(activations: Activations) -> String {
    [activations.head(), shader!("frame")].join("\n")
}

/// The network's input to what moved since the last frame.
pub fn motion(activations: Activations) -> String {
    [activations.head(), STEADY, shader!("motion")].join("\n")
}

/// Scores of a frame to a running average.
pub fn steady(activations: Activations) -> String {
    [activations.head(), STEADY, BEST, shader!("steady")].join("\n")
}

/// Scores of tiles to scores of a picture.
pub fn mosaic(activations: Activations) -> String {
    [activations.head(), shader!("mosaic")].join("\n")
}

/// Scores to class ids and areas.
pub fn mask(activations: Activations) -> String {
    [activations.head(), BEST, INTERPOLATION, shader!("mask")].join("\n")
}

/// Scores at one pixel.
pub fn probe(activations: Activations) -> String {
    [activations.head(), BEST, INTERPOLATION, shader!("probe")].join("\n")
}

/// Scores and picture to canvas.
pub fn paint(activations: Activations) -> String {
    [activations.head(), BEST, INTERPOLATION, COVER, shader!("paint")].join("\n")
}

/// One axis of a Gaussian.
pub fn blur() -> String {
    [COVER, shader!("blur")].join("\n")
}
