//! A model that lessons look into and change: its answer on a picture, any value inside it, and all that with edits of its graph.

use std::collections::BTreeSet;
use std::rc::Rc;

use web_time::Instant;

use super::describe::{Description, describe};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::edits::{Edit, edited};
use crate::graph::{Graph, NodeId, Op, Tensor};
use crate::plan::Window;
use crate::session::{network_size, palette};
use crate::simd::{Executor, Network, Painter, Picture, Scene};
use crate::view::View;
use crate::weights::{Model, QuantisedWeights, Stored};

/// A model, its edits, and the last picture.
pub struct Live {
    model: Model,
    /// The model's, edited.
    graph: Graph,
    weights: QuantisedWeights,
    network: Network,
    /// Nodes whose values are kept, by name.
    taps: BTreeSet<String>,
    executor: Option<Executor>,
    picture: Option<Rc<Picture>>,
    painter: Painter,
}

/// What a picture came out as.
pub struct Answer {
    /// `[height, width]` of the network's input.
    pub size: [usize; 2],
    /// The class of each pixel of the picture.
    pub mask: Vec<u8>,
    /// Of the network alone.
    pub ms: f64,
}

impl Live {
    /// Errors: as [`Network::new`].
    pub fn new(model: Model) -> Result<Self> {
        let (graph, weights) = (model.graph.clone(), model.weights.clone());
        let network = Network::new(graph.clone(), &weights)?;
        Ok(Self {
            model,
            graph,
            weights,
            network,
            taps: BTreeSet::new(),
            executor: None,
            picture: None,
            painter: Painter::default(),
        })
    }

    pub fn model(&self) -> &Model {
        &self.model
    }

    /// With the edits.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// As the network sees a picture of `[width, height]`: `[height, width]`.
    pub fn size_for(&self, source: [u32; 2]) -> [usize; 2] {
        network_size(&self.model.info.input, source)
    }

    /// Of the edited graph. Errors: `input-size`.
    pub fn describe(&self, [height, width]: [usize; 2]) -> Result<Description> {
        describe(&self.graph, height, width)
    }

    /// Replaces all edits. Errors: as [`edited`]; the ones before stay then.
    pub fn set_edits(&mut self, edits: &[Edit]) -> Result<()> {
        let (graph, added) = edited(&self.model.graph, edits)?;
        let mut weights = self.model.weights.clone();
        weights.0.extend(added.into_iter().map(|(name, tensor)| (name, Stored::F32(tensor))));
        self.network = Network::new(graph.clone(), &weights)?;
        (self.graph, self.weights, self.executor) = (graph, weights, None);
        Ok(())
    }

    /// Keeps the values of these nodes from the next run on. Errors: `no-such-layer`.
    pub fn set_taps(&mut self, names: BTreeSet<String>) -> Result<()> {
        for name in &names {
            self.find(name)?;
        }
        if names != self.taps {
            (self.taps, self.executor) = (names, None);
        }
        Ok(())
    }

    /// Runs the network on a picture. Errors: `input-size`, `limits-too-low`.
    pub fn run(&mut self, picture: Rc<Picture>) -> Result<Answer> {
        let source = [picture.width(), picture.height()];
        let size = self.size_for(source.map(|side| side as u32));
        let executor = match self.executor.take().filter(|executor| executor.input_size() == size) {
            Some(executor) => executor,
            None => {
                // An edit may have taken a node out of the graph.
                let taps: Vec<NodeId> = self.taps.iter().filter_map(|name| self.graph.find(name)).collect();
                Executor::new(&self.network, size, &taps)?
            }
        };
        let start = Instant::now();
        let window = Window::whole(source.map(|side| side as u32));
        executor.write_picture(&picture, window, &self.model.info.input);
        executor.run(&self.network);
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let mask = executor.with_scores(|scores| scores.mask(source, true)).ids;
        (self.executor, self.picture) = (Some(executor), Some(picture));
        Ok(Answer { size, mask, ms })
    }

    /// A tapped node's value in the last run, `[1, c, h, w]`. Errors: `no-result`, `no-such-layer`.
    pub fn value(&self, name: &str) -> Result<Tensor> {
        let id = self.find(name)?;
        self.executor.as_ref().ok_or_else(nothing_ran)?.read(id)
    }

    /// The last picture as the network saw it, `[1, 3, h, w]`. Errors: `no-result`.
    pub fn input(&self) -> Result<Tensor> {
        let picture = self.picture.clone().ok_or_else(nothing_ran)?;
        let source = [picture.width(), picture.height()].map(|side| side as u32);
        let executor = Executor::new(&self.network, self.size_for(source), &[0])?;
        executor.write_picture(&picture, Window::whole(source), &self.model.info.input);
        executor.read(0)
    }

    /// The last answer over its picture, on a canvas of `[width, height]`: RGBA bytes. Errors: `no-result`.
    pub fn paint(&mut self, view: &View, canvas: [usize; 2]) -> Result<Vec<u8>> {
        let (Some(executor), Some(picture)) = (&self.executor, &self.picture) else {
            return Err(nothing_ran());
        };
        let palette = palette(&self.model.info);
        let scene = Scene { view, palette: &palette, picture, backdrop: None, canvas };
        Ok(executor.with_scores(|scores| self.painter.paint(&scene, scores)))
    }

    /// What the attention node `name` attends to from a query's position, `[heads, key height, key width]`; both inputs that it
    /// compares must be tapped. Errors: `no-result`, `no-such-layer`, `out-of-range`.
    pub fn attention(&self, name: &str, position: [usize; 2]) -> Result<Tensor> {
        let node = self.graph.node(self.find(name)?);
        let Op::Attention { heads } = node.op else {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("layer \"{name}\" is no attention; choose one that is"),
            ));
        };
        let executor = self.executor.as_ref().ok_or_else(nothing_ran)?;
        let [queries, keys] = [0, 1].map(|input| executor.read(node.inputs[input]));
        super::attention::attention(&queries?, &keys?, heads, position)
    }

    /// How much each pixel of the network's input counts for a value, `[h, w]`; `channel` none: for the sum of all. Errors: `no-result`,
    /// `no-such-layer`, `out-of-range`.
    #[cfg(feature = "gradients")]
    pub fn effective_field(&self, name: &str, channel: Option<usize>, [y, x]: [usize; 2]) -> Result<Tensor> {
        let input = self.input()?;
        let shape = input.shape[..].try_into().expect("an input is a map");
        let at = crate::reference::Position { node: self.find(name)?, channel, y, x };
        super::field::effective_field(&self.graph, &self.weights.dequantise(), &input.data, shape, at)
    }

    fn find(&self, name: &str) -> Result<NodeId> {
        self.graph.find(name).ok_or_else(|| {
            Error::new(ErrorKind::NoSuchLayer, format!("there is no layer \"{name}\" in this network"))
        })
    }
}

fn nothing_ran() -> Error {
    Error::new(ErrorKind::NoResult, "the network has not run yet; give it a picture first")
}
