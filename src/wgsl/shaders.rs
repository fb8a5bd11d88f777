//! The shader files, and how each kernel's text is put together: plain concatenation, nothing else.

use super::Activations;
use crate::plan::WeightFormat;

const COMMON: &str = include_str!("kernels/common.wgsl");
const CONV: &str = include_str!("kernels/conv_common.wgsl");
const MAP: &str = include_str!("kernels/map_common.wgsl");
const INTERPOLATION: &str = include_str!("kernels/interpolation.wgsl");

/// A compute kernel of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kernel {
    Pointwise,
    Dense,
    Depthwise,
    Pool,
    AdaptivePool,
    GlobalPool,
    SqueezeExcite,
    Resize,
    Elementwise,
    Gather,
}

impl Kernel {
    pub const ALL: [Self; 10] = [
        Self::Pointwise,
        Self::Dense,
        Self::Depthwise,
        Self::Pool,
        Self::AdaptivePool,
        Self::GlobalPool,
        Self::SqueezeExcite,
        Self::Resize,
        Self::Elementwise,
        Self::Gather,
    ];

    /// The kernel's file stem, what its uniforms are, and its own text.
    fn parts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Pointwise => ("pointwise", CONV, include_str!("kernels/pointwise.wgsl")),
            Self::Dense => ("dense", CONV, include_str!("kernels/dense.wgsl")),
            Self::Depthwise => ("depthwise", CONV, include_str!("kernels/depthwise.wgsl")),
            Self::Pool => ("pool", MAP, include_str!("kernels/pool.wgsl")),
            Self::AdaptivePool => ("adaptive_pool", MAP, include_str!("kernels/adaptive_pool.wgsl")),
            Self::GlobalPool => ("global_pool", MAP, include_str!("kernels/global_pool.wgsl")),
            Self::SqueezeExcite => ("squeeze_excite", "", include_str!("kernels/squeeze_excite.wgsl")),
            Self::Resize => ("resize", MAP, include_str!("kernels/resize.wgsl")),
            Self::Elementwise => ("elementwise", MAP, include_str!("kernels/elementwise.wgsl")),
            Self::Gather => ("gather", MAP, include_str!("kernels/gather.wgsl")),
        }
    }

    pub fn name(self) -> &'static str {
        self.parts().0
    }

    /// The complete WGSL module; its entry point is `main`.
    pub fn source(self, activations: Activations, format: WeightFormat) -> String {
        let weights = match format {
            WeightFormat::Int8 | WeightFormat::Int8Products => include_str!("kernels/weights_int8.wgsl"),
            WeightFormat::F32 => include_str!("kernels/weights_f32.wgsl"),
        };
        let products = match (self, format) {
            (Self::Pointwise | Self::Dense | Self::SqueezeExcite, WeightFormat::Int8Products) => {
                include_str!("kernels/products_int8.wgsl")
            }
            (Self::Pointwise | Self::Dense | Self::SqueezeExcite, _) => {
                include_str!("kernels/products_f32.wgsl")
            }
            _ => "",
        };
        let (_, uniforms, kernel) = self.parts();
        [activations.head(), weights, COMMON, uniforms, products, kernel].join("\n")
    }
}

/// Picture to network input.
pub fn frame(activations: Activations) -> String {
    [activations.head(), include_str!("kernels/frame.wgsl")].join("\n")
}

/// Scores of tiles to scores of a picture.
pub fn mosaic(activations: Activations) -> String {
    [activations.head(), include_str!("kernels/mosaic.wgsl")].join("\n")
}

/// Scores to class ids and areas.
pub fn mask(activations: Activations) -> String {
    [activations.head(), INTERPOLATION, include_str!("kernels/mask.wgsl")].join("\n")
}

/// Scores at one pixel.
pub fn probe(activations: Activations) -> String {
    [activations.head(), INTERPOLATION, include_str!("kernels/probe.wgsl")].join("\n")
}

/// Scores and picture to canvas.
pub fn paint(activations: Activations) -> String {
    [activations.head(), INTERPOLATION, include_str!("kernels/paint.wgsl")].join("\n")
}
