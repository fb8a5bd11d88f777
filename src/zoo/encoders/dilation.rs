//! Atrous convolution in place of a stride, as segmentation_models_pytorch 0.6 does it to every convolution of a stage
//! (`encoders/_utils.py`, `replace_strides_with_dilation`).
//!
//! Chen, Papandreou, Kokkinos, Murphy, Yuille, "DeepLab: Semantic Image Segmentation with Deep Convolutional Nets, Atrous
//! Convolution, and Fully Connected CRFs", TPAMI 2018, arXiv 1606.00915, section 3.1.

use crate::graph::Conv2d;

/// The dilation of a stage that would reach `stride` in a network that stops at `output_stride`; 1 where it may reach it.
pub fn dilation(stride: usize, output_stride: usize) -> usize {
    (stride / output_stride).max(1)
}

/// `conv` with the stride, or with the dilation in its place where there is one.
pub fn strided_or_dilated(conv: Conv2d, stride: usize, dilation: usize) -> Conv2d {
    if dilation > 1 { conv.dilation(dilation) } else { conv.stride(stride) }
}
