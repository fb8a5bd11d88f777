//! LR-ASPP: a classifier at stride 8 plus one at stride 16 that a global average has weighed.
//!
//! Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv 1905.02244, section 6.4 and figure 10.
//! Reference: torchvision `models/segmentation/lraspp.py` (`lraspp_mobilenet_v3_large`; with the Small encoder, what
//! its `_lraspp_mobilenetv3` makes of `mobilenet_v3_small(dilated=True)`).
//! Differences from the paper, which are torchvision's: the average is global, not over 49x49 windows, and the head's batch
//! norm has torch's default epsilon, unlike the encoder's.

use super::encoders::mobilenet_v3::MobileNetV3;
use crate::graph::{Activation, Conv2d, Graph, GraphBuilder, Interpolation};

const EPSILON: f64 = 1e-5;
const INNER_CHANNELS: usize = 128;

pub struct LrAspp {
    pub encoder: MobileNetV3,
    /// Rows of the two classifiers.
    pub classes: usize,
}

impl LrAspp {
    /// `[n, 3, h, w]` -> scores `[n, classes, h, w]`; any size.
    pub fn graph(&self) -> Graph {
        let (mut builder, image) = GraphBuilder::new(3);
        let g = &mut builder;
        let [low, high] = self.encoder.features(g, "backbone", image);

        let x = g.conv("classifier.cbr.0", high, Conv2d::new(INNER_CHANNELS, 1));
        let x = g.batch_norm("classifier.cbr.1", x, EPSILON);
        let x = g.activation(x, Activation::Relu);
        let average = g.global_avg_pool(high);
        let scale = g.conv("classifier.scale.1", average, Conv2d::new(INNER_CHANNELS, 1));
        let scale = g.activation(scale, Activation::Sigmoid);
        let x = g.mul(x, scale);
        let x = g.resize_like(x, low, Interpolation::Bilinear, false);
        let low = g.conv("classifier.low_classifier", low, Conv2d::new(self.classes, 1).bias());
        let high = g.conv("classifier.high_classifier", x, Conv2d::new(self.classes, 1).bias());
        let scores = g.add(low, high);

        let scores = g.resize_like(scores, image, Interpolation::Bilinear, false);
        builder.build(scores)
    }
}
