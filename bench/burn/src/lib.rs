//! A network on burn's wgpu backend in the browser: the crate's own reference, node by node.

use burn::tensor::Device;
use segscope::graph::Graph;
use segscope::reference::Reference;
use segscope::weights::Model;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
pub struct Network {
    graph: Graph,
    reference: Reference,
}

#[wasm_bindgen]
impl Network {
    /// A model file on the fastest adapter.
    pub async fn create(model: Vec<u8>) -> Result<Network, JsError> {
        let device = Device::wgpu_options().init_async().await?;
        let Model { graph, weights, .. } = Model::from_bytes(&model)?;
        let reference = Reference::on(device, &graph, &weights.dequantise())?;
        Ok(Self { graph, reference })
    }

    /// The best class of every pixel for a normalised input `[1, 3, height, width]`.
    pub async fn classes(&self, input: Vec<f32>, height: usize, width: usize) -> Result<Vec<i32>, JsError> {
        let scores = self.reference.compute(&input, [1, 3, height, width], &[self.graph.output])?.remove(0);
        let unread = |e: &dyn std::fmt::Debug| JsError::new(&format!("the classes cannot be read: {e:?}"));
        let classes = scores.argmax(1).into_data_async().await.map_err(|e| unread(&e))?;
        classes.convert::<i32>().try_to_vec::<i32>().map_err(|e| unread(&e))
    }
}
