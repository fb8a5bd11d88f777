//! What a network answers to a test picture, node by node, in two numbers each: how a machine finds out whether its kernels
//! compute right.

use serde::{Deserialize, Serialize};

use super::container::invalid;
use super::info::Input;
use crate::error::Result;
use crate::graph::random::random_picture;

/// Every node's [`Sketch`] for [`random_picture`] at one size, computed by the reference on the weights of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferenceNumbers {
    /// `[height, width]`
    pub size: [usize; 2],
    /// How far they may themselves be off, as a fraction of a map's magnitude: nothing if the reference computed them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tolerance: f32,
    /// By node of the graph; nothing where a node was not measured.
    pub nodes: Vec<Option<Sketch>>,
}

/// The magnitude of a tensor, and its sum under random signs: `[sqrt(sum x^2 / n), sum(s x) / sqrt(n)]`.
///
/// An error anywhere moves the second number by about its own norm over `sqrt(n)` (Achlioptas 2003, random projections with
/// signs), so that one wrong value in ten thousand shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sketch([f32; 2]);

impl Sketch {
    pub fn of(values: &[f32]) -> Self {
        let (mut squares, mut signed) = (0.0, 0.0);
        for (at, &value) in (0u64..).zip(values) {
            let value = f64::from(value);
            squares += value * value;
            signed += if sign_bit(at) { -value } else { value };
        }
        let count = values.len() as f64;
        Self([(squares / count).sqrt() as f32, (signed / count.sqrt()) as f32])
    }

    /// How far `self` is from a reference, as a fraction of the reference's magnitude; infinite for NaN.
    pub fn distance(&self, reference: &Self) -> f32 {
        let [magnitude, _] = reference.0;
        let largest = (0..2).map(|i| (self.0[i] - reference.0[i]).abs()).fold(0.0, f32::max);
        let is_number = self.0.iter().all(|value| value.is_finite());
        // A map of zeros has no magnitude to compare with.
        if is_number { largest / magnitude.max(1e-6) } else { f32::INFINITY }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(tolerance: &f32) -> bool {
    *tolerance == 0.0
}

/// One bit of SplitMix64's mixing function, which has no structure that a kernel could share.
fn sign_bit(at: u64) -> bool {
    let mut z = at.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) & 1 == 1
}

impl ReferenceNumbers {
    /// Small, and unequal so that swapped sides show.
    pub fn size_for(input: &Input) -> [usize; 2] {
        let unit = 32usize.next_multiple_of(input.multiple);
        [2 * unit, 3 * unit]
    }

    /// The test picture `[1, channels, height, width]`.
    pub fn picture(&self, channels: usize) -> Vec<f32> {
        random_picture([1, channels, self.size[0], self.size[1]])
    }

    /// Errors: `model-invalid` if they cannot belong to a graph of `nodes` nodes.
    pub fn check(&self, nodes: usize) -> Result<()> {
        let is_sane = self.size.iter().all(|side| (1..=1024).contains(side));
        let is_finite = self.nodes.iter().flatten().flat_map(|sketch| sketch.0).all(f32::is_finite);
        if is_sane && is_finite && self.nodes.len() == nodes {
            return Ok(());
        }
        Err(invalid(format!(
            "the reference numbers are for {} nodes at {:?} and the graph has {nodes}; write the model file again",
            self.nodes.len(),
            self.size
        )))
    }
}
