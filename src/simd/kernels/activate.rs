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

    /// `plane` says whose slopes apply.
    #[inline(always)]
    pub fn apply(&self, x: f32x4, plane: usize) -> f32x4 {
        let zero = f32x4::ZERO;
        let six = f32x4::splat(6.0);
        let gate = |x: f32x4| (x + f32x4::splat(3.0)).fast_max(zero).fast_min(six) * f32x4::splat(1.0 / 6.0);
        match self.function {
            None => x,
            Some(Activation::Relu) => x.fast_max(zero),
            Some(Activation::Relu6) => x.fast_max(zero).fast_min(six),
            Some(Activation::Prelu) => x.fast_max(zero) + self.slopes[plane] * x.fast_min(zero),
            Some(Activation::Hardswish) => x * gate(x),
            Some(Activation::Hardsigmoid) => gate(x),
            Some(Activation::Sigmoid) => f32x4::ONE / (f32x4::ONE + (-x.fast_max(f32x4::splat(-80.0))).exp()),
        }
    }
}
