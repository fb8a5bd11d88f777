//! VGG with 11, 13, 16 or 19 layers, plain or with batch norm.
//!
//! Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015, arXiv 1409.1556,
//! table 1 (configurations A, B, D and E).
//! Reference: torchvision `models/vgg.py`, as segmentation_models_pytorch 0.6 `encoders/vgg.py` uses it.
//! Differences: the classifier is left out; batch norm is torchvision's, not the paper's.

use crate::graph::{Activation, Conv2d, GraphBuilder, NodeId};

const EPSILON: f64 = 1e-5;
/// Channels of the stages.
const WIDTHS: [usize; 5] = [64, 128, 256, 512, 512];

/// Convolutions of the stages.
fn convolutions(layers: usize) -> [usize; 5] {
    match layers {
        11 => [1, 1, 2, 2, 2],
        13 => [2, 2, 2, 2, 2],
        16 => [2, 2, 3, 3, 3],
        19 => [2, 2, 4, 4, 4],
        _ => panic!("there is no VGG-{layers}"),
    }
}

/// Adds the encoder to `g`, its names under `prefix`; returns the first `depth` of the maps at strides 2, 4, 8, 16 (each before
/// the pool that halves it) and 32 (after the last pool).
pub fn features(
    g: &mut GraphBuilder,
    prefix: &str,
    image: NodeId,
    layers: usize,
    batch_norm: bool,
    depth: usize,
) -> Vec<NodeId> {
    let mut maps = Vec::new();
    let mut x = image;
    // Convolutions, norms, activations and pools are numbered together.
    let mut child = 0;
    for (i, convolutions) in convolutions(layers).into_iter().enumerate().take(depth + 1) {
        if i > 0 {
            x = g.max_pool(x, 2, 2, 0);
            child += 1;
        }
        for _ in 0..convolutions {
            let name = |offset: usize| format!("{prefix}.features.{}", child + offset);
            x = g.conv(&name(0), x, Conv2d::new(WIDTHS[i], 3).bias());
            if batch_norm {
                x = g.batch_norm(&name(1), x, EPSILON);
            }
            x = g.activation(x, Activation::Relu);
            child += if batch_norm { 3 } else { 2 };
        }
        if i > 0 {
            maps.push(x);
        }
    }
    if depth == WIDTHS.len() {
        maps.push(g.max_pool(x, 2, 2, 0));
    }
    maps
}
