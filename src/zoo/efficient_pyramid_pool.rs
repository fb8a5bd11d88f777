//! Efficient pyramid pooling, the unit of ESPNetv2's decoder.
//!
//! Mehta, Hajishirzi, Rastegari, "DiCENet: Dimension-wise Convolutions for Efficient Networks", 2019, arXiv 1906.03516, the
//! segmentation section.
//! Reference: github.com/sacmehta/EdgeNets, commit 2b232d3, `nn_layers/efficient_pyramid_pool.py`.
//! Difference: the pyramid is always 10 wide. The reference takes half the number of classes, which is 10 for both of its
//! data sets (20 and 21 classes); a network fine-tuned from those keeps it.

use crate::graph::{Conv2d, GraphBuilder, Interpolation, NodeId, Size};

const EPSILON: f64 = 1e-5;
const WIDTH: usize = 10;
const SCALES: [f64; 5] = [2.0, 1.5, 1.0, 0.5, 0.1];
/// No side of a pyramid level is shorter.
const MIN_SIDE: usize = 5;

/// Efficient pyramid pooling: one depthwise 3x3 at each of five sizes of a narrow projection, shuffled together and merged
/// by `last`.
pub(super) fn pyramid_pool(g: &mut GraphBuilder, name: &str, x: NodeId, last: Conv2d) -> NodeId {
    let n = WIDTH;
    let x = conv_bn_prelu(g, &format!("{name}.projection_layer.cbr"), x, Conv2d::new(n, 1));
    let levels = SCALES.into_iter().enumerate().map(|(i, factor)| {
        let stage = format!("{name}.stages.{i}");
        let depthwise = Conv2d::new(n, 3).groups(n);
        let size = Size::Scale { factor, min: MIN_SIDE };
        if factor > 1.0 {
            let enlarged = g.resize(x, Interpolation::Bilinear, true, size);
            let y = g.conv(&stage, enlarged, depthwise);
            g.adaptive_avg_pool_like(y, x)
        } else if factor < 1.0 {
            let shrunk = g.adaptive_avg_pool(x, size);
            let y = g.conv(&stage, shrunk, depthwise);
            g.resize_like(y, x, Interpolation::Bilinear, true)
        } else {
            g.conv(&stage, x, depthwise)
        }
    });
    let levels: Vec<NodeId> = levels.collect();
    let joined = g.concat(&levels);
    let x = bn_prelu(g, &format!("{name}.merge_layer.0.br"), joined);
    let x = g.channel_shuffle(x, SCALES.len());
    let x = conv_bn_prelu(g, &format!("{name}.merge_layer.2.cbr"), x, Conv2d::new(n, 3).groups(n));
    g.conv(&format!("{name}.merge_layer.3"), x, last)
}

/// Children 0, 1 and 2 of `name`.
pub(super) fn conv_bn_prelu(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.0"), x, conv);
    let x = g.batch_norm(&format!("{name}.1"), x, EPSILON);
    g.prelu(&format!("{name}.2"), x)
}

/// Children 0 and 1 of `name`.
pub(super) fn bn_prelu(g: &mut GraphBuilder, name: &str, x: NodeId) -> NodeId {
    let x = g.batch_norm(&format!("{name}.0"), x, EPSILON);
    g.prelu(&format!("{name}.1"), x)
}
