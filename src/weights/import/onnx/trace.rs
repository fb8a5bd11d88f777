//! The graph as it is found by walking through an ONNX file with a picture of one size.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::Outcome;
use super::attention::Scores;
use super::constant::Constant;
use super::view::{Rearrangement, View};
use crate::graph::shape::{MAX_SIDE, check_node, output_channels, spatial};
use crate::graph::{ConvTranspose2d, Node, NodeId, Op, Pair, Shape, Size, Tensor, Weights, Window};

/// What an ONNX value is.
#[derive(Clone)]
pub enum Value {
    View(View),
    Constant(Rc<Constant>),
    /// On the way to an attention.
    Scores(Scores),
    /// `1 + erf(x / sqrt 2)`, or without the 1, of the map `x`: on the way to a GELU.
    Gate {
        x: View,
        is_whole: bool,
    },
    /// Where the maxima were that a pooling of the map `pooled` took.
    Switches {
        pooled: NodeId,
        window: Window,
    },
    /// One behind the other along a new dimension, on the way to their sum.
    Stack {
        views: Vec<View>,
        dim: usize,
    },
    /// Probabilities or the best class: their order is that of the scores, so nothing is computed for them.
    Answer(View),
    /// A node before could not be expressed.
    Unknown,
}

/// What decides the size of a node whose operation has one, which is settled after the walk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Target {
    /// So many times the size of its input.
    Scaled(f64),
    /// What it was for this picture.
    To(Pair),
}

/// 512 MB of f32.
const MAX_HELD: usize = 1 << 27;

pub struct Trace {
    pub nodes: Vec<Node>,
    pub shapes: Vec<Shape>,
    pub targets: BTreeMap<NodeId, Target>,
    pub weights: Weights,
    /// How often a name was wanted.
    names: HashMap<String, usize>,
    /// Numbers of weights and constants.
    held: usize,
    /// The ONNX node that is being read: nodes are named after it.
    place: String,
}

impl Trace {
    /// A graph whose input is a map of this shape.
    pub fn new(shape: Shape) -> Self {
        let mut trace = Self {
            nodes: Vec::new(),
            shapes: vec![shape],
            targets: BTreeMap::new(),
            weights: Weights::new(),
            names: HashMap::new(),
            held: 0,
            place: "input".into(),
        };
        let name = trace.unique_name();
        trace.nodes.push(Node {
            name,
            op: Op::Input { channels: shape[1] },
            inputs: vec![],
            weights: vec![],
        });
        trace
    }

    pub fn enter(&mut self, place: &str) {
        self.place = place.into();
    }

    pub fn view(&self, map: NodeId) -> View {
        View::of(map, self.shapes[map])
    }

    pub fn channels(&self, map: NodeId) -> usize {
        self.shapes[map][1]
    }

    /// Adds a node; its weights in the order of [`Op::weight_suffixes`].
    pub fn push(&mut self, op: Op, inputs: &[NodeId], weights: Vec<Tensor>) -> Outcome<NodeId> {
        self.hold(weights.iter().map(|weight| weight.data.len()).sum())?;
        let node = self.node(op, inputs, weights);
        let id = self.nodes.len();
        check_node(&node, id).map_err(|error| error.to_string())?;
        let channels: Vec<usize> = self.shapes.iter().map(|shape| shape[1]).collect();
        let c = output_channels(&node, &channels).map_err(|error| error.to_string())?;
        let [h, w] = spatial(&node, &self.shapes, [0, 0])
            .filter(|sides| sides.iter().all(|side| *side <= MAX_SIDE))
            .ok_or_else(|| format!("it has no valid size after {:?}", self.shapes[inputs[0]]))?;
        self.nodes.push(node);
        self.shapes.push([1, c, h, w]);
        Ok(id)
    }

