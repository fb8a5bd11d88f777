//! Losses of semantic segmentation: the value that training makes small, and its gradient by the scores.
//!
//! They take a network's scores (logits) of one picture, whose softmax over the classes are the probabilities `p`, and the true
//! class `t` of each pixel. Pixels labelled [`IGNORE`] count for nothing: they have no part in sums and means, and no gradient.
//! Where nothing is labelled, or all that is has weight zero, value and gradient are zero; PyTorch's means are then 0 / 0,
//! NaN. Sums are in f64.

mod border;
mod overlap;

use overlap::Denominator;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::lab::metrics::IGNORE;

/// A loss; in JSON an object of its `kind` and parameters, as in `{ "kind": "focal", "gamma": 2 }`.
///
/// Parameters are finite and not negative.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Loss {
    /// The weighted mean of `-log p_t`, each pixel weighted by its true class: the sum is divided by that of the weights, as in
    /// `torch.nn.functional.cross_entropy`.
    CrossEntropy {
        /// One for each class; all alike unless given.
        #[serde(default)]
        class_weights: Option<Vec<f32>>,
    },
    /// U-Net's cross entropy, with large weights on the background between close components: Ronneberger et al. 2015, arXiv
    /// 1505.04597, section 3, equations 1 and 2. The weights follow from the truth; class 0 is the background, and a component
    /// is a region of one other class, of pixels that are neighbours by a side.
    ///
    /// Equation 1 sums over the pixels; this is the mean, so that a value does not depend on the picture's size, and of
    /// `-log p_t`, where the paper's sum has lost its sign.
    BorderWeighted {
        /// Weight of a border that has no width; 10 in the paper.
        w0: f32,
        /// Width of borders in pixels, above zero; about 5 in the paper.
        sigma: f32,
    },
    /// The mean of `-alpha_t (1 - p_t)^gamma log p_t`: Lin et al. 2017, arXiv 1708.02002, equation 5, with the softmax in
    /// place of the sigmoid. The paper divides the sum over all anchors by the number of those assigned to an object; here it
    /// is a mean over pixels, whatever `alpha` is.
    ///
    /// segmentation_models.pytorch's FocalLoss in its mode "multiclass" is another loss: the mean of the binary ones of each
    /// class against the rest, by sigmoids. This is its function `softmax_focal_loss_with_logits`.
    Focal {
        /// How fast easy pixels lose their weight; 2 in the paper, 0 makes it the cross entropy.
        gamma: f32,
        /// One for each class; 1 unless given.
        #[serde(default)]
        alpha: Option<Vec<f32>>,
    },
    /// Soft Dice: the mean over the classes of `1 - (i + smooth) / (d + smooth)` with `i = sum p g` and
    /// `d = (sum p + sum g) / 2`, where `g` is one at pixels of the class and else zero, and sums are over the picture.
    /// As in segmentation_models.pytorch 0.6 (DiceLoss, mode "multiclass"), a class that is not in the truth
    /// contributes zero to the mean, which is over all classes, and no gradient.
    Dice {
        /// Whether the denominator is of squares, `d = (sum p^2 + sum g^2) / 2`: V-Net, Milletari et al. 2016, arXiv
        /// 1606.04797, section 3, "Dice loss layer".
        squared: bool,
        /// Added to numerator and denominator, in pixels; half of what is added where they are written `2 i` and
        /// `sum p + sum g`.
        smooth: f32,
    },
    /// As Dice with `d = i + alpha sum p (1 - g) + beta sum (1 - p) g`: Salehi et al. 2017, arXiv 1706.05721, "Tversky loss
    /// layer", as in segmentation_models.pytorch 0.6 (TverskyLoss, mode "multiclass", gamma 1). With both 1/2 it is Dice, with
    /// both 1 the soft IoU.
    Tversky {
        /// Weight of false positives.
        alpha: f32,
        /// Weight of false negatives.
        beta: f32,
        /// Added to numerator and denominator, in pixels.
        smooth: f32,
    },
}

/// A loss of one picture. Maps are row-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    pub value: f64,
    /// `d value / d scores`, `[classes, h, w]`; over the classes of a pixel it sums to zero.
    pub gradient: Vec<f32>,
    /// Each pixel's share of the value, `[h, w]`; none for Dice and Tversky, which are no sums over pixels.
    pub per_pixel: Option<Vec<f32>>,
    /// What each pixel's `-log p_t` is weighted with, `[h, w]`, zero where nothing is labelled; none if the loss is no sum over
    /// pixels, or weights them all alike. It depends on the scores in the focal loss only.
    pub weights: Option<Vec<f32>>,
}

