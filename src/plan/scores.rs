//! Where class scores lie in a picture.

use super::Plan;

/// A map of scores and the picture it covers. Sizes are `[width, height]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoresShape {
    pub size: [usize; 2],
    /// Of the network's input.
    pub network: [usize; 2],
    pub classes: usize,
    /// How PyTorch's last resize would interpolate them to the input's size.
    pub align_corners: bool,
}

impl ScoresShape {
    /// Of what a plan computes.
    pub fn of(plan: &Plan) -> Self {
        let [_, classes, h, w] = plan.shapes[plan.logits];
        let [_, _, height, width] = plan.shapes[0];
        Self { size: [w, h], network: [width, height], classes, align_corners: plan.logits_align_corners }
    }

    /// Where `position`, 0..1 across the picture, lies among the scores along an axis (0 is x). At pixel centres of the
    /// network's input this equals PyTorch's interpolate. Keep in sync with `taps_at` in interpolation.wgsl.
    pub fn at(&self, axis: usize, position: f32) -> f32 {
        let (size, network) = (self.size[axis], self.network[axis] as f32);
        if self.align_corners {
            (position * network - 0.5) * (size - 1) as f32 / (network - 1.0).max(1.0)
        } else {
            position * size as f32 - 0.5
        }
    }
}
