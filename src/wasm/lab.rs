//! The lab bundle: a network that a lesson looks into and changes. Structures cross as JSON, whose shapes are in www/learn/shell/lab-types.d.ts.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::object;
use super::values::{js_tensor, view};
use crate::error::{Error, ErrorKind};
use crate::graph::{Graph, Tensor, Weights};
use crate::lab::boundary::boundary_iou;
use crate::lab::crf;
use crate::lab::describe::describe;
use crate::lab::live::Live;
use crate::lab::losses::Loss;
use crate::lab::metrics::ConfusionMatrix;
use crate::reference::Reference;
use crate::session::{Backend, Cpu};
use crate::weights::Model;
use crate::zoo;

type Fallible<T> = Result<T, JsValue>;

/// A model, its edits, and its last picture.
#[wasm_bindgen]
pub struct Lab {
    live: Live,
}

#[wasm_bindgen]
impl Lab {
    #[wasm_bindgen(constructor)]
    pub fn new(model: &[u8]) -> Fallible<Lab> {
        Ok(Self { live: Live::new(Model::from_bytes(model)?)? })
    }

    /// What the model file says of itself.
    #[wasm_bindgen(js_name = modelInfo)]
    pub fn model_info(&self) -> String {
        to_json(&self.live.model().info)
    }

    /// Of the network with its edits.
    pub fn describe(&self, height: usize, width: usize) -> Fallible<String> {
        Ok(to_json(&self.live.describe([height, width])?))
    }

    /// `[height, width]` of the network's input for a picture.
    #[wasm_bindgen(js_name = sizeFor)]
    pub fn size_for(&self, width: u32, height: u32) -> Vec<usize> {
        self.live.size_for([width, height]).to_vec()
    }

    /// Replaces all edits by those of a JSON list.
    #[wasm_bindgen(js_name = setEdits)]
    pub fn set_edits(&mut self, edits: &str) -> Fallible<()> {
        Ok(self.live.set_edits(&from_json::<Vec<_>>(edits, "edits")?)?)
    }

    /// Keeps the values of the nodes of a JSON list of names.
    #[wasm_bindgen(js_name = setTaps)]
    pub fn set_taps(&mut self, names: &str) -> Fallible<()> {
        Ok(self.live.set_taps(from_json(names, "taps")?)?)
    }

    /// `{ height, width, ms, mask }` of RGBA bytes.
    pub fn run(&mut self, rgba: Vec<u8>, width: u32, height: u32) -> Fallible<JsValue> {
        let answer = self.live.run(Rc::new(Cpu.picture([width, height], rgba)?))?;
        let [height, width] = answer.size;
        Ok(object([
            ("height", (height as f64).into()),
            ("width", (width as f64).into()),
            ("ms", answer.ms.into()),
            ("mask", Uint8Array::from(answer.mask.as_slice()).into()),
        ]))
    }

    /// A tapped node's value in the last run.
    pub fn value(&self, name: &str) -> Fallible<JsValue> {
        Ok(js_tensor(&self.live.value(name)?))
    }

    /// The last picture as the network saw it.
    pub fn input(&self) -> Fallible<JsValue> {
        Ok(js_tensor(&self.live.input()?))
    }

    /// A weight of the model, in f32.
    pub fn weight(&self, name: &str) -> Fallible<JsValue> {
        let stored = self.live.model().weights.0.get(name).ok_or_else(|| {
            Error::new(ErrorKind::NoSuchLayer, format!("this network has no weight \"{name}\""))
        })?;
        Ok(js_tensor(&stored.dequantise()))
    }

    /// RGBA bytes of the last answer over its picture; the view as a session takes it.
    pub fn paint(&mut self, options: &JsValue, width: usize, height: usize) -> Fallible<Vec<u8>> {
        Ok(self.live.paint(&view(options), [width, height])?)
    }

    /// `[heads, key height, key width]`
    pub fn attention(&self, name: &str, y: usize, x: usize) -> Fallible<JsValue> {
        Ok(js_tensor(&self.live.attention(name, [y, x])?))
    }

    /// `[height, width]` of the network's input.
    #[wasm_bindgen(js_name = effectiveField)]
    pub fn effective_field(
        &self,
        name: &str,
        channel: Option<usize>,
        y: usize,
        x: usize,
    ) -> Fallible<JsValue> {
        Ok(js_tensor(&self.live.effective_field(name, channel, [y, x])?))
    }
}

/// A network of the zoo as a graph's JSON.
#[wasm_bindgen(js_name = zooGraph)]
pub fn zoo_graph(name: &str, scale: Option<f64>, classes: usize) -> Fallible<String> {
    Ok(zoo::build(name, &zoo::Options { scale, classes })?.to_json())
}

/// Any graph, from its JSON, for an input of this size.
#[wasm_bindgen(js_name = describeGraph)]
pub fn describe_graph(graph: &str, height: usize, width: usize) -> Fallible<String> {
    Ok(to_json(&describe(&Graph::from_json(graph)?, height, width)?))
}

/// Runs a small graph in the reference; `weights` is JSON, `{ name: { shape, data } }`. The value of every node, in order.
#[wasm_bindgen(js_name = runGraph)]
pub fn run_graph(graph: &str, weights: &str, input: &[f32], shape: &[usize]) -> Fallible<js_sys::Array> {
    let graph = Graph::from_json(graph)?;
    let weights: std::collections::BTreeMap<String, JsonTensor> = from_json(weights, "weights")?;
    let weights = weights.into_iter().map(|(name, tensor)| Ok((name, tensor.check()?)));
    let weights: Weights = weights.collect::<crate::error::Result<_>>()?;
    let shape = shape.try_into().map_err(|_| wrong("the input's shape is [1, c, h, w]"))?;
    let values = Reference::new(&graph, &weights)?.run_all(input, shape)?;
    Ok(values.iter().map(js_tensor).collect())
}

