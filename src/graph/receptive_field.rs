//! Which part of the picture each value of a network depends on.
//!
//! Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019: a value at position `i`
//! depends on the pixels `i * jump + first ..= i * jump + last`. Here the two ends are carried through the graph, so that
//! branches may be joined: the field of a sum is what any of its parts depends on.

use super::graph::Graph;
use super::op::{Interpolation, Op};
use super::shape::Shape;
use crate::error::Result;

/// Along one axis, in pixels of the network's input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// The pixels `first..=last` for the value at position 0, `jump` further for each next position; fractions where a
    /// resize lies on the way.
    Window { first: f64, last: f64, jump: f64 },
    /// Every pixel: something averages the whole map.
    Whole,
}

impl Extent {
    /// Pixels across, or none if it is all of them.
    pub fn size(&self) -> Option<f64> {
        match self {
            Self::Window { first, last, .. } => Some(last - first + 1.0),
            Self::Whole => None,
        }
    }

    /// Through a window of `kernel` positions (dilated: its whole extent) with this stride and padding.
    fn through(self, extent: usize, stride: usize, padding: usize) -> Self {
        let Self::Window { first, last, jump } = self else { return self };
        let before = padding as f64 * jump;
        Self::Window {
            first: first - before,
            last: last - before + (extent - 1) as f64 * jump,
            jump: jump * stride as f64,
        }
    }

    /// To a map `stride` times as long, whose value at `i` reads what a window of `extent` new positions has at `i`.
    fn transposed(self, extent: usize, stride: usize, padding: usize) -> Self {
        let Self::Window { first, last, jump } = self else { return self };
        let jump = jump / stride as f64;
        Self::Window {
            first: first + (padding as f64 - (extent - 1) as f64) * jump,
            last: last + padding as f64 * jump,
            jump,
        }
    }

    /// To a map of another length; each new position reads less than `reach` old ones to either side of its centre.
    fn resized(self, from: usize, to: usize, reach: f64) -> Self {
        let Self::Window { first, last, jump } = self else { return self };
        if from == to {
            return self;
        }
        let factor = from as f64 / to as f64;
        let centre = (factor - 1.0) / 2.0 * jump;
        Self::Window {
            first: first + centre - reach * jump,
            last: last + centre + reach * jump,
            jump: jump * factor,
        }
    }

    /// From position `before` on.
    fn cropped(self, before: usize) -> Self {
        let Self::Window { first, last, jump } = self else { return self };
        let before = before as f64 * jump;
        Self::Window { first: first + before, last: last + before, jump }
    }

    /// What either depends on. Joined maps have the same length, so their jumps agree but for rounding.
    fn joined(self, other: Self) -> Self {
        match (self, other) {
            (Self::Window { first, last, jump }, Self::Window { first: f, last: l, .. }) => {
                Self::Window { first: first.min(f), last: last.max(l), jump }
            }
            _ => Self::Whole,
        }
    }
}

/// `[vertical, horizontal]`
pub type ReceptiveField = [Extent; 2];

impl Graph {
    /// The theoretical receptive field of every node, for inputs of `height x width`: resizes make it depend on the size.
    ///
    /// Errors: `input-size`.
    pub fn receptive_fields(&self, height: usize, width: usize) -> Result<Vec<ReceptiveField>> {
        let shapes = self.shapes(1, height, width)?;
        let mut fields: Vec<ReceptiveField> = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            let field =
                [0, 1].map(|axis| {
                    let of = |i: usize| fields[node.inputs[i]][axis];
                    match &node.op {
                        Op::Input { .. } => Extent::Window { first: 0.0, last: 0.0, jump: 1.0 },
                        Op::Conv2d(conv) => {
                            let extent = (conv.kernel[axis] - 1) * conv.dilation[axis] + 1;
                            of(0).through(extent, conv.stride[axis], conv.padding[axis])
                        }
                        Op::ConvTranspose2d(conv) => {
                            of(0).transposed(conv.kernel[axis], conv.stride[axis], conv.padding[axis])
                        }
                        Op::MaxUnpool2d(window) => {
                            let reach = window.kernel[axis] - 1;
                            of(0)
                                .transposed(window.stride[axis], window.stride[axis], 0)
                                .joined(of(1).through(2 * reach + 1, 1, reach))
                        }
                        Op::Pad2d { before, .. } => of(0).through(1, 1, before[axis]),
                        Op::Crop2d { before } => of(0).cropped(before[axis]),
                        Op::MaxPool2d(window) | Op::AvgPool2d(window) => {
                            of(0).through(window.kernel[axis], window.stride[axis], window.padding[axis])
                        }
                        Op::AdaptiveAvgPool2d { .. } => {
                            let [from, to] = lengths(&shapes, node.inputs[0], id, axis);
                            if to == 1 && from > 1 {
                                Extent::Whole
                            } else {
                                of(0).resized(from, to, widening(from, to))
                            }
                        }
                        Op::Resize { mode: Interpolation::Nearest, .. } => {
                            let [from, to] = lengths(&shapes, node.inputs[0], id, axis);
                            of(0).resized(from, to, widening(from, to))
                        }
                        Op::Resize { mode: Interpolation::Bilinear, align_corners, .. } => {
                            let [from, to] = lengths(&shapes, node.inputs[0], id, axis);
                            // Aligned corners move the centres by up to half a position.
                            of(0).resized(from, to, if *align_corners { 1.5 } else { 1.0 })
                        }
                        Op::Concat | Op::Add | Op::Mul => {
                            (1..node.inputs.len()).fold(of(0), |joined, i| joined.joined(of(i)))
                        }
                        // Every pixel of the map counts; whether the map is one pixel is not asked.
                        Op::GroupNorm { .. } | Op::Attention { .. } => Extent::Whole,
                        Op::BatchNorm { .. }
                        | Op::Affine
                        | Op::Activation { .. }
                        | Op::Slice { .. }
                        | Op::ChannelShuffle { .. }
                        | Op::LayerNorm { .. } => of(0),
                    }
                });
            fields.push(field);
        }
        Ok(fields)
    }
}

/// Half of what a new position covers beyond one old one, and the rounding of its two ends.
fn widening(from: usize, to: usize) -> f64 {
    (from as f64 / to as f64 - 1.0).max(0.0) / 2.0 + 1.0
}

fn lengths(shapes: &[Shape], input: usize, output: usize, axis: usize) -> [usize; 2] {
    [shapes[input][2 + axis], shapes[output][2 + axis]]
}