impl Loss {
    /// Of `scores`, logits `[classes, h, w]`, against `truth`, class ids `[h, w]` or [`IGNORE`].
    ///
    /// Errors, all [`ErrorKind::OutOfRange`]: sizes that do not fit, scores that are not finite, labels beyond the classes, and
    /// parameters outside their ranges.
    pub fn evaluate(
        &self,
        scores: &[f32],
        truth: &[u8],
        [classes, height, width]: [usize; 3],
    ) -> Result<Evaluated> {
        self.check_parameters(classes)?;
        check_picture(scores, truth, [classes, height, width])?;
        let picture = Picture { classes, log_probabilities: log_softmax(scores, truth.len()), truth };
        let labelled = picture.labelled().count() as f64;
        Ok(match self {
            Self::CrossEntropy { class_weights: None } => {
                Evaluated { weights: None, ..picture.mean(labelled, |_, _, _| Term::constant(1.0)) }
            }
            Self::CrossEntropy { class_weights: Some(weights) } => {
                let sum: f64 = picture.labelled().map(|(_, class)| f64::from(weights[class])).sum();
                picture.mean(sum, |_, class, _| Term::constant(f64::from(weights[class])))
            }
            Self::BorderWeighted { w0, sigma } => {
                let weights = border::weight_map(truth, [height, width], f64::from(*w0), f64::from(*sigma));
                picture.mean(labelled, |pixel, _, _| Term::constant(weights[pixel]))
            }
            Self::Focal { gamma, alpha } => picture.mean(labelled, |_, class, log_p| {
                let alpha = alpha.as_ref().map_or(1.0, |alpha| f64::from(alpha[class]));
                Term::focal(log_p, f64::from(*gamma), alpha)
            }),
            Self::Dice { squared, smooth } => {
                let halves = Denominator::Tversky { alpha: 0.5, beta: 0.5 };
                let denominator = if *squared { Denominator::Squares } else { halves };
                overlap::evaluate(&picture, &denominator, f64::from(*smooth))
            }
            Self::Tversky { alpha, beta, smooth } => {
                let denominator = Denominator::Tversky { alpha: f64::from(*alpha), beta: f64::from(*beta) };
                overlap::evaluate(&picture, &denominator, f64::from(*smooth))
            }
        })
    }

    fn check_parameters(&self, classes: usize) -> Result<()> {
        match self {
            Self::CrossEntropy { class_weights } => check_each("class_weights", class_weights, classes),
            Self::BorderWeighted { w0, sigma } => {
                check("w0", *w0)?;
                if *sigma > 0.0 && sigma.is_finite() {
                    return Ok(());
                }
                Err(out_of_range(format!("sigma is {sigma}; give the width of borders in pixels, above 0")))
            }
            Self::Focal { gamma, alpha } => {
                check("gamma", *gamma)?;
                check_each("alpha", alpha, classes)
            }
            Self::Dice { smooth, .. } => check("smooth", *smooth),
            Self::Tversky { alpha, beta, smooth } => {
                check("alpha", *alpha)?;
                check("beta", *beta)?;
                check("smooth", *smooth)
            }
        }
    }
}

fn out_of_range(message: String) -> Error {
    Error::new(ErrorKind::OutOfRange, message)
}

fn check(name: &str, value: f32) -> Result<()> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(out_of_range(format!("{name} is {value}; give a finite number that is not negative")))
}

/// Of one parameter for each class.
fn check_each(name: &str, values: &Option<Vec<f32>>, classes: usize) -> Result<()> {
    let Some(values) = values else { return Ok(()) };
    if values.len() != classes {
        return Err(out_of_range(format!(
            "{name} has {} numbers for {classes} classes; give one for each class",
            values.len()
        )));
    }
    values.iter().enumerate().try_for_each(|(class, value)| check(&format!("{name}[{class}]"), *value))
}

