//! What a session needs of whatever runs the network.

use std::rc::Rc;

use crate::error::Result;
use crate::graph::{Graph, NodeId, Tensor};
use crate::plan::steady::{Columns, Flicker};
use crate::plan::{Blend, Plan, ScoresShape, Window};
use crate::view::{Mask, View};
use crate::weights::info::Input;
use crate::weights::{ModelInfo, QuantisedWeights, ReferenceNumbers};

/// A result and how it is shown.
pub struct Shown<'a, B: Backend + ?Sized> {
    pub view: &'a View,
    /// sRGB 0..1 and how much of it, per class.
    pub palette: &'a [[f32; 4]],
    pub picture: &'a Rc<B::Picture>,
    pub scores: &'a B::Scores,
    /// For [`crate::view::Background::Backdrop`].
    pub backdrop: Option<&'a Rc<B::Picture>>,
}

/// Where networks run: the GPU ([`super::Gpu`]) or the CPU ([`super::Cpu`]).
#[expect(async_fn_in_trait, reason = "sessions live on one thread; no future has to be Send")]
pub trait Backend {
    /// A graph and its weights, ready to run.
    type Network;
    /// A network planned for one input size.
    type Executor;
    /// A picture where the executors can read it.
    type Picture;
    /// The scores of a picture, ready to be interpolated.
    type Scores;
    /// The scores of a picture while its tiles are added to them.
    type Mosaic;
    /// What results are shown on.
    type Screen;

    /// `ranges` are those of `Calibration`, or none.
    ///
    /// Errors: `model-unsupported`, `limits-too-low`.
    fn network(
        &self,
        graph: Graph,
        weights: &QuantisedWeights,
        ranges: &[Option<f32>],
    ) -> Result<Self::Network>;

    /// What the layers of a model should answer to the test picture; none if its file does not say.
    fn numbers<'a>(&self, _: &Self::Network, info: &'a ModelInfo) -> Option<&'a ReferenceNumbers> {
        info.reference.as_ref()
    }

    /// How far a layer may be from the reference, as a fraction of its magnitude, for the self-test to pass.
    fn tolerance(&self, network: &Self::Network) -> f32;

    fn graph(network: &Self::Network) -> &Graph;

    /// Plans for inputs of `[height, width]`; the values of `taps` stay readable after a run.
    ///
    /// Errors: `input-size`, `limits-too-low`, `device-lost`.
    async fn executor(
        &self,
        network: &Self::Network,
        size: [usize; 2],
        taps: &[NodeId],
    ) -> Result<Self::Executor>;

    /// A picture of `[width, height]` from RGBA bytes, row-major, not premultiplied.
    ///
    /// Errors: `limits-too-low`, `out-of-range`.
    fn picture(&self, size: [u32; 2], rgba: Vec<u8>) -> Result<Self::Picture>;

    /// `[width, height]`
    fn picture_size(picture: &Self::Picture) -> [u32; 2];

    /// Runs the network on `window` of a picture; it has run when this returns. In the columns that are `steady` its scores
    /// are a running average over the pictures it ran on so, as quick as the picture moves.
    async fn run_picture(
        &self,
        network: &Self::Network,
        executor: &Self::Executor,
        picture: &Self::Picture,
        window: Window,
        input: &Input,
        steady: Option<Columns>,
    ) -> Result<()>;

    /// What was counted in these runs, where only some columns are steady.
    async fn flicker(&self, executor: &Self::Executor) -> Result<Flicker>;

    /// Runs the network on an input `[1, c, h, w]` of the executor's size.
    async fn run_tensor(
        &self,
        network: &Self::Network,
        executor: &Self::Executor,
        input: &[f32],
    ) -> Result<()>;

    /// A node's value after a run. Errors: `no-such-layer` if it was not kept.
    async fn read(&self, executor: &Self::Executor, node: NodeId) -> Result<Tensor>;

    /// The scores that the executor's last run left, for a source of `[width, height]`.
    fn scores(&self, executor: Rc<Self::Executor>, source: [u32; 2]) -> Self::Scores;

    fn plan(executor: &Self::Executor) -> &Plan;

    /// Errors: `limits-too-low`.
    fn mosaic(&self, shape: ScoresShape) -> Result<Self::Mosaic>;

    /// Adds the scores that the executor's last run left.
    fn add_tile(
        &self,
        mosaic: &mut Self::Mosaic,
        executor: &Self::Executor,
        blend: &[Blend; 2],
    ) -> Result<()>;

    fn mosaic_scores(&self, mosaic: Self::Mosaic, source: [u32; 2]) -> Self::Scores;

    /// The best class of every pixel of the source.
    async fn mask(&self, scores: &Self::Scores, with_ids: bool) -> Result<Mask>;

    /// The scores of all classes at `[x, y]`, 0..1 across the picture.
    async fn scores_at(&self, scores: &Self::Scores, position: [f32; 2]) -> Result<Vec<f32>>;

    /// `[width, height]` in pixels.
    fn resize(&self, screen: &mut Self::Screen, size: [u32; 2]);

    /// Another result is to be shown, or none.
    fn forget_result(screen: &mut Self::Screen);

    /// Shows a result.
    fn paint(&self, screen: &mut Self::Screen, shown: &Shown<'_, Self>) -> Result<()>;

    /// Bytes of memory in weights, activations and the picture.
    fn bytes(
        network: &Self::Network,
        executor: Option<&Self::Executor>,
        picture: Option<&Self::Picture>,
    ) -> u64;
}
