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
            Some(Activation::Sigmoid) => {
                let exp = |x: f32x4| (-x.fast_max(f32x4::splat(-80.0))).exp();
                each(values, |x| f32x4::ONE / (f32x4::ONE + exp(x)));
            }
        }
    }
}

#[inline(always)]
fn each(values: &mut [f32x4], function: impl Fn(f32x4) -> f32x4) {
    values.iter_mut().for_each(|value| *value = function(*value));
}
