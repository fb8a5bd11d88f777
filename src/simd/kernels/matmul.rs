//! Pointwise and dense convolution as a matrix product: a panel of the input under four pixels' windows times the weights.
//!
//! Gathering the panel costs one copy a value and is amortised over all output channels; stride, dilation and padding are
//! its business alone. One pass of the inner loop multiplies a 4x4 block of weights for each of two output planes with
//! four pixels: eight accumulators, two weights and a broadcast value fit the sixteen registers of SSE and of V8.

use wide::f32x4;

use super::panel::{Block, TILE, gather};
use super::product::{Product, Sums};
use super::{Band, Conv, Map};
use crate::plan::{InputPlanes, planes};

/// Panels of several tiles are made at once, so that weights are read from the first-level cache; this many bytes of them.
const PANEL_BYTES: usize = 16 << 10;

/// `product` holds the weights and says in which numbers they are multiplied.
pub fn run<P: Product>(product: &P, job: &Conv<'_>, x: Map<'_>, in_channels: usize, band: &mut Band<'_>) {
    let conv = job.conv;
    let taps = conv.kernel[0] * conv.kernel[1];
    let read = InputPlanes::of(conv, in_channels);
    let in_planes = planes(in_channels);
    let out_planes = planes(conv.out_channels);
    let (depth, own_depth) = (taps * in_planes, taps * read.span);
    let weights = &product.weights()[..out_planes * own_depth];
    let tiles_at_once = (PANEL_BYTES / (depth * size_of::<P::Pixels>())).clamp(1, 16);
    let mut gathered: Vec<Block> = vec![[f32x4::ZERO; 4]; depth];
    let mut panels = vec![P::Pixels::default(); tiles_at_once * depth];
    let mut units = vec![0.0; tiles_at_once];
    // Of two output planes: what follows the sums is done for many pixels at once.
    let mut results = [(); 2].map(|()| vec![[f32x4::ZERO; 4]; tiles_at_once]);

    let count = band.rows() * band.width;
    for start in (0..count).step_by(TILE * tiles_at_once) {
        let end = count.min(start + TILE * tiles_at_once);
        let tiles = (start..end).step_by(TILE).map(|at| at..end.min(at + TILE));
        for ((panel, unit), pixels) in panels.chunks_mut(depth).zip(&mut units).zip(tiles) {
            gather(job, x, band, pixels.clone(), &mut gathered);
            // A last tile may lack pixels; those of the tile before must not sway its unit, which depends on the band.
            gathered.iter_mut().for_each(|block| block[pixels.len()..].fill(f32x4::ZERO));
            *unit = P::convert(&gathered, panel, own_depth * 4);
        }
        let panels = &panels[..(end - start).div_ceil(TILE) * depth];
        let mut plane = 0;
        while plane < out_planes {
            let first = read.first(plane);
            let is_pair = plane + 1 < out_planes && read.first(plane + 1) == first;
            let own = &weights[plane * own_depth..];
            for (tile, (panel, unit)) in panels.chunks(depth).zip(&units).enumerate() {
                let by_tap = panel.chunks(in_planes).map(|panel| &panel[first..first + read.span]);
                if is_pair {
                    let both = [&own[..own_depth], &own[own_depth..2 * own_depth]];
                    let [low, high] = multiply::<P, 2>(by_tap, both);
                    results[0][tile] = product.scaled(low, plane, *unit);
                    results[1][tile] = product.scaled(high, plane + 1, *unit);
                } else {
                    let [sums] = multiply::<P, 1>(by_tap, [&own[..own_depth]]);
                    results[0][tile] = product.scaled(sums, plane, *unit);
                }
            }
            for (plane, results) in (plane..).zip(&results).take(1 + usize::from(is_pair)) {
                let out = &mut band.planes[plane][start..end];
                let results = &results.as_flattened()[..out.len()];
                job.store(out, results, plane, band.first_row * band.width + start);
            }
            plane += 1 + usize::from(is_pair);
        }
    }
}

/// Sums of products of the panel's part for each tap with `N` output planes' weights, for four pixels.
#[inline(always)]
fn multiply<'a, P: Product, const N: usize>(
    panel: impl Iterator<Item = &'a [P::Pixels]>,
    mut weights: [&[P::Weights]; N],
) -> [Sums<P>; N]
where
    P::Pixels: 'a,
{
    let mut sums = [Sums::<P>::default(); N];
    for pixels in panel {
        let own = weights.map(|weights| &weights[..pixels.len()]);
        weights = weights.map(|weights| &weights[pixels.len()..]);
        for (k, pixel) in pixels.iter().enumerate() {
            P::accumulate(&mut sums, own.map(|weights| &weights[k]), pixel);
        }
    }
    sums
}
