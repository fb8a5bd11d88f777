//! The numbers of a matrix product: f32, or int8 weights times 16-bit pixels.

use bytemuck::cast;
use wide::{f32x4, i16x8, i32x4, i32x8};

use super::panel::Block;

/// How a panel is multiplied with weights.
pub trait Product {
    /// Four pixels of one input plane.
    type Pixels: Copy + Default;
    /// A 4x4 block: the weights of four input lanes for four output lanes.
    type Weights;
    /// What accumulates for four output lanes of one pixel.
    type Sum: Copy + Default;

    /// `[out plane][tap][in plane of its span]`
    fn weights(&self) -> &[Self::Weights];

    /// Brings gathered pixels into this product's numbers; returns the unit in which they then are. At most `terms`
    /// products are added up.
    fn convert(gathered: &[Block], panel: &mut [Self::Pixels], terms: usize) -> f32;

    /// Adds one block's products for `N` output planes.
    fn accumulate<const N: usize>(
        sums: &mut [Sums<Self>; N],
        weights: [&Self::Weights; N],
        pixels: &Self::Pixels,
    );

    /// The sums of an output plane as they are in f32.
    fn scaled(&self, sums: Sums<Self>, plane: usize, unit: f32) -> Block;
}

/// For four pixels.
pub type Sums<P> = [<P as Product>::Sum; 4];

/// f32 throughout.
pub struct F32<'a>(pub &'a [Block]);

impl Product for F32<'_> {
    type Pixels = [[f32; 4]; 4];
    type Weights = Block;
    type Sum = f32x4;

    fn weights(&self) -> &[Block] {
        self.0
    }

    fn convert(gathered: &[Block], panel: &mut [[[f32; 4]; 4]], _: usize) -> f32 {
        panel.copy_from_slice(bytemuck::cast_slice(gathered));
        1.0
    }

    #[inline(always)]
    fn accumulate<const N: usize>(sums: &mut [Block; N], weights: [&Block; N], pixels: &[[f32; 4]; 4]) {
        for lane in 0..4 {
            let kernels = weights.map(|weights| weights[lane]);
            for at in 0..4 {
                let value = f32x4::splat(pixels[at][lane]);
                for n in 0..N {
                    sums[n][at] += kernels[n] * value;
                }
            }
        }
    }

    #[inline(always)]
    fn scaled(&self, sums: Block, _: usize, _: f32) -> Block {
        sums
    }
}

/// Weights of a layer as 16-bit integers, two input lanes after each other for each of four output lanes, so that one
/// instruction multiplies and adds eight; and each output channel's scale.
pub struct IntWeights {
    pub blocks: Vec<[i16x8; 2]>,
    pub scales: Vec<f32x4>,
}

/// int8 weights times pixels of up to 16 bits, whose unit is chosen anew for every panel: as exact as half precision, twice
/// as fast as f32.
pub struct Int8<'a>(pub &'a IntWeights);

impl Product for Int8<'_> {
    /// Pairs of channels, one 32-bit word each: what a broadcast reads.
    type Pixels = [[i32; 2]; 4];
    type Weights = [i16x8; 2];
    type Sum = i32x4;

    fn weights(&self) -> &[[i16x8; 2]] {
        &self.0.blocks
    }

    fn convert(gathered: &[Block], panel: &mut [[[i32; 2]; 4]], terms: usize) -> f32 {
        let largest = |largest: f32x4, value: &f32x4| largest.fast_max(value.abs());
        let largest = gathered.iter().flatten().fold(f32x4::ZERO, largest).to_array();
        let largest = largest.into_iter().fold(f32::MIN_POSITIVE, f32::max);
        // So that `terms` products with weights of at most 127 fit 31 bits.
        let most = (i32::MAX / 127 / terms as i32).min(i32::from(i16::MAX)) as f32;
        let per_unit = f32x4::splat(most / largest);
        // Adding 1.5 * 2^23 leaves the rounded integer in the low bits, in the browser cheaper than its own rounding.
        let magic = f32x4::splat(12_582_912.0);
        let round =
            |value: f32x4| cast::<f32x4, i32x4>(value * per_unit + magic) - cast::<f32x4, i32x4>(magic);
        for (pixels, block) in panel.iter_mut().zip(gathered) {
            let [a, b, c, d] = block.map(round);
            let pair =
                |low: i32x4, high: i32x4| i16x8::from_i32x8_saturate(cast::<[i32x4; 2], i32x8>([low, high]));
            *pixels = cast([pair(a, b), pair(c, d)]);
        }
        largest / most
    }

    #[inline(always)]
    fn accumulate<const N: usize>(
        sums: &mut [[i32x4; 4]; N],
        weights: [&[i16x8; 2]; N],
        pixels: &[[i32; 2]; 4],
    ) {
        for pair in 0..2 {
            let kernels = weights.map(|weights| weights[pair]);
            for at in 0..4 {
                let value: i16x8 = cast(i32x4::splat(pixels[at][pair]));
                for n in 0..N {
                    sums[n][at] += kernels[n].dot(value);
                }
            }
        }
    }

    #[inline(always)]
    fn scaled(&self, sums: [i32x4; 4], plane: usize, unit: f32) -> Block {
        let scale = self.0.scales[plane] * f32x4::splat(unit);
        sums.map(|sum| f32x4::from_i32x4(sum) * scale)
    }
}
