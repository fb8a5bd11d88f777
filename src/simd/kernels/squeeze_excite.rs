//! Squeeze-and-excite up to the product: the average of each channel, then pointwise convolutions of that one pixel.

use wide::f32x4;

use super::{Activate, Band, Conv, Map, Parameters, adaptive_pool};
use crate::plan::{ConvKernel, PixelLayer, planes};

/// `x` has `in_channels`; the band is the whole of the step's value.
pub fn run(
    parameters: Parameters<'_>,
    layers: &[PixelLayer],
    x: Map<'_>,
    in_channels: usize,
    band: &mut Band<'_>,
) {
    let mut pixel = vec![f32x4::ZERO; planes(in_channels)];
    adaptive_pool::run(x, 1, &Activate::new(None, parameters), &mut pixel_band(&mut pixel));
    let mut channels = in_channels;
    for layer in layers {
        let mut output = vec![f32x4::ZERO; planes(layer.conv.out_channels)];
        let activate = Activate::new(layer.activation.as_ref(), parameters);
        let input = Map { data: &pixel, height: 1, width: 1 };
        Conv::new(parameters, &layer.conv, layer.node, activate).run(
            parameters,
            layer.node,
            ConvKernel::Pointwise,
            input,
            channels,
            &mut pixel_band(&mut output),
        );
        channels = layer.conv.out_channels;
        pixel = output;
    }
    band.planes.iter_mut().zip(pixel).for_each(|(plane, value)| plane[0] = value);
}

/// All of a value of one pixel.
fn pixel_band(values: &mut [f32x4]) -> Band<'_> {
    Band { first_row: 0, width: 1, planes: values.chunks_mut(1).collect() }
}
