//! The list of the zoo.

use super::deeplab_v1::DeepLabV1;
use super::deeplab_v2::DeepLabV2;
use super::deeplab_v3::DeepLabV3;
use super::deeplab_v3_plus::DeepLabV3Plus;
use super::encoders::Encoder;
use super::encoders::mobilenet_v3;
use super::enet::ENet;
use super::entry::{Single, single};
use super::espnet_v2::EspNetV2;
use super::family::{Family, family};
use super::fcn::Fcn;
use super::fcn_vgg::FcnVgg;
use super::fpn::Fpn;
use super::linknet::Linknet;
use super::lraspp::LrAspp;
use super::narrow::narrow;
use super::pan::Pan;
use super::panoptic_fpn::PanopticFpn;
use super::pointrend::{Coarse, PointRend};
use super::pspnet::PspNet;
use super::segformer::Segformer;
use super::segformer_hugging_face::Segformer as HuggingFaceSegformer;
use super::segnet::SegNet;
use super::unet::Unet;
use super::upernet::UperNet;
use super::{deeplab_v2, deeplab_v3, espnet_v2, pspnet};

/// Torchvision trains its networks with a second classifier.
const AUXILIARY: &[&str] = &["aux_classifier.*"];

/// Widths at which a network of up to about 15, 40 or 135 million parameters weighs less than 4 MB in int8: `training/compact.py`.
const HALF: &[f64] = &[0.5, 1.0];
const QUARTER: &[f64] = &[0.25, 1.0];
const SEGNETS: &[f64] = &[0.3125, 1.0];
const FCNS: &[f64] = &[0.15625, 1.0];
/// What was left for it of the 40 MB that all models that ship may weigh.
const LINKNETS: &[f64] = &[0.15625, 1.0];

/// Networks under a name of their own.
pub const SINGLES: &[Single] = &[
    single("espnet_v2", |scale, classes| EspNetV2 { scale, classes }.graph())
        .scales(espnet_v2::SCALES)
        .needs_scale()
        // The strided units hold an activation that only the residual ones apply.
        .unused(&[
            "base_net.level2_0.eesp.module_act.weight",
            "base_net.level3_0.eesp.module_act.weight",
            "base_net.level4_0.eesp.module_act.weight",
        ]),
    single("lraspp_mobilenet_v3_large", |_, classes| {
        LrAspp { encoder: mobilenet_v3::LARGE, classes }.graph()
    }),
    single("lraspp_mobilenet_v3_small", |_, classes| {
        LrAspp { encoder: mobilenet_v3::SMALL, classes }.graph()
    }),
    single("fcn_resnet50", |_, classes| Fcn { layers: 50, classes }.graph()).unused(AUXILIARY),
    single("fcn_resnet101", |_, classes| Fcn { layers: 101, classes }.graph()).unused(AUXILIARY),
    single("deeplabv3_resnet50", |scale, classes| {
        narrow(DeepLabV3 { encoder: deeplab_v3::Encoder::Resnet(50), classes }.graph(), scale)
    })
    .scales(QUARTER)
    .unused(AUXILIARY),
    single("deeplabv3_resnet101", |_, classes| {
        DeepLabV3 { encoder: deeplab_v3::Encoder::Resnet(101), classes }.graph()
    })
    .unused(AUXILIARY),
    single("deeplabv3_mobilenet_v3_large", |_, classes| {
        DeepLabV3 { encoder: deeplab_v3::Encoder::MobilenetV3Large, classes }.graph()
    })
    .unused(AUXILIARY),
    single("segformer_b0", |_, classes| HuggingFaceSegformer::new(0, classes).graph()),
    single("segformer_b1", |_, classes| HuggingFaceSegformer::new(1, classes).graph()),
    single("segformer_b2", |_, classes| HuggingFaceSegformer::new(2, classes).graph()),
    single("segformer_b3", |_, classes| HuggingFaceSegformer::new(3, classes).graph()),
    single("segformer_b4", |_, classes| HuggingFaceSegformer::new(4, classes).graph()),
    single("segformer_b5", |_, classes| HuggingFaceSegformer::new(5, classes).graph()),
    single("fcn32s_vgg16", |width, classes| FcnVgg { skips: 0, width, classes }.graph()).scales(FCNS),
    single("fcn16s_vgg16", |width, classes| FcnVgg { skips: 1, width, classes }.graph()).scales(FCNS),
    single("fcn8s_vgg16", |width, classes| FcnVgg { skips: 2, width, classes }.graph()).scales(FCNS),
    single("segnet", |width, classes| SegNet { width, classes }.graph()).scales(SEGNETS),
    single("enet", |_, classes| ENet { width: 1.0, classes }.graph()).input_multiple(8),
    single("deeplab_v1_vgg16", |_, classes| DeepLabV1 { width: 1.0, classes }.graph()),
    single("deeplab_v2_vgg16", |_, classes| {
        DeepLabV2 { encoder: deeplab_v2::Encoder::Vgg16 { width: 1.0 }, classes }.graph()
    }),
    single("deeplab_v2_resnet101", |_, classes| {
        DeepLabV2 { encoder: deeplab_v2::Encoder::Resnet101, classes }.graph()
    }),
    single("pointrend_deeplabv3_resnet50", |_, classes| {
        PointRend { coarse: Coarse::DeepLabV3, layers: 50, classes }.graph()
    }),
    single("pointrend_fpn_resnet50", |_, classes| {
        PointRend { coarse: Coarse::PanopticFpn, layers: 50, classes }.graph()
    }),
    single("panoptic_fpn_resnet50", |_, classes| PanopticFpn { layers: 50, classes }.graph()),
];

/// Networks named after their decoder and their encoder, as in `unet_resnet18`.
pub const FAMILIES: &[Family] = &[
    family("unet", |encoder, classes| Unet { encoder, has_skips: true, classes }.graph()).scales(HALF),
    // What skips are good for shows beside a network without.
    family("unet_without_skips", |encoder, classes| Unet { encoder, has_skips: false, classes }.graph())
        .takes(|encoder| encoder == Encoder::Resnet(18))
        .scales(HALF),
    family("linknet", |encoder, classes| Linknet { encoder, classes }.graph())
        .takes(|encoder| !matches!(encoder, Encoder::MixTransformer(_)))
        .scales(LINKNETS),
    family("pspnet", |encoder, classes| PspNet { encoder, classes }.graph())
        .depth(pspnet::DEPTH)
        .input_multiple(8)
        .scales(HALF),
    family("fpn", |encoder, classes| Fpn { encoder, classes }.graph()).scales(HALF),
    family("deeplabv3plus", |encoder, classes| DeepLabV3Plus { encoder, classes }.graph())
        .takes(Encoder::has_dilation)
        .input_multiple(16)
        .scales(HALF),
    // The multiple is also the least side that the pyramid can halve three times.
    family("pan", |encoder, classes| Pan { encoder, classes }.graph())
        .takes(Encoder::has_dilation)
        .input_multiple(128),
    family("upernet", |encoder, classes| UperNet { encoder, classes }.graph()),
    family("segformer", |encoder, classes| Segformer { encoder, classes }.graph()),
];
