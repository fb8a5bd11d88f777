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
        for (lane, source) in sources.iter().enumerate() {
            let input: &[[f32; 4]] =
                bytemuck::cast_slice(&inputs[source.input].plane(source.channel / 4)[first..][..out.len()]);
            let from = source.channel % 4;
            let (plane, parameter_lane) = (source.parameter / 4, source.parameter % 4);
            let [scale, shift] = affine
                .map_or([1.0, 0.0], |affine| affine.map(|values| values[plane].to_array()[parameter_lane]));
            let out: &mut [[f32; 4]] = bytemuck::cast_slice_mut(out);
            for (out, value) in out.iter_mut().zip(input) {
                let value = f32x4::splat(value[from] * scale + shift);
                out[lane] = activate.apply(value, plane).to_array()[parameter_lane];
            }
        }
        // Lanes beyond the last channel are zero, as everywhere.
        for out in bytemuck::cast_slice_mut::<f32x4, [f32; 4]>(out) {
            out[sources.len()..].fill(0.0);
        }
    }
}
