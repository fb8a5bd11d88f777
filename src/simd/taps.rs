//! Linear interpolation between two neighbours.

use wide::f32x4;

use crate::plan::Tap;

/// Two neighbours along one axis, and how much of the second.
#[derive(Clone, Copy)]
pub struct Taps {
    pub low: usize,
    pub high: usize,
    pub t: f32,
}

impl Taps {
    /// At a position among `length` values, the first or last of them beyond the ends.
    pub fn at(position: f32, length: usize) -> Self {
        let position = position.clamp(0.0, (length - 1) as f32);
        let low = position as usize;
        Self { low, high: (low + 1).min(length - 1), t: position - low as f32 }
    }

    /// What lies there, given the two neighbours.
    #[inline(always)]
    pub fn between(self, low: f32x4, high: f32x4) -> f32x4 {
        mix(low, high, f32x4::splat(self.t))
    }

    /// The value of a line of vectors there.
    #[inline(always)]
    pub fn of(self, line: &[f32x4]) -> f32x4 {
        self.between(line[self.low], line[self.high])
    }
}

impl From<Tap> for Taps {
    fn from(tap: Tap) -> Self {
        Self { low: tap.low as usize, high: tap.high as usize, t: tap.t }
    }
}

#[inline(always)]
pub fn mix(a: f32x4, b: f32x4, t: f32x4) -> f32x4 {
    a + (b - a) * t
}
