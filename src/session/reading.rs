//! What can be read of the last result: mask, probabilities, layers.

use std::rc::Rc;

use super::{Backend, Segmented, Session, network_size};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::Tensor;
use crate::plan::Window;

impl<B: Backend> Session<B> {
    /// Class ids of the last picture, row-major, at the source's size; and that size `[width, height]`.
    ///
    /// Errors: `no-result`, `limits-too-low`, `device-lost`.
    pub async fn read_mask(&self) -> Result<(Vec<u8>, [u32; 2])> {
        let last = self.last()?;
        let mask = self.backend.mask(&last.scores, true).await?;
        Ok((mask.ids, last.source))
    }

    /// Softmax probabilities of all classes at pixel `(x, y)` of the source.
    ///
    /// Errors: `no-result`, `out-of-range`, `device-lost`.
    pub async fn scores_at(&self, x: u32, y: u32) -> Result<Vec<f32>> {
        let last = self.last()?;
        let [width, height] = last.source;
        if x >= width || y >= height {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("pixel ({x}, {y}) is outside the picture of {width}x{height}"),
            ));
        }
        let position = [(x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32];
        Ok(softmax(&self.backend.scores_at(&last.scores, position).await?))
    }

    /// Activation `[1, c, h, w]` of any node of the graph for the last picture, seen as a whole: the network runs once more
    /// with that node kept.
    ///
    /// Errors: `no-result`, `no-such-layer`, `limits-too-low`, `device-lost`.
    pub async fn read_layer(&self, name: &str) -> Result<Tensor> {
        let last = self.last()?;
        let network = &last.loaded.network;
        let node = B::graph(network).find(name).ok_or_else(|| {
            Error::new(
                ErrorKind::NoSuchLayer,
                format!("the network has no layer \"{name}\"; see the names in its graph"),
            )
        })?;
        let input = &last.loaded.summary.info.input;
        let executor = self.backend.executor(network, network_size(input, last.source), &[node]).await?;
        let window = Window::whole(B::picture_size(&last.picture));
        self.backend.run_picture(network, &executor, &last.picture, window, input, None).await?;
        self.backend.read(&executor, node).await
    }

    /// The network on an input `[1, c, h, w]` of the caller's, past the picture path: how tests compare with PyTorch.
    /// Returns the graph's output.
    ///
    /// Errors: `no-model`, `input-size`, `limits-too-low`, `device-lost`.
    pub async fn run_tensor(&self, input: &[f32], size: [usize; 2]) -> Result<Tensor> {
        let loaded = self.loaded()?;
        let graph = B::graph(&loaded.network);
        let channels = graph.channels()?[0];
        if input.len() != channels * size[0] * size[1] {
            return Err(Error::new(
                ErrorKind::InputSize,
                format!("{} values are not {channels} channels of {}x{}", input.len(), size[1], size[0]),
            ));
        }
        let executor = self.backend.executor(&loaded.network, size, &[graph.output]).await?;
        self.backend.run_tensor(&loaded.network, &executor, input).await?;
        self.backend.read(&executor, graph.output).await
    }

    fn last(&self) -> Result<Rc<Segmented<B>>> {
        self.result.borrow().clone().ok_or_else(|| {
            Error::new(ErrorKind::NoResult, "no picture has been segmented yet; open one first")
        })
    }
}

/// `exp(x - max) / sum`, in double precision so that the parts add up to one.
fn softmax(logits: &[f32]) -> Vec<f32> {
    let highest = logits.iter().copied().fold(f32::MIN, f32::max);
    let exps: Vec<f64> = logits.iter().map(|x| f64::from(x - highest).exp()).collect();
    let sum: f64 = exps.iter().sum();
    exps.iter().map(|e| (e / sum) as f32).collect()
}
