//! softmax(q k^T / sqrt(size)) v for each head of `size` channels.

use wide::f32x4;

use super::{Band, Lanes, Map};

/// `inputs` are queries, keys and values, each of so many `channels`.
pub fn run(heads: usize, channels: usize, inputs: &[Map<'_>], band: &mut Band<'_>) {
    let &[queries, keys, values] = inputs else { unreachable!("attention has three inputs") };
    let size = channels / heads;
    let scale = f32x4::splat(1.0 / (size as f32).sqrt());
    let first = band.first_pixel();
    let mut scores = vec![f32x4::ZERO; keys.pixels()];
    let mut weights = vec![0.0; keys.pixels()];
    for head in 0..heads {
        let lanes = Lanes::of(head * size..(head + 1) * size);
        for pixel in 0..band.planes[0].len() {
            scores.fill(f32x4::ZERO);
            for (plane, mask) in lanes.planes() {
                let query = (queries.plane(plane)[first + pixel] * scale) & mask;
                for (score, key) in scores.iter_mut().zip(keys.plane(plane)) {
                    *score += query * *key;
                }
            }
            let share = f32x4::splat(1.0 / softmax(&scores, &mut weights));
            for (plane, mask) in lanes.planes() {
                let weighted = weights.iter().zip(values.plane(plane));
                let sum = weighted.fold(f32x4::ZERO, |sum, (w, value)| sum + f32x4::splat(*w) * *value);
                let out = &mut band.planes[plane][pixel];
                // Other lanes are of other heads.
                *out = mask.select(sum * share, *out);
            }
        }
    }
}

/// The exponentials of scores, each the sum of four lanes, from the largest down; returns their sum.
fn softmax(scores: &[f32x4], weights: &mut [f32]) -> f32 {
    weights.iter_mut().zip(scores).for_each(|(weight, score)| *weight = score.reduce_add());
    let largest = weights.iter().copied().fold(f32::MIN, f32::max);
    let mut total = 0.0;
    for four in weights.chunks_mut(4) {
        let mut lanes = [f32::MIN; 4];
        lanes[..four.len()].copy_from_slice(four);
        // Not so low that exp underflows to something else than zero.
        let exponents = (f32x4::from(lanes) - f32x4::splat(largest)).fast_max(f32x4::splat(-87.0));
        four.copy_from_slice(&exponents.exp().to_array()[..four.len()]);
        total += four.iter().sum::<f32>();
    }
    total
}
