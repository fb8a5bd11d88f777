//! Convolution whose groups share planes: each output lane gathers its own group's input channels. A plain loop: such
//! layers are small.

use wide::f32x4;

use super::{Band, Conv, Map};

pub fn run(job: &Conv<'_>, x: Map<'_>, in_channels: usize, band: &mut Band<'_>) {
    let conv = job.conv;
    let taps = conv.kernel[0] * conv.kernel[1];
    let inputs = in_channels / conv.groups;
    let outputs = conv.out_channels / conv.groups;
    let plane_entries = (taps * inputs).next_multiple_of(4);
    let values: &[[f32; 4]] = bytemuck::cast_slice(x.data);
    let (first_row, width) = (band.first_row, band.width);
    for (plane, out) in band.planes.iter_mut().enumerate() {
        let kernel = &job.kernel[plane * plane_entries..][..taps * inputs];
        // Lanes beyond the last channel have zero weights; they read the last group, which exists.
        let first = [0, 1, 2, 3].map(|lane| ((plane * 4 + lane) / outputs).min(conv.groups - 1) * inputs);
        for (at, out) in out.iter_mut().enumerate() {
            let (row, column) = (first_row + at / width, at % width);
            let mut sum = f32x4::ZERO;
            for (tap, weights) in kernel.chunks(inputs).enumerate() {
                let (ky, kx) = (tap / conv.kernel[1], tap % conv.kernel[1]);
                let y = (row * conv.stride[0] + ky * conv.dilation[0]).wrapping_sub(conv.padding[0]);
                let x_at = (column * conv.stride[1] + kx * conv.dilation[1]).wrapping_sub(conv.padding[1]);
                if y >= x.height || x_at >= x.width {
                    continue;
                }
                let pixel = y * x.width + x_at;
                for (i, weight) in weights.iter().enumerate() {
                    let lanes = first.map(|first| {
                        let channel = first + i;
                        values[channel / 4 * x.pixels() + pixel][channel % 4]
                    });
                    sum += *weight * f32x4::from(lanes);
                }
            }
            *out = job.finish(sum, plane, first_row * width + at);
        }
    }
}
