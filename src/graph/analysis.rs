//! Parameter and multiply-accumulate counts.

use super::graph::Graph;
use super::op::Op;
use crate::error::Result;

impl Graph {
    /// Learnable parameters as PyTorch's `sum(p.numel() for p in model.parameters())` counts them: running statistics of
    /// batch norms are buffers, not parameters.
    pub fn parameters(&self) -> Result<usize> {
        let shapes = self.weight_shapes()?;
        Ok(shapes
            .iter()
            .filter(|(name, _)| !name.ends_with(".running_mean") && !name.ends_with(".running_var"))
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum())
    }

    /// Multiply-accumulates of the convolutions, and of the two products of attention, for one picture of `height x width`.
    pub fn macs(&self, height: usize, width: usize) -> Result<u64> {
        // Saturating: a hostile graph gets a silly figure, not a panic.
        Ok(self.macs_by_node(height, width)?.into_iter().fold(0, u64::saturating_add))
    }

    /// The same for each node.
    pub fn macs_by_node(&self, height: usize, width: usize) -> Result<Vec<u64>> {
        let shapes = self.shapes(1, height, width)?;
        let macs = self.nodes.iter().enumerate().map(|(id, node)| {
            let of = |i: usize| shapes[node.inputs[i]];
            let [_, c_out, h, w] = shapes[id];
            let factors = match &node.op {
                Op::Conv2d(conv) => {
                    let [kh, kw] = conv.kernel;
                    [c_out, h, w, of(0)[1] / conv.groups, kh, kw]
                }
                Op::ConvTranspose2d(conv) => {
                    let ([_, c_in, h, w], [kh, kw]) = (of(0), conv.kernel);
                    [c_out / conv.groups, h, w, c_in, kh, kw]
                }
                Op::Attention { .. } => [2, c_out, h, w, of(1)[2], of(1)[3]],
                _ => return 0,
            };
            factors.iter().fold(1u64, |product, &v| product.saturating_mul(v as u64))
        });
        Ok(macs.collect())
    }
}