fn check_picture(scores: &[f32], truth: &[u8], [classes, height, width]: [usize; 3]) -> Result<()> {
    if classes == 0 || classes > usize::from(IGNORE) {
        return Err(out_of_range(format!(
            "there are {classes} classes; give scores of 1 to {IGNORE} classes, as label {IGNORE} means not labelled"
        )));
    }
    if height.checked_mul(width) != Some(truth.len()) {
        return Err(out_of_range(format!(
            "the truth has {} labels for {width}x{height} pixels; give one for each pixel",
            truth.len()
        )));
    }
    if truth.len().checked_mul(classes) != Some(scores.len()) {
        return Err(out_of_range(format!(
            "there are {} scores for {classes} classes of {width}x{height} pixels; give one for each class and pixel",
            scores.len()
        )));
    }
    if let Some(i) = scores.iter().position(|score| !score.is_finite()) {
        let (class, pixel) = (i / truth.len(), i % truth.len());
        return Err(out_of_range(format!(
            "the score of class {class} at ({}, {}) is {}; give finite scores",
            pixel % width,
            pixel / width,
            scores[i]
        )));
    }
    let is_beyond = |label: u8| label != IGNORE && usize::from(label) >= classes;
    if let Some(pixel) = truth.iter().position(|&label| is_beyond(label)) {
        return Err(out_of_range(format!(
            "the truth is {} at ({}, {}), of {classes} classes; give ids from 0, or {IGNORE} for not labelled",
            truth[pixel],
            pixel % width,
            pixel / width
        )));
    }
    Ok(())
}

/// Over the classes of `[classes, pixels]`.
fn log_softmax(scores: &[f32], pixels: usize) -> Vec<f64> {
    let mut logs: Vec<f64> = scores.iter().map(|&score| f64::from(score)).collect();
    for pixel in 0..pixels {
        let of_pixel = || (pixel..scores.len()).step_by(pixels);
        let max = of_pixel().map(|i| f64::from(scores[i])).fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = of_pixel().map(|i| (f64::from(scores[i]) - max).exp()).sum();
        for i in of_pixel() {
            logs[i] = logs[i] - max - sum.ln();
        }
    }
    logs
}

/// A pixel's term of a mean, `weight * -log p_t`.
struct Term {
    weight: f64,
    /// The term's derivative by `log p_t`.
    slope: f64,
}

impl Term {
    fn constant(weight: f64) -> Self {
        Self { weight, slope: -weight }
    }

    fn focal(log_p: f64, gamma: f64, alpha: f64) -> Self {
        let wrong = -log_p.exp_m1(); // 1 - p
        let weight = alpha * wrong.powf(gamma);
        // log p / (1 - p) goes to -1 where p goes to 1.
        let ratio = if wrong > 0.0 { log_p / wrong } else { -1.0 };
        Self { weight, slope: weight * (gamma * log_p.exp() * ratio - 1.0) }
    }
}

/// Checked scores and labels.
pub(super) struct Picture<'a> {
    pub(super) classes: usize,
    /// `[classes, h, w]`
    pub(super) log_probabilities: Vec<f64>,
    truth: &'a [u8],
}

impl Picture<'_> {
    /// Pixel and class.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (usize, usize)> {
        let labels = self.truth.iter().map(|&label| usize::from(label)).enumerate();
        labels.filter(|(_, label)| *label != usize::from(IGNORE))
    }

    /// In scores and gradients.
    pub(super) fn index(&self, class: usize, pixel: usize) -> usize {
        class * self.truth.len() + pixel
    }

    /// The sum of the labelled pixels' terms over `divisor`. `term` takes the pixel, its class, and the log of the class's
    /// probability.
    fn mean(&self, divisor: f64, term: impl Fn(usize, usize, f64) -> Term) -> Evaluated {
        let scale = if divisor > 0.0 { 1.0 / divisor } else { 0.0 };
        let mut value = 0.0;
        let mut gradient = vec![0.0; self.log_probabilities.len()];
        let mut per_pixel = vec![0.0; self.truth.len()];
        let mut weights = vec![0.0; self.truth.len()];
        for (pixel, class) in self.labelled() {
            let log_p = self.log_probabilities[self.index(class, pixel)];
            let Term { weight, slope } = term(pixel, class, log_p);
            let share = scale * weight * -log_p;
            value += share;
            per_pixel[pixel] = share as f32;
            weights[pixel] = weight as f32;
            for k in 0..self.classes {
                let i = self.index(k, pixel);
                // The derivative of log p_t by a score is [k = t] - p_k.
                let derivative = f64::from(k == class) - self.log_probabilities[i].exp();
                gradient[i] = (scale * slope * derivative) as f32;
            }
        }
        Evaluated { value, gradient, per_pixel: Some(per_pixel), weights: Some(weights) }
    }
}
