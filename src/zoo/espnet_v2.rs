//! ESPNetv2 for segmentation: the ESPNetv2 encoder under a decoder of efficient pyramid pooling units.
//!
//! Encoder: Mehta et al., "ESPNetv2", CVPR 2019, arXiv 1811.11431. Decoder: Mehta, Hajishirzi, Rastegari, "DiCENet:
//! Dimension-wise Convolutions for Efficient Networks", 2019, arXiv 1906.03516, the segmentation section.
//! Reference: github.com/sacmehta/EdgeNets, commit 2b232d3, `model/segmentation/espnetv2.py`.
//! Difference: the width of the pyramid, see `efficient_pyramid_pool.rs`.

use super::efficient_pyramid_pool::{bn_prelu, conv_bn_prelu, pyramid_pool};
use super::encoders::espnet_v2::espnet_v2 as encoder;
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation, NodeId, Size};

/// The width multipliers of the published checkpoints.
pub const SCALES: &[f64] = &[0.5, 1.0, 2.0];

/// Channels of the decoder at strides 8, 4 and 2.
const DECODER_WIDTHS: [usize; 3] = [64, 48, 32];

pub struct EspNetV2 {
    /// Width multiplier of the encoder, one of [`SCALES`].
    pub scale: f64,
    /// Rows of the last layer.
    pub classes: usize,
}

impl EspNetV2 {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; `h` and `w` are multiples of 16.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [c1, c2, c3, c4] = self.encoder_widths();
        let [d1, d2, d3] = DECODER_WIDTHS;
        let [f1, f2, f3, f4] = encoder(g, image, [c1, c2, c3, c4]);

        let x = pyramid_pool_bn(g, "bu_dec_l1", f4, d1);
        let x = merge_skip(g, 2, f3, x, c3, d1);
        let x = pyramid_pool_bn(g, "bu_dec_l2", x, d2);
        let x = merge_skip(g, 3, f2, x, c2, d2);
        let x = pyramid_pool_bn(g, "bu_dec_l3", x, d3);
        let x = merge_skip(g, 4, f1, x, c1, d3);
        let scores = pyramid_pool(g, "bu_dec_l4", x, Conv2d::new(self.classes, 1).bias());

        let scores = g.resize_like(scores, image, Interpolation::Bilinear, true);
        builder.build(scores)
    }

    /// Channels at strides 2, 4, 8 and 16 (paper, table 1). The first level stays at 32 above scale 1.
    fn encoder_widths(&self) -> [usize; 4] {
        let scaled = |c: f64| (c * self.scale) as usize;
        [scaled(32.0).min(32), scaled(64.0), scaled(128.0), scaled(256.0)]
    }
}

fn pyramid_pool_bn(g: &mut GraphBuilder, name: &str, x: NodeId, c_out: usize) -> NodeId {
    let x = pyramid_pool(g, name, x, Conv2d::new(c_out, 1));
    bn_prelu(g, &format!("{name}.br.br"), x)
}

/// Adds the encoder's map, gated by its own global average, to the decoder's, which is enlarged twice.
fn merge_skip(
    g: &mut GraphBuilder,
    level: usize,
    skip: NodeId,
    x: NodeId,
    c_skip: usize,
    c: usize,
) -> NodeId {
    let name = format!("merge_enc_dec_l{level}");
    let enlarged = g.resize(x, Interpolation::Bilinear, true, Size::Scale { factor: 2.0, min: 1 });
    let average = g.global_avg_pool(skip);
    let gate = g.conv(&format!("{name}.wt_layer.1"), average, Conv2d::new(c, 1));
    let gate = g.activation(gate, Activation::Sigmoid);
    let expand = Conv2d::new(c, 3).groups(greatest_common_divisor(c_skip, c));
    let expanded = conv_bn_prelu(g, &format!("{name}.expansion_layer.cbr"), skip, expand);
    let gated = g.mul(expanded, gate);
    let sum = g.add(gated, enlarged);
    bn_prelu(g, &format!("bu_br_l{level}"), sum)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
