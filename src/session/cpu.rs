//! Networks on the CPU, through `simd`.

use std::rc::Rc;

use super::backend::{Backend, Shown};
use super::size::check_pixels;
use crate::error::Result;
use crate::graph::{Graph, NodeId, Tensor};
use crate::plan::steady::{Columns, Flicker};
use crate::plan::{Blend, Plan, ScoresShape, Window};
use crate::simd::{self, Executor, Mosaic, Network, Painter, Picture, Scene};
use crate::view::Mask;
use crate::weights::QuantisedWeights;
use crate::weights::info::Input;

/// The CPU this runs on.
pub struct Cpu;

/// Scores, and the source they are of.
pub struct Scores {
    values: Values,
    source: [u32; 2],
}

/// In an executor's arena, or put together from those of tiles.
enum Values {
    Network(Rc<Executor>),
    Mosaic(Mosaic),
}

impl Scores {
    fn with<T>(&self, read: impl FnOnce(&simd::Scores<'_>) -> T) -> T {
        match &self.values {
            Values::Network(executor) => executor.with_scores(read),
            Values::Mosaic(mosaic) => read(&mosaic.scores()),
        }
    }
}

/// Takes the RGBA bytes of a painting, not premultiplied, and its `[width, height]`.
pub type Show = Box<dyn FnMut(Vec<u8>, [u32; 2]) -> Result<()>>;

/// What paintings are shown on.
pub struct Screen {
    size: [u32; 2],
    painter: Painter,
    show: Show,
}

impl Screen {
    pub fn new(size: [u32; 2], show: Show) -> Self {
        Self { size, painter: Painter::default(), show }
    }
}

impl Backend for Cpu {
    type Network = Network;
    type Executor = Executor;
    type Picture = Picture;
    type Scores = Scores;
    type Mosaic = Mosaic;
    type Screen = Screen;

    fn network(&self, graph: Graph, weights: &QuantisedWeights, _: &[Option<f32>]) -> Result<Network> {
        Network::new(graph, weights)
    }

    fn tolerance(&self, _: &Network) -> f32 {
        // int8 weights are multiplied with pixels of 16 bits: 5e-4 of a map's magnitude after a hundred layers.
        5e-3
    }

    fn graph(network: &Network) -> &Graph {
        &network.graph
    }

    async fn executor(&self, network: &Network, size: [usize; 2], taps: &[NodeId]) -> Result<Executor> {
        Executor::new(network, size, taps)
    }

    fn picture(&self, size: [u32; 2], rgba: Vec<u8>) -> Result<Picture> {
        check_pixels(size, &rgba)?;
        Ok(Picture::new(size[0], rgba))
    }

    fn picture_size(picture: &Picture) -> [u32; 2] {
        [picture.width() as u32, picture.height() as u32]
    }

    async fn run_picture(
        &self,
        network: &Network,
        executor: &Executor,
        picture: &Picture,
        window: Window,
        input: &Input,
        steady: Option<Columns>,
    ) -> Result<()> {
        executor.write_picture(picture, window, input);
        if let Some(columns) = steady {
            executor.see_motion(columns);
            executor.run(network);
            executor.steady_scores();
        } else {
            executor.forget_frames();
            executor.run(network);
        }
        Ok(())
    }

    async fn flicker(&self, executor: &Executor) -> Result<Flicker> {
        Ok(executor.flicker())
    }

    async fn run_tensor(&self, network: &Network, executor: &Executor, input: &[f32]) -> Result<()> {
        executor.write_input(input);
        executor.run(network);
        Ok(())
    }

    async fn read(&self, executor: &Executor, node: NodeId) -> Result<Tensor> {
        executor.read(node)
    }

    fn scores(&self, executor: Rc<Executor>, source: [u32; 2]) -> Scores {
        Scores { values: Values::Network(executor), source }
    }

    fn plan(executor: &Executor) -> &Plan {
        &executor.plan
    }

    fn mosaic(&self, shape: ScoresShape) -> Result<Mosaic> {
        Mosaic::new(shape)
    }

    fn add_tile(&self, mosaic: &mut Mosaic, executor: &Executor, blend: &[Blend; 2]) -> Result<()> {
        executor.with_scores(|tile| mosaic.add(tile, blend));
        Ok(())
    }

    fn mosaic_scores(&self, mosaic: Mosaic, source: [u32; 2]) -> Scores {
        Scores { values: Values::Mosaic(mosaic), source }
    }

    async fn mask(&self, scores: &Scores, with_ids: bool) -> Result<Mask> {
        let size = scores.source.map(|side| side as usize);
        Ok(scores.with(|scores| scores.mask(size, with_ids)))
    }

    async fn scores_at(&self, scores: &Scores, position: [f32; 2]) -> Result<Vec<f32>> {
        Ok(scores.with(|scores| scores.at(position)))
    }

    fn resize(&self, screen: &mut Screen, size: [u32; 2]) {
        screen.size = size.map(|side| side.max(1));
    }

    fn forget_result(screen: &mut Screen) {
        screen.painter = Painter::default();
    }

    fn paint(&self, screen: &mut Screen, shown: &Shown<'_, Self>) -> Result<()> {
        let &Shown { view, palette, picture, scores, backdrop } = shown;
        let scene = Scene { view, palette, picture, backdrop, canvas: screen.size.map(|side| side as usize) };
        let rgba = scores.with(|scores| screen.painter.paint(&scene, scores));
        (screen.show)(rgba, screen.size)
    }

    fn bytes(network: &Network, executor: Option<&Executor>, picture: Option<&Picture>) -> u64 {
        network.bytes() + executor.map_or(0, Executor::bytes) + picture.map_or(0, Picture::bytes)
    }
}
