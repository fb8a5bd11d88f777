//! y[lane] = activate(x[source(lane)] * scale + shift): concatenation of channels that do not fill planes, and channel shuffle.

use wide::f32x4;

use super::{Activate, Affine, Band, Map};
use crate::plan::ChannelSource;

pub fn run(
    inputs: &[Map<'_>],
    lanes: &[Option<ChannelSource>],
    affine: Option<Affine<'_>>,
    activate: &Activate<'_>,
    band: &mut Band<'_>,
) {
    let first = band.first_pixel();
    for (out, sources) in band.planes.iter_mut().zip(lanes.chunks(4)) {
        let pixels = first..first + out.len();
        let input = |source: &ChannelSource| &inputs[source.input].plane(source.channel / 4)[pixels.clone()];
        match whole_plane(sources) {
            Some(source) => out.copy_from_slice(input(source)),
            None => {
                let vectors: &mut [[f32; 4]] = bytemuck::cast_slice_mut(out);
                for (lane, source) in sources.iter().enumerate() {
                    let Some(source) = source else {
                        vectors.iter_mut().for_each(|out| out[lane] = 0.0);
                        continue;
                    };
                    let input: &[[f32; 4]] = bytemuck::cast_slice(input(source));
                    for (out, value) in vectors.iter_mut().zip(input) {
                        out[lane] = value[source.channel % 4];
                    }
                }
            }
        }
        if let Some([scale, shift]) = affine.map(|affine| affine.map(|values| pick(values, sources))) {
            out.iter_mut().for_each(|value| *value = *value * scale + shift);
        }
        match activate.slopes() {
            [] => activate.apply(out, 0),
            slopes => activate.with_slopes(&[pick(slopes, sources)]).apply(out, 0),
        }
    }
}

/// The first of four lanes, if they are those of one plane in their order. Lanes that nothing is written to may hold anything:
/// no weight is theirs.
fn whole_plane(sources: &[Option<ChannelSource>]) -> Option<&ChannelSource> {
    let first = sources[0].as_ref().filter(|first| first.channel % 4 == 0)?;
    let follows = |(lane, source): (usize, &Option<ChannelSource>)| {
        source.is_none_or(|source| source.input == first.input && source.channel == first.channel + lane)
    };
    sources.iter().enumerate().all(follows).then_some(first)
}

/// The parameters of four lanes, which may have been shuffled.
fn pick(values: &[f32x4], sources: &[Option<ChannelSource>]) -> f32x4 {
    let mut lanes = [0.0; 4];
    for (lane, source) in lanes.iter_mut().zip(sources) {
        if let Some(source) = source {
            *lane = values[source.parameter / 4].to_array()[source.parameter % 4];
        }
    }
    f32x4::from(lanes)
}
