//! The fully connected conditional random field that DeepLab v1 and v2 sharpen their masks with: neighbouring pixels, and
//! pixels of like colour, are asked for the same class.
//!
//! Krähenbühl, Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials", NIPS 2011, arXiv
//! 1210.5644: equation 3 (the two Gaussian kernels), section 3 and algorithm 1 (mean field), Potts compatibility. In
//! DeepLab: Chen et al. 2015, arXiv 1412.7062, section 4.2.
//!
//! Differences: the messages are summed over all pairs of pixels, where the paper approximates them on a permutohedral lattice
//! in time linear in the pixels. So the result is exact, but a step costs `pixels^2 * (classes + 2 kernels)`: half a
//! second or so for 64x64, sixteen times that for 128x128. For the coarse maps of a lesson, not for photos. As in the
//! authors' program, a kernel's messages are divided by the sum of its weights, and a pixel counts as its own neighbour.

use crate::graph::Tensor;

/// What DeepLab v1 tunes. Its paper fixes the smoothness and searches the appearance in the ranges given here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    /// Mean-field steps; 10 in the paper.
    pub iterations: usize,
    /// Weight of the kernel that only sees positions (`w2`, 3 in the paper).
    pub smoothness_weight: f32,
    /// Standard deviation of its Gaussian, in pixels (`sigma gamma`, 3).
    pub smoothness_deviation: f32,
    /// Weight of the kernel that sees positions and colours (`w1`, 5 to 10).
    pub appearance_weight: f32,
    /// Standard deviation of its Gaussian over positions, in pixels (`sigma alpha`, 50 to 100).
    pub appearance_deviation: f32,
    /// Standard deviation of its Gaussian over colours, in steps of 0..=255 (`sigma beta`, 3 to 10).
    pub colour_deviation: f32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            iterations: 10,
            smoothness_weight: 3.0,
            smoothness_deviation: 3.0,
            appearance_weight: 5.0,
            appearance_deviation: 50.0,
            colour_deviation: 10.0,
        }
    }
}

/// `probabilities` `[1, classes, h, w]` of a network's softmax and the `picture` they are of, `h * w` RGB bytes -> the mean
/// field's probabilities `[1, classes, h, w]`, which sum to one over the classes.
///
/// Panics if the two sizes disagree.
pub fn refine(probabilities: &Tensor, picture: &[u8], parameters: &Parameters) -> Tensor {
    let &[1, _, h, w] = &probabilities.shape[..] else {
        panic!("probabilities are [1, classes, h, w], not {:?}", probabilities.shape);
    };
    let colours: Vec<[u8; 3]> = picture.chunks_exact(3).map(|rgb| [rgb[0], rgb[1], rgb[2]]).collect();
    assert!(
        colours.len() == h * w && picture.len() == 3 * h * w,
        "a picture of {w}x{h} has {} bytes",
        3 * h * w
    );
    let p = parameters;
    let kernels = [
        Kernel::new(p.smoothness_weight, [h, w], p.smoothness_deviation, f32::INFINITY),
        Kernel::new(p.appearance_weight, [h, w], p.appearance_deviation, p.colour_deviation),
    ];

    // The least probability that f32 tells from zero; a class that the network rules out may still be voted in.
    let unary: Vec<f32> = probabilities.data.iter().map(|p| p.max(f32::MIN_POSITIVE).ln()).collect();
    let mut q = softmax(unary.clone(), h * w);
    for _ in 0..p.iterations {
        let mut scores = unary.clone();
        for i in 0..h * w {
            let weights = pair_weights(&kernels, &colours, i);
            for (scores, q) in scores.chunks_exact_mut(h * w).zip(q.chunks_exact(h * w)) {
                // By Potts, every pair of different classes costs the same: a message for the class, not against the others.
                scores[i] += weights.iter().zip(q).map(|(weight, q)| weight * q).sum::<f32>();
            }
        }
        q = softmax(scores, h * w);
    }
    Tensor::new(probabilities.shape.clone(), q)
}

/// A Gaussian of positions and colours, as tables over the distances that occur.
struct Kernel {
    weight: f32,
    rows: Vec<f32>,
    columns: Vec<f32>,
    /// By squared distance of two RGB colours.
    colours: Vec<f32>,
}

impl Kernel {
    fn new(weight: f32, [h, w]: [usize; 2], deviation: f32, colour_deviation: f32) -> Self {
        let gaussian = |squared: f32, deviation: f32| (-squared / (2.0 * deviation * deviation)).exp();
        let table = |length: usize| (0..length).map(|d| gaussian((d * d) as f32, deviation)).collect();
        let colours = (0..=3 * 255 * 255).map(|squared| gaussian(squared as f32, colour_deviation)).collect();
        Self { weight, rows: table(h), columns: table(w), colours }
    }
}

/// How much each pixel's class weighs for pixel `i`, all kernels together, each normalised.
fn pair_weights(kernels: &[Kernel], colours: &[[u8; 3]], i: usize) -> Vec<f32> {
    let mut weights = vec![0.0; colours.len()];
    for kernel in kernels {
        let w = kernel.columns.len();
        let value = |j: usize| {
            let squared: u32 = (0..3).map(|k| u32::from(colours[i][k].abs_diff(colours[j][k])).pow(2)).sum();
            let position = kernel.rows[(i / w).abs_diff(j / w)] * kernel.columns[(i % w).abs_diff(j % w)];
            position * kernel.colours[squared as usize]
        };
        let values: Vec<f32> = (0..colours.len()).map(value).collect();
        let scale = kernel.weight / values.iter().sum::<f32>();
        for (weight, value) in weights.iter_mut().zip(values) {
            *weight += scale * value;
        }
    }
    weights
}

/// Over the classes of `[classes, pixels]`.
fn softmax(mut scores: Vec<f32>, pixels: usize) -> Vec<f32> {
    for i in 0..pixels {
        let of_pixel = || (i..scores.len()).step_by(pixels);
        let max = of_pixel().map(|k| scores[k]).fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = of_pixel().map(|k| (scores[k] - max).exp()).sum();
        for k in of_pixel() {
            scores[k] = (scores[k] - max).exp() / sum;
        }
    }
    scores
}