    /// Adds a node whose size is settled later; `op` has some size, which is not looked at.
    pub fn push_sized(&mut self, op: Op, input: NodeId, [h, w]: Pair, target: Target) -> Outcome<NodeId> {
        if h.min(w) == 0 || h.max(w) > MAX_SIDE {
            return Err(format!("its result is {h} x {w}; 1 to {MAX_SIDE} a side are possible"));
        }
        let node = self.node(op, &[input], vec![]);
        self.targets.insert(self.nodes.len(), target);
        self.nodes.push(node);
        self.shapes.push([1, self.channels(input), h, w]);
        Ok(self.nodes.len() - 1)
    }

    fn node(&mut self, op: Op, inputs: &[NodeId], tensors: Vec<Tensor>) -> Node {
        let name = self.unique_name();
        let mut weights = Vec::with_capacity(tensors.len());
        for (suffix, tensor) in op.weight_suffixes().iter().zip(tensors) {
            let weight = format!("{name}.{suffix}");
            self.weights.insert(weight.clone(), tensor);
            weights.push(weight);
        }
        Node { name, op, inputs: inputs.to_vec(), weights }
    }

    fn unique_name(&mut self) -> String {
        let mut name = self.place.trim_start_matches('/').replace('/', ".");
        while let Some(count) = self.names.get_mut(&name) {
            *count += 1;
            name = format!("{name}_{count}");
        }
        self.names.insert(name.clone(), 0);
        name
    }

    /// So many more numbers are kept: a small file may name a large weight often.
    pub fn hold(&mut self, count: usize) -> Outcome<()> {
        self.held = self.held.saturating_add(count);
        if self.held <= MAX_HELD {
            Ok(())
        } else {
            Err("the network holds more numbers than 512 MB of f32".into())
        }
    }

    /// The map that a view of four dimensions shows, rearranged if need be.
    pub fn map(&mut self, view: &View) -> Outcome<NodeId> {
        let shape = self.shapes[view.map];
        match view.rearrangement(shape) {
            Some(Rearrangement::None) => Ok(view.map),
            Some(Rearrangement::ChannelShuffle { groups }) => {
                self.push(Op::ChannelShuffle { groups }, &[view.map], vec![])
            }
            Some(Rearrangement::PixelShuffle { factor }) => self.pixel_shuffle(view.map, factor),
            None => Err(format!("it reads a tensor of shape {:?} that is no map [1, c, h, w]", view.shape())),
        }
    }

    /// As a transposed convolution with a filter for each pixel of the square.
    pub fn pixel_shuffle(&mut self, map: NodeId, factor: usize) -> Outcome<NodeId> {
        let pixels = factor * factor;
        let groups = self.channels(map) / pixels;
        let filters = (0..groups * pixels).flat_map(|filter| one_hot(pixels, filter % pixels)).collect();
        let conv = ConvTranspose2d::new(groups, factor).stride(factor).groups(groups);
        let kernel = Tensor::new([groups, pixels, factor, factor], filters);
        self.push(Op::ConvTranspose2d(conv), &[map], vec![kernel])
    }

    /// `x * scale + shift`, each for every channel; the view's dimensions stay.
    pub fn affine(&mut self, view: &View, scale: Vec<f32>, shift: Vec<f32>) -> Outcome<View> {
        let tensors = [scale, shift].map(|data| Tensor::new([data.len()], data)).to_vec();
        let map = self.push(Op::Affine, &[view.map], tensors)?;
        Ok(View { map, ..view.clone() })
    }

    /// The same for all channels.
    pub fn scaled(&mut self, view: &View, scale: f32, shift: f32) -> Outcome<View> {
        let channels = self.channels(view.map);
        self.affine(view, vec![scale; channels], vec![shift; channels])
    }

    /// The average over the whole map.
    pub fn global_average(&mut self, map: NodeId) -> Outcome<NodeId> {
        self.push(Op::AdaptiveAvgPool2d { size: Size::Fixed { height: 1, width: 1 } }, &[map], vec![])
    }
}

/// A one among `size` numbers.
pub fn one_hot(size: usize, at: usize) -> impl Iterator<Item = f32> {
    (0..size).map(move |i| if i == at { 1.0 } else { 0.0 })
}
