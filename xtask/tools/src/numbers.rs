//! The numbers in a model file by which a machine tests its kernels.

use anyhow::Result;
use segscope::reference::reference_numbers;
use segscope::weights::{Model, ReferenceNumbers};

/// The model with what the reference answers on the model's own weights.
pub fn with_numbers(mut model: Model) -> Result<Model> {
    let size = ReferenceNumbers::size_for(&model.info.input);
    model.info.reference = Some(reference_numbers(&model.graph, &model.weights, &[], size)?);
    Ok(Model::new(&model.info, &model.graph, &model.weights)?)
}
