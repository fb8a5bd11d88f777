//! y = activate((x * multiplier + addend) * scale + shift), each part only where it is present; multiplier and addend may be
//! one pixel a channel.

use wide::f32x4;

use super::{Activate, Affine, Band, Map};

pub fn run(
    x: Map<'_>,
    [multiplier, addend]: [Option<Map<'_>>; 2],
    affine: Option<Affine<'_>>,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
) {
    let first = band.first_pixel();
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let [scale, shift] =
            affine.map_or([f32x4::ONE, f32x4::ZERO], |affine| affine.map(|values| values[plane]));
        let input = &x.plane(plane)[first..][..out.len()];
        let multiplier = multiplier.map(|map| Operand::new(&map, plane, first));
        let addend = addend.map(|map| Operand::new(&map, plane, first));
        for (at, (out, value)) in out.iter_mut().zip(input).enumerate() {
            let mut value = *value;
            if let Some(multiplier) = &multiplier {
                value *= multiplier.at(at);
            }
            if let Some(addend) = &addend {
                value += addend.at(at);
            }
            if affine.is_some() {
                value = value * scale + shift;
            }
            *out = value;
        }
        activate.apply(out, plane);
    }
}

/// The band's share of a plane, or one value for all of it.
enum Operand<'a> {
    Pixels(&'a [f32x4]),
    Pixel(f32x4),
}

impl<'a> Operand<'a> {
    fn new(map: &Map<'a>, plane: usize, first: usize) -> Self {
        match map.plane(plane) {
            [value] => Self::Pixel(*value),
            pixels => Self::Pixels(&pixels[first..]),
        }
    }

    #[inline(always)]
    fn at(&self, pixel: usize) -> f32x4 {
        match self {
            Self::Pixels(pixels) => pixels[pixel],
            Self::Pixel(value) => *value,
        }
    }
}
