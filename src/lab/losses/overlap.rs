//! Soft Dice, plain and of squares, and Tversky: the mean over the classes of `1 - (i + smooth) / (d + smooth)`. What they are
//! and where they are from says [`Loss`](super::Loss).

use super::{Evaluated, Picture};

/// Denominators are no smaller, as in segmentation_models.pytorch.
const EPSILON: f64 = 1e-7;

/// `d`, a sum over the pixels.
pub(super) enum Denominator {
    Tversky { alpha: f64, beta: f64 },
    Squares,
}

impl Denominator {
    /// What a pixel adds that is of the class or not, given the class's probability, and the derivative of it by `p`.
    fn part(&self, p: f64, is_true: bool) -> [f64; 2] {
        match *self {
            Self::Tversky { beta, .. } if is_true => [p + beta * (1.0 - p), 1.0 - beta],
            Self::Tversky { alpha, .. } => [alpha * p, alpha],
            Self::Squares => [(p * p + f64::from(is_true)) / 2.0, p],
        }
    }
}

/// The sums of one class.
#[derive(Clone, Default)]
struct Overlap {
    intersection: f64,
    denominator: f64,
    is_in_truth: bool,
}

impl Overlap {
    /// `(i + smooth) / (d + smooth)`, and its derivatives by `i` and by `d`.
    fn ratio(&self, smooth: f64) -> [f64; 3] {
        let (numerator, denominator) = (self.intersection + smooth, self.denominator + smooth);
        if denominator < EPSILON {
            return [numerator / EPSILON, 1.0 / EPSILON, 0.0];
        }
        [numerator / denominator, 1.0 / denominator, -numerator / denominator.powi(2)]
    }
}

pub(super) fn evaluate(picture: &Picture, denominator: &Denominator, smooth: f64) -> Evaluated {
    let probability = |class, pixel| picture.log_probabilities[picture.index(class, pixel)].exp();
    let mut overlaps = vec![Overlap::default(); picture.classes];
    for (pixel, class) in picture.labelled() {
        for (k, overlap) in overlaps.iter_mut().enumerate() {
            overlap.denominator += denominator.part(probability(k, pixel), k == class)[0];
        }
        overlaps[class].intersection += probability(class, pixel);
        overlaps[class].is_in_truth = true;
    }

    let share = 1.0 / picture.classes as f64;
    let mut value = 0.0;
    // The value's derivatives by each class's i and d.
    let mut slopes = vec![[0.0; 2]; picture.classes];
    for (overlap, slopes) in overlaps.iter().zip(&mut slopes).filter(|(overlap, _)| overlap.is_in_truth) {
        let [ratio, by_intersection, by_denominator] = overlap.ratio(smooth);
        value += share * (1.0 - ratio);
        *slopes = [-share * by_intersection, -share * by_denominator];
    }

    let mut gradient = vec![0.0; picture.log_probabilities.len()];
    for (pixel, class) in picture.labelled() {
        // The value's derivative by p, which goes back through the softmax.
        let by_probability = |k: usize| {
            let [by_intersection, by_denominator] = slopes[k];
            let [_, part] = denominator.part(probability(k, pixel), k == class);
            by_intersection * f64::from(k == class) + by_denominator * part
        };
        let mean: f64 = (0..picture.classes).map(|k| probability(k, pixel) * by_probability(k)).sum();
        for k in 0..picture.classes {
            gradient[picture.index(k, pixel)] = (probability(k, pixel) * (by_probability(k) - mean)) as f32;
        }
    }
    Evaluated { value, gradient, per_pixel: None, weights: None }
}
