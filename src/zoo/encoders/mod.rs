//! Encoders: classification networks without their heads. Each adds its layers to a graph and returns the feature maps
//! that a decoder reads, finest first.
//!
//! [`Encoder`] lists those of segmentation_models_pytorch (smp) 0.6 that the zoo has: names, widths and maps are those of
//! `smp.encoders.get_encoder(name)`, whose first map this module leaves out: the image (or VGG's map of the image's size,
//! of which smp's decoders read nothing but the size).

mod dilation;
mod efficientnet;
pub mod espnet_v2;
mod inverted_residual;
mod mb_conv;
mod mix_transformer;
mod mobilenet_v2;
pub mod mobilenet_v3;
mod mobilenet_v3_timm;
pub mod resnet;
mod vgg;

use crate::graph::{GraphBuilder, NodeId};
use resnet::{Dilation, Resnet};

/// A classification network without its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoder {
    /// 11, 13, 16 or 19 layers, counted with the classifier's.
    Vgg {
        layers: usize,
        batch_norm: bool,
    },
    /// 18, 34, 50 or 101 layers.
    Resnet(usize),
    MobilenetV2,
    MobilenetV3Large,
    MobilenetV3Small,
    /// B0 to B3.
    Efficientnet(usize),
    /// B0 to B5.
    MixTransformer(usize),
}

impl Encoder {
    pub const ALL: &'static [Self] = &[
        Self::Vgg { layers: 11, batch_norm: false },
        Self::Vgg { layers: 11, batch_norm: true },
        Self::Vgg { layers: 13, batch_norm: false },
        Self::Vgg { layers: 13, batch_norm: true },
        Self::Vgg { layers: 16, batch_norm: false },
        Self::Vgg { layers: 16, batch_norm: true },
        Self::Vgg { layers: 19, batch_norm: false },
        Self::Vgg { layers: 19, batch_norm: true },
        Self::Resnet(18),
        Self::Resnet(34),
        Self::Resnet(50),
        Self::Resnet(101),
        Self::MobilenetV2,
        Self::MobilenetV3Large,
        Self::MobilenetV3Small,
        Self::Efficientnet(0),
        Self::Efficientnet(1),
        Self::Efficientnet(2),
        Self::Efficientnet(3),
        Self::MixTransformer(0),
        Self::MixTransformer(1),
        Self::MixTransformer(2),
        Self::MixTransformer(3),
        Self::MixTransformer(4),
        Self::MixTransformer(5),
    ];

    /// As `smp.encoders.get_encoder` takes it. MobileNetV3 is timm's own variant: `timm-mobilenetv3_*`, which smp turns into
    /// timm's TensorFlow variant, pads by the size of each picture.
    pub fn name(self) -> String {
        match self {
            Self::Vgg { layers, batch_norm } => format!("vgg{layers}{}", if batch_norm { "_bn" } else { "" }),
            Self::Resnet(layers) => format!("resnet{layers}"),
            Self::MobilenetV2 => "mobilenet_v2".into(),
            Self::MobilenetV3Large => "tu-mobilenetv3_large_100".into(),
            Self::MobilenetV3Small => "tu-mobilenetv3_small_100".into(),
            Self::Efficientnet(size) => format!("efficientnet-b{size}"),
            Self::MixTransformer(size) => format!("mit_b{size}"),
        }
    }

    /// Whether [`Self::features`] takes an `output_stride` below 32. A pool cannot trade its stride for a dilation, so VGG
    /// does not.
    pub fn has_dilation(self) -> bool {
        !matches!(self, Self::Vgg { .. })
    }

    /// State-dict entries, below the encoder's prefix, of layers that no feature map depends on. A `*` at the end stands for
    /// any text.
    pub fn unused(self) -> &'static [&'static str] {
        match self {
            Self::Efficientnet(_) => &["_conv_head.*", "_bn1.*"],
            _ => &[],
        }
    }

    /// Channels of the maps at strides 2, 4, 8, 16 and 32; 0 where there is no map.
    pub fn channels(self) -> [usize; 5] {
        match self {
            Self::Vgg { .. } => [128, 256, 512, 512, 512],
            Self::Resnet(layers) => resnet::channels(layers),
            Self::MobilenetV2 => [16, 24, 32, 96, 1280],
            Self::MobilenetV3Large => [16, 24, 40, 112, 960],
            Self::MobilenetV3Small => [16, 16, 24, 48, 576],
            Self::Efficientnet(size) => efficientnet::channels(size),
            Self::MixTransformer(size) => mix_transformer::channels(size),
        }
    }

    /// Adds the encoder to `g`, its names under `prefix`; returns the maps of the first `depth` (1 to 5) of the strides 2, 4,
    /// 8, 16 and 32, `None` where the encoder has no map (a mix transformer at 2). With an `output_stride` of 16 or 8 in
    /// place of 32, the stages beyond it are dilated and stay at that stride.
    pub fn features(
        self,
        g: &mut GraphBuilder,
        prefix: &str,
        image: NodeId,
        depth: usize,
        output_stride: usize,
    ) -> Vec<Option<NodeId>> {
        assert!(output_stride == 32 || self.has_dilation(), "{} cannot be dilated", self.name());
        let maps = match self {
            Self::Vgg { layers, batch_norm } => vgg::features(g, prefix, image, layers, batch_norm, depth),
            Self::Resnet(layers) => {
                let dilation = Dilation::WholeStage;
                Resnet { layers, output_stride, dilation }.features(g, prefix, image, depth)
            }
            Self::MobilenetV2 => mobilenet_v2::features(g, prefix, image, depth, output_stride),
            Self::MobilenetV3Large => {
                mobilenet_v3_timm::LARGE.features(g, prefix, image, depth, output_stride)
            }
            Self::MobilenetV3Small => {
                mobilenet_v3_timm::SMALL.features(g, prefix, image, depth, output_stride)
            }
            Self::Efficientnet(size) => efficientnet::features(g, prefix, image, size, depth, output_stride),
            Self::MixTransformer(size) => {
                mix_transformer::features(g, prefix, image, size, depth, output_stride)
            }
        };
        let no_map = matches!(self, Self::MixTransformer(_)).then_some(None);
        no_map.into_iter().chain(maps.into_iter().map(Some)).collect()
    }
}
