//! y[c] = activate(x[source(c)] * scale + shift): concatenation of channels that do not fill planes, and channel shuffle.

use wide::f32x4;

use super::{Activate, Affine, Band, Map};
use crate::plan::ChannelSource;

pub fn run(
    inputs: &[Map<'_>],
    channels: &[ChannelSource],
    affine: Option<Affine<'_>>,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
) {
    let first = band.first_pixel();
    for (out, sources) in band.planes.iter_mut().zip(channels.chunks(4)) {
        let lanes: &mut [[f32; 4]] = bytemuck::cast_slice_mut(out);
        for (lane, source) in sources.iter().enumerate() {
            let input = &inputs[source.input].plane(source.channel / 4)[first..][..lanes.len()];
            let input: &[[f32; 4]] = bytemuck::cast_slice(input);
            for (out, value) in lanes.iter_mut().zip(input) {
                out[lane] = value[source.channel % 4];
            }
        }
        // Lanes beyond the last channel are zero, as everywhere.
        lanes.iter_mut().for_each(|out| out[sources.len()..].fill(0.0));
        if let Some([scale, shift]) = affine.map(|affine| affine.map(|values| pick(values, sources))) {
            out.iter_mut().for_each(|value| *value = *value * scale + shift);
        }
        match activate.slopes() {
            [] => activate.apply(out, 0),
            slopes => activate.with_slopes(&[pick(slopes, sources)]).apply(out, 0),
        }
    }
}

/// The parameters of four output channels, which may have been shuffled.
fn pick(values: &[f32x4], sources: &[ChannelSource]) -> f32x4 {
    let mut lanes = [0.0; 4];
    for (lane, source) in lanes.iter_mut().zip(sources) {
        *lane = values[source.parameter / 4].to_array()[source.parameter % 4];
    }
    f32x4::from(lanes)
}
