//! Decoders of segmentation_models_pytorch 0.6: an architecture with each encoder that they take.

use super::encoders::Encoder;
use super::entry::Architecture;
use super::narrow::narrow;
use crate::graph::{Graph, GraphBuilder};

pub struct Family {
    pub name: &'static str,
    input_multiple: usize,
    /// Stages of the encoder that the decoder reads; a checkpoint holds all five.
    depth: usize,
    takes: fn(Encoder) -> bool,
    /// Width multipliers with ResNet-18.
    scales: &'static [f64],
    /// From an encoder and a number of classes.
    graph: fn(Encoder, usize) -> Graph,
}

/// A decoder that reads all stages of any encoder.
pub const fn family(name: &'static str, graph: fn(Encoder, usize) -> Graph) -> Family {
    Family { name, input_multiple: 32, depth: 5, takes: |_| true, scales: &[], graph }
}

impl Family {
    pub const fn input_multiple(mut self, multiple: usize) -> Self {
        self.input_multiple = multiple;
        self
    }

    pub const fn depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    pub const fn takes(mut self, takes: fn(Encoder) -> bool) -> Self {
        self.takes = takes;
        self
    }

    pub const fn scales(mut self, scales: &'static [f64]) -> Self {
        self.scales = scales;
        self
    }

    /// The encoders it takes, each with the name of the network they make.
    pub fn members(&self) -> impl Iterator<Item = (Encoder, String)> {
        let name = |&encoder: &Encoder| (encoder, format!("{}_{}", self.name, encoder.name()));
        Encoder::ALL.iter().filter(|&&encoder| (self.takes)(encoder)).map(name)
    }

    pub fn architecture(&self, encoder: Encoder, name: String) -> Architecture {
        let mut unused = weights_below(encoder, self.depth);
        unused.push("classification_head.*".into());
        unused.extend(encoder.unused().iter().map(|entry| format!("encoder.{entry}")));
        let graph = self.graph;
        Architecture {
            name,
            input_multiple: self.input_multiple,
            scales: if encoder == Encoder::Resnet(18) { self.scales } else { &[] },
            needs_scale: false,
            unused,
            graph: Box::new(move |scale, classes| narrow(graph(encoder, classes), scale)),
        }
    }
}

/// Names of the weights of the stages that follow the first `depth`.
fn weights_below(encoder: Encoder, depth: usize) -> Vec<String> {
    let weights = |depth: usize| -> Vec<String> {
        let (mut builder, image) = GraphBuilder::new(3);
        let maps = encoder.features(&mut builder, "encoder", image, depth, 32);
        let graph = builder.build(maps.into_iter().flatten().last().unwrap_or(image));
        graph.nodes.into_iter().flat_map(|node| node.weights).collect()
    };
    weights(5).split_off(weights(depth).len())
}
