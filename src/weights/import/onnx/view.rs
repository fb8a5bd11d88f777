//! How a tensor of an ONNX file lies in a map of the graph.
//!
//! ONNX reshapes and transposes freely: tokens, heads, groups and windows are dimensions there. In the graph every tensor is a map
//! `[1, c, h, w]`, so that a reshape moves nothing: it only changes how the next operation reads the map. A view holds that:
//! each of its dimensions is a product of parts of the map's axes.

use crate::graph::{NodeId, Shape};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    Channel,
    Height,
    Width,
}

/// Part of an axis: `size` positions, `stride` apart. Parts of size one are left out, so is the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub axis: Axis,
    pub size: usize,
    pub stride: usize,
}

/// A tensor of which each dimension, outermost first, is a product of parts, outermost first.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub map: NodeId,
    pub dims: Vec<Vec<Part>>,
}

/// What a rearranged map is, where the graph has an operation for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rearrangement {
    None,
    /// ShuffleNet's: channels as `[groups, c / groups]`, transposed.
    ChannelShuffle {
        groups: usize,
    },
    /// Each group of `factor * factor` channels as a square of pixels (Shi et al. 2016, arXiv 1609.05158).
    PixelShuffle {
        factor: usize,
    },
}

pub fn whole(axis: Axis, size: usize) -> Vec<Part> {
    if size == 1 { vec![] } else { vec![Part { axis, size, stride: 1 }] }
}

impl View {
    /// The map itself.
    pub fn of(map: NodeId, [_, c, h, w]: Shape) -> Self {
        let dims = vec![vec![], whole(Axis::Channel, c), whole(Axis::Height, h), whole(Axis::Width, w)];
        Self { map, dims }
    }

    pub fn shape(&self) -> Vec<usize> {
        self.dims.iter().map(|parts| product(parts)).collect()
    }

    /// None if the parts cannot be distributed over dimensions of these sizes.
    pub fn reshaped(&self, shape: &[usize]) -> Option<Self> {
        let mut parts = self.dims.iter().flatten().copied();
        let mut rest: Option<Part> = None;
        let mut dims = Vec::with_capacity(shape.len());
        for &size in shape {
            let (mut dim, mut missing) = (Vec::new(), size);
            while missing > 1 {
                let part = rest.take().or_else(|| parts.next())?;
                if missing.is_multiple_of(part.size) {
                    missing /= part.size;
                    dim.push(part);
                } else if part.size.is_multiple_of(missing) {
                    let inner = part.size / missing;
                    dim.push(Part { size: missing, stride: part.stride * inner, ..part });
                    rest = Some(Part { size: inner, ..part });
                    missing = 1;
                } else {
                    return None;
                }
            }
            dims.push(joined(dim));
        }
        (rest.is_none() && parts.next().is_none()).then_some(Self { map: self.map, dims })
    }

    /// `order` is a permutation of the dimensions.
    pub fn transposed(&self, order: &[usize]) -> Self {
        Self { map: self.map, dims: order.iter().map(|&dim| self.dims[dim].clone()).collect() }
    }

    /// What has to be done to the map for the view, of four dimensions, to be a map; none if nothing we have does.
    pub fn rearrangement(&self, shape: Shape) -> Option<Rearrangement> {
        if *self == Self::of(self.map, shape) {
            return Some(Rearrangement::None);
        }
        let [batch, channels, rows, columns] = &self.dims[..] else { return None };
        if !batch.is_empty() {
            return None;
        }
        let [_, c, h, w] = shape;
        let is_whole =
            |parts: &[Part], axis, size| parts == whole(axis, size) || size == 1 && parts.is_empty();
        if let [inner, outer] = channels[..]
            && is_whole(rows, Axis::Height, h)
            && is_whole(columns, Axis::Width, w)
            && [inner.axis, outer.axis] == [Axis::Channel; 2]
            && (inner.stride, outer.stride) == (1, inner.size)
        {
            return Some(Rearrangement::ChannelShuffle { groups: outer.size });
        }
        // Rows and columns of the square behind those of the map, which may have only one of either.
        let square = |parts: &[Part], axis, size| match parts.split_last() {
            Some((&last, before)) if before == whole(axis, size) && last.axis == Axis::Channel => Some(last),
            _ => None,
        };
        let (row, column) = (square(rows, Axis::Height, h)?, square(columns, Axis::Width, w)?);
        let factor = column.size;
        let are_squares = (row.size, row.stride, column.stride) == (factor, factor, 1);
        let are_groups = match channels[..] {
            [] => c == factor * factor,
            [part] => {
                part.axis == Axis::Channel && part.stride == factor * factor && part.size * part.stride == c
            }
            _ => false,
        };
        (are_squares && are_groups).then_some(Rearrangement::PixelShuffle { factor })
    }
}

pub fn product(parts: &[Part]) -> usize {
    parts.iter().map(|part| part.size).product()
}

/// Neighbours that are one stretch of an axis become one part, so that equal views are equal values.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut joined: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match joined.last_mut() {
            Some(last) if last.axis == part.axis && last.stride == part.stride * part.size => {
                last.size *= part.size;
                last.stride = part.stride;
            }
            _ => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = [1, 12, 5, 7];

    fn map() -> View {
        View::of(3, SHAPE)
    }

    #[test]
    fn tokens_and_back() {
        let tokens = map().reshaped(&[1, 12, 35]).unwrap().transposed(&[0, 2, 1]);
        assert_eq!(tokens.shape(), [1, 35, 12]);
        let heads = tokens.reshaped(&[1, 35, 3, 4]).unwrap().transposed(&[0, 2, 1, 3]);
        assert_eq!(heads.shape(), [1, 3, 35, 4]);
        let back = heads.transposed(&[0, 2, 1, 3]).reshaped(&[1, 35, 12]).unwrap();
        assert_eq!(back, tokens);
        assert_eq!(back.transposed(&[0, 2, 1]).reshaped(&[1, 12, 5, 7]).unwrap(), map());
        assert_eq!(tokens.rearrangement(SHAPE), None);
    }

    #[test]
    fn shuffled_channels_are_known() {
        let apart = map().reshaped(&[1, 3, 4, 5, 7]).unwrap();
        let shuffled = apart.transposed(&[0, 2, 1, 3, 4]).reshaped(&[1, 12, 5, 7]).unwrap();
        assert_eq!(shuffled.rearrangement(SHAPE), Some(Rearrangement::ChannelShuffle { groups: 3 }));
        assert_eq!(apart.reshaped(&[1, 12, 5, 7]).unwrap().rearrangement(SHAPE), Some(Rearrangement::None));
    }

    #[test]
    fn shuffled_pixels_are_known() {
        let apart = map().reshaped(&[1, 3, 2, 2, 5, 7]).unwrap();
        let shuffled = apart.transposed(&[0, 1, 4, 2, 5, 3]).reshaped(&[1, 3, 10, 14]).unwrap();
        assert_eq!(shuffled.rearrangement(SHAPE), Some(Rearrangement::PixelShuffle { factor: 2 }));
        let turned = apart.transposed(&[0, 1, 4, 3, 5, 2]).reshaped(&[1, 3, 10, 14]).unwrap();
        assert_eq!(turned.rearrangement(SHAPE), None);
    }

    #[test]
    fn what_does_not_divide_is_no_view() {
        assert_eq!(map().reshaped(&[1, 12, 34]), None);
        assert_eq!(map().reshaped(&[1, 5, 12, 7]), None);
        assert_eq!(map().reshaped(&[1, 12, 5, 7, 2]), None);
    }
}