/// `{ value, gradient, perPixel, weights }` of scores `[classes, h, w]` against class ids; the last two are null where a loss has none.
#[wasm_bindgen(js_name = evaluateLoss)]
pub fn evaluate_loss(loss: &str, scores: &[f32], truth: &[u8], shape: &[usize]) -> Fallible<JsValue> {
    let loss: Loss = from_json(loss, "loss")?;
    let shape = shape.try_into().map_err(|_| wrong("the scores' shape is [classes, h, w]"))?;
    let evaluated = loss.evaluate(scores, truth, shape)?;
    let floats = |values: &[f32]| JsValue::from(js_sys::Float32Array::from(values));
    let optional = |values: &Option<Vec<f32>>| values.as_deref().map_or(JsValue::NULL, floats);
    Ok(object([
        ("value", evaluated.value.into()),
        ("gradient", floats(&evaluated.gradient)),
        ("perPixel", optional(&evaluated.per_pixel)),
        ("weights", optional(&evaluated.weights)),
    ]))
}

/// Everything that follows from a confusion matrix, as JSON.
#[wasm_bindgen(js_name = measure)]
pub fn measure(truth: &[u8], predicted: &[u8], classes: usize) -> Fallible<String> {
    let mut matrix = checked_matrix(truth, predicted, classes)?;
    matrix
        .add(truth, predicted)
        .map_err(|id| wrong(&format!("class {id} is beyond the {classes} classes")))?;
    let by_class: Vec<_> = (0..classes)
        .map(|class| {
            serde_json::json!({
                "counts": (0..classes).map(|predicted| matrix.count(class, predicted)).collect::<Vec<_>>(),
                "iou": matrix.iou(class),
                "dice": matrix.dice(class),
                "precision": matrix.precision(class),
                "recall": matrix.recall(class),
            })
        })
        .collect();
    Ok(to_json(&serde_json::json!({
        "classes": by_class,
        "meanIou": matrix.mean_iou(),
        "meanDice": matrix.mean_dice(),
        "pixelAccuracy": matrix.pixel_accuracy(),
        "globalIou": matrix.global_iou(),
        "globalDice": matrix.global_dice(),
        "frequencyWeightedIou": matrix.frequency_weighted_iou(),
    })))
}

/// The boundary IoU of each class, as JSON; null where a class is absent.
#[wasm_bindgen(js_name = boundaryIou)]
pub fn boundary_iou_of(
    truth: &[u8],
    predicted: &[u8],
    height: usize,
    width: usize,
    classes: usize,
    distance: usize,
) -> Fallible<String> {
    checked_matrix(truth, predicted, classes)?;
    if truth.len() != height * width {
        return Err(wrong(&format!("{} labels are no map of {width}x{height}", truth.len())));
    }
    Ok(to_json(&boundary_iou(truth, predicted, [height, width], classes, distance)))
}

/// The fully connected CRF's probabilities; `rgb` is the picture at the probabilities' size.
#[wasm_bindgen(js_name = refineByCrf)]
pub fn refine_by_crf(
    probabilities: Vec<f32>,
    shape: &[usize],
    rgb: &[u8],
    iterations: usize,
) -> Fallible<Vec<f32>> {
    let &[classes, height, width] = shape else {
        return Err(wrong("the probabilities' shape is [classes, h, w]"));
    };
    let pixels = height * width;
    // Every pair of pixels is looked at.
    if probabilities.len() != classes * pixels
        || rgb.len() != 3 * pixels
        || pixels > 1 << 14
        || iterations > 100
    {
        return Err(wrong(
            "the CRF takes maps of at most 128x128 with a picture of their size, and up to 100 steps",
        ));
    }
    let parameters = crf::Parameters { iterations, ..crf::Parameters::default() };
    Ok(crf::refine(&Tensor::new([1, classes, height, width], probabilities), rgb, &parameters).data)
}

fn checked_matrix(truth: &[u8], predicted: &[u8], classes: usize) -> Fallible<ConfusionMatrix> {
    if truth.len() != predicted.len() || !(1..=255).contains(&classes) {
        return Err(wrong(&format!(
            "{} labels and {} predictions of {classes} classes cannot be compared; give as many of either",
            truth.len(),
            predicted.len()
        )));
    }
    Ok(ConfusionMatrix::new(classes))
}

#[derive(serde::Deserialize)]
struct JsonTensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

impl JsonTensor {
    fn check(self) -> crate::error::Result<Tensor> {
        let count = self.shape.iter().try_fold(1usize, |product, &side| product.checked_mul(side));
        if count != Some(self.data.len()) {
            return Err(Error::new(
                ErrorKind::WeightsMismatch,
                format!("{} values are no tensor of shape {:?}", self.data.len(), self.shape),
            ));
        }
        Ok(Tensor::new(self.shape, self.data))
    }
}

fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("keys are strings")
}

fn from_json<T: serde::de::DeserializeOwned>(json: &str, what: &str) -> crate::error::Result<T> {
    serde_json::from_slice(json.as_bytes())
        .map_err(|e| Error::new(ErrorKind::OutOfRange, format!("these are no {what}: {e}")).with_source(e))
}

fn wrong(what: &str) -> JsValue {
    Error::new(ErrorKind::OutOfRange, what).into()
}
