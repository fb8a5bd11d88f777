//! What the decoders of segmentation_models_pytorch (smp) 0.6 share: `base/modules.py` and `base/heads.py`.

use super::encoders::Encoder;
use crate::graph::{Activation, Conv2d, GraphBuilder, Interpolation, NodeId, Size};

pub const EPSILON: f64 = 1e-5;

/// All maps of an encoder that is not dilated, at strides 2 to 32, but for those that it does not have.
pub fn feature_maps(g: &mut GraphBuilder, encoder: Encoder, image: NodeId) -> Vec<NodeId> {
    encoder.features(g, "encoder", image, 5, 32).into_iter().flatten().collect()
}

/// `Conv2dReLU`: convolution, batch norm and ReLU.
pub fn conv_bn_relu(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.0"), x, conv);
    let x = g.batch_norm(&format!("{name}.1"), x, EPSILON);
    g.activation(x, Activation::Relu)
}

/// `SegmentationHead`: a convolution to the scores, enlarged `upsampling` times with aligned corners.
pub fn segmentation_head(
    g: &mut GraphBuilder,
    x: NodeId,
    classes: usize,
    kernel: usize,
    upsampling: usize,
) -> NodeId {
    let scores = g.conv("segmentation_head.0", x, Conv2d::new(classes, kernel).bias());
    if upsampling == 1 { scores } else { enlarge(g, scores, Interpolation::Bilinear, true, upsampling) }
}

/// `scale_factor=factor` of PyTorch.
pub fn enlarge(
    g: &mut GraphBuilder,
    x: NodeId,
    mode: Interpolation,
    align_corners: bool,
    factor: usize,
) -> NodeId {
    g.resize(x, mode, align_corners, Size::Scale { factor: factor as f64, min: 1 })
}
