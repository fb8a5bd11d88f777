//! ESPNetv2 encoder: EESP units, which see a wide field through cheap dilated depthwise branches.
//!
//! Mehta, Rastegari, Shapiro, Hajishirzi, "ESPNetv2: A Light-weight, Power Efficient, and General Purpose Convolutional
//! Neural Network", CVPR 2019, arXiv 1811.11431, sections 3.2 and 3.3.
//! Reference: github.com/sacmehta/EdgeNets, commit 2b232d3, `model/classification/espnetv2.py` and `nn_layers/eesp.py`.
//! Differences: level 5 and the classifier, which segmentation does not use, are left out; the image is shrunk once per
//! level and kept, where the reference shrinks it again from full size at every level (the same numbers).

use crate::graph::{Conv2d, GraphBuilder, NodeId};

/// Depthwise branches of an EESP unit, and groups of its 1x1 convolutions.
const BRANCHES: usize = 4;
const EPSILON: f64 = 1e-5;
/// The reference allows level 4 a receptive field of 7, that is dilation 3; the branch that would exceed it falls back to
/// dilation 1 and is sorted to the front.
const LEVEL_4_DILATIONS: [usize; BRANCHES] = [1, 1, 2, 3];
const DILATIONS: [usize; BRANCHES] = [1, 2, 3, 4];

/// Adds the encoder to `g`; `widths` are its channels at strides 2, 4, 8 and 16. Returns those four feature maps.
pub fn espnet_v2(g: &mut GraphBuilder, image: NodeId, widths: [usize; 4]) -> [NodeId; 4] {
    let [c1, c2, c3, c4] = widths;
    let f1 = conv_bn_prelu(g, "base_net.level1", image, Conv2d::new(c1, 3).stride(2));
    let image_2 = shrink(g, image);
    let image_4 = shrink(g, image_2);
    let f2 = downsample(g, "base_net.level2_0", f1, image_4, c1, c2);
    let image_8 = shrink(g, image_4);
    let mut f3 = downsample(g, "base_net.level3_0", f2, image_8, c2, c3);
    for i in 0..3 {
        f3 = residual_unit(g, &format!("base_net.level3.{i}"), f3, c3, DILATIONS);
    }
    let image_16 = shrink(g, image_8);
    let mut f4 = downsample(g, "base_net.level4_0", f3, image_16, c3, c4);
    for i in 0..7 {
        f4 = residual_unit(g, &format!("base_net.level4.{i}"), f4, c4, LEVEL_4_DILATIONS);
    }
    [f1, f2, f3, f4]
}

/// Strided EESP beside an average pool of its input, plus the image itself at that size (paper, figure 2).
fn downsample(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    image: NodeId,
    c_in: usize,
    c_out: usize,
) -> NodeId {
    let pooled = shrink(g, x);
    let convolved = eesp(g, &format!("{name}.eesp"), x, c_out - c_in, DILATIONS, 2);
    let joined = g.concat(&[pooled, convolved]);
    let image = conv_bn_prelu(g, &format!("{name}.inp_reinf.0"), image, Conv2d::new(3, 3));
    let image = conv_bn(g, &format!("{name}.inp_reinf.1"), image, Conv2d::new(c_out, 1));
    let sum = g.add(joined, image);
    g.prelu(&format!("{name}.act"), sum)
}

fn residual_unit(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    c: usize,
    dilations: [usize; BRANCHES],
) -> NodeId {
    let y = eesp(g, name, x, c, dilations, 1);
    let sum = g.add(y, x);
    g.prelu(&format!("{name}.module_act"), sum)
}

/// Reduce, convolve depthwise at several dilations, add each branch to the sum of those before it so that the larger
/// dilations leave no grid (paper, figure 1c), and expand.
fn eesp(
    g: &mut GraphBuilder,
    name: &str,
    x: NodeId,
    c_out: usize,
    dilations: [usize; BRANCHES],
    stride: usize,
) -> NodeId {
    let n = c_out / BRANCHES;
    let reduced = conv_bn_prelu(g, &format!("{name}.proj_1x1"), x, Conv2d::new(n, 1).groups(BRANCHES));
    let mut sums: Vec<NodeId> = Vec::with_capacity(BRANCHES);
    for (i, dilation) in dilations.into_iter().enumerate() {
        let depthwise = Conv2d::new(n, 3).dilation(dilation).stride(stride).groups(n);
        let branch = g.conv(&format!("{name}.spp_dw.{i}.conv"), reduced, depthwise);
        sums.push(sums.last().map_or(branch, |&previous| g.add(branch, previous)));
    }
    let joined = g.concat(&sums);
    let y = g.batch_norm(&format!("{name}.br_after_cat.bn"), joined, EPSILON);
    let y = g.prelu(&format!("{name}.br_after_cat.act"), y);
    conv_bn(g, &format!("{name}.conv_1x1_exp"), y, Conv2d::new(c_out, 1).groups(BRANCHES))
}

fn conv_bn_prelu(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = conv_bn(g, name, x, conv);
    g.prelu(&format!("{name}.act"), x)
}

fn conv_bn(g: &mut GraphBuilder, name: &str, x: NodeId, conv: Conv2d) -> NodeId {
    let x = g.conv(&format!("{name}.conv"), x, conv);
    g.batch_norm(&format!("{name}.bn"), x, EPSILON)
}

/// Half the size.
fn shrink(g: &mut GraphBuilder, x: NodeId) -> NodeId {
    g.avg_pool(x, 3, 2, 1)
}
