//! Activations on four channels at once.

use wide::f32x4;

use super::Parameters;
use crate::graph::Activation;
use crate::plan::ActivationStep;

/// The activation at the end of a step, or none.
#[derive(Clone, Copy)]
pub struct Activate<'a> {
    function: Option<Activation>,
    /// PReLU's, by plane.
    slopes: &'a [f32x4],
}

impl<'a> Activate<'a> {
    pub fn new(step: Option<&ActivationStep>, parameters: Parameters<'a>) -> Self {
        let slopes = step.and_then(|step| step.slopes.as_ref());
        Self {
            function: step.map(|step| step.function),
            slopes: slopes.map_or(&[], |name| parameters.vector(name)),
        }
    }

    pub fn slopes(&self) -> &'a [f32x4] {
        self.slopes
    }

    /// The same function with other slopes.
    pub fn with_slopes<'b>(&self, slopes: &'b [f32x4]) -> Activate<'b> {
        Activate { function: self.function, slopes }
    }

    /// In place; `plane` says whose slopes apply. Not inlined: one branch for many values, and one copy of the code.
    #[inline(never)]
    pub fn apply(&self, values: &mut [f32x4], plane: usize) {
        let zero = f32x4::ZERO;
        let six = f32x4::splat(6.0);
        let gate = |x: f32x4| (x + f32x4::splat(3.0)).fast_max(zero).fast_min(six) * f32x4::splat(1.0 / 6.0);
        match self.function {
            None => {}
            Some(Activation::Relu) => each(values, |x| x.fast_max(zero)),
            Some(Activation::Relu6) => each(values, |x| x.fast_max(zero).fast_min(six)),
            Some(Activation::Prelu) => {
                let slope = self.slopes[plane];
                each(values, |x| x.fast_max(zero) + slope * x.fast_min(zero));
            }
            Some(Activation::Hardswish) => each(values, |x| x * gate(x)),
            Some(Activation::Hardsigmoid) => each(values, gate),
            Some(Activation::Sigmoid) => each(values, sigmoid),
            Some(Activation::Silu) => each(values, |x| x * sigmoid(x)),
            Some(Activation::Gelu) => each(values, gelu),
        }
    }
}

fn sigmoid(x: f32x4) -> f32x4 {
    // exp overflows beyond 88; sigmoid is 0 in f32 long before.
    f32x4::ONE / (f32x4::ONE + (-x.fast_max(f32x4::splat(-80.0))).exp())
}

/// `x * (1 + erf(x / sqrt(2))) / 2`, with erf to 1.5e-7 (Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26).
/// Keep in sync with `gelu` in common.wgsl.
fn gelu(x: f32x4) -> f32x4 {
    let z = x.abs() * f32x4::splat(std::f32::consts::FRAC_1_SQRT_2);
    let t = f32x4::ONE / (f32x4::ONE + f32x4::splat(0.327_591_1) * z);
    let polynomial = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6]
        .into_iter()
        .fold(f32x4::ZERO, |sum, factor| (sum + f32x4::splat(factor)) * t);
    // Beyond nine erf is one, and so is what is left when exp is kept from underflowing.
    let tail = polynomial * (-(z * z).fast_min(f32x4::splat(80.0))).exp();
    // x * Phi(x): the tail is what is missing on the positive side, and all there is on the negative one.
    x.fast_max(f32x4::ZERO) - x.abs() * tail * f32x4::HALF
}

#[inline(always)]
fn each(values: &mut [f32x4], function: impl Fn(f32x4) -> f32x4) {
    values.iter_mut().for_each(|value| *value = function(*value));
}
