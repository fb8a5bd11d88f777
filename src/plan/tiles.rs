//! A large picture in tiles: what the network sees of it at a time, and how the tiles' scores become one map.

use super::{ScoresShape, Window};

/// A picture cut into tiles of one size that overlap. Sizes are `[width, height]`, in pixels as the network sees them.
#[derive(Clone, Debug, PartialEq)]
pub struct Tiles {
    pub tile: [usize; 2],
    /// Of the whole picture.
    pub whole: [usize; 2],
    /// Where the tiles begin along each axis.
    starts: [Vec<usize>; 2],
}

/// How one tile's scores enter the map along one axis: cell `first + i` gets `taps[i]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    pub first: usize,
    pub taps: Vec<Tap>,
}

/// Two neighbouring scores of a tile, how much of the second, and the tile's share in the cell: the shares of all tiles
/// add up to one. Keep in sync with `Tap` in mosaic.wgsl.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "engine", derive(bytemuck::Pod, bytemuck::Zeroable))]
pub struct Tap {
    pub low: u32,
    pub high: u32,
    pub t: f32,
    pub share: f32,
}

impl Tiles {
    /// Tiles of `side` pixels, or less where the picture is smaller, that overlap by at least `overlap` < `side`. Sides of
    /// the picture and of tiles are multiples of `multiple`, and so is where tiles begin: every tile meets the network's
    /// strides alike.
    pub fn new(whole: [usize; 2], side: usize, overlap: usize, multiple: usize) -> Self {
        let tile = whole.map(|whole| whole.min(side));
        let starts = [0, 1].map(|axis| starts(whole[axis], tile[axis], overlap, multiple));
        Self { tile, whole, starts }
    }

    pub fn count(&self) -> usize {
        self.starts[0].len() * self.starts[1].len()
    }

    /// Which tile `index` is along each axis; they are counted row by row.
    fn place(&self, index: usize) -> [usize; 2] {
        [index % self.starts[0].len(), index / self.starts[0].len()]
    }

    /// What tile `index` shows of a picture of `[width, height]`.
    pub fn window(&self, index: usize, picture: [u32; 2]) -> Window {
        let place = self.place(index);
        let scale = [0, 1].map(|axis| picture[axis] as f32 / self.whole[axis] as f32);
        let [x, y] = [0, 1].map(|axis| self.starts[axis][place[axis]] as f32 * scale[axis]);
        let [width, height] = [0, 1].map(|axis| self.tile[axis] as f32 * scale[axis]);
        Window { x, y, width, height }
    }

    /// The map of the whole picture's scores, given that of one tile's: as dense as the tiles', between pixels.
    pub fn scores_shape(&self, tile: &ScoresShape) -> ScoresShape {
        let size = [0, 1].map(|axis| (self.whole[axis] * tile.size[axis]).div_ceil(self.tile[axis]));
        ScoresShape { size, network: self.whole, classes: tile.classes, align_corners: false }
    }

    /// How the scores of tile `index` enter the map, along x and along y. A cell's scores are the sum over tiles of the
    /// interpolated scores times both shares.
    pub fn blend(&self, index: usize, tile: &ScoresShape) -> [Blend; 2] {
        let place = self.place(index);
        [0, 1].map(|axis| self.blend_axis(axis, place[axis], tile))
    }

    fn blend_axis(&self, axis: usize, tile: usize, scores: &ScoresShape) -> Blend {
        let (whole, side) = (self.whole[axis] as f32, self.tile[axis] as f32);
        let cells = self.scores_shape(scores).size[axis];
        let centre = |cell: usize| (cell as f32 + 0.5) * whole / cells as f32;
        let start = self.starts[axis][tile] as f32;
        let is_inside = |cell: &usize| (start..start + side).contains(&centre(*cell));
        let first = (0..cells).find(is_inside).expect("a tile is longer than a cell");
        let taps = (first..cells).take_while(is_inside).map(|cell| {
            let at = centre(cell);
            let total: f32 = (0..self.starts[axis].len()).map(|other| self.weight(axis, other, at)).sum();
            let last = (scores.size[axis] - 1) as f32;
            let position = scores.at(axis, (at - start) / side).clamp(0.0, last);
            let low = position as u32;
            Tap {
                low,
                high: (low + 1).min(last as u32),
                t: position - low as f32,
                share: self.weight(axis, tile, at) / total,
            }
        });
        Blend { first, taps: taps.collect() }
    }

    /// How much a tile says about pixel `at`: all in its middle, and less and less where its neighbours say as much; nothing
    /// next to its edge, beyond which it sees zeros instead of the picture.
    fn weight(&self, axis: usize, tile: usize, at: f32) -> f32 {
        let starts = &self.starts[axis];
        let side = self.tile[axis] as f32;
        let start = starts[tile] as f32;
        // Both tiles fade over the middle half of what they share.
        let ramp = |inwards: f32, shared: f32| ((inwards - shared / 4.0) / (shared / 2.0)).clamp(0.0, 1.0);
        let left =
            tile.checked_sub(1).map_or(1.0, |left| ramp(at - start, starts[left] as f32 + side - start));
        let right =
            starts.get(tile + 1).map_or(1.0, |&right| ramp(start + side - at, start + side - right as f32));
        left * right
    }
}

fn starts(whole: usize, tile: usize, overlap: usize, multiple: usize) -> Vec<usize> {
    // In multiples, so that rounding keeps the overlap.
    let beyond_first = (whole - tile) / multiple;
    let stride = (tile.saturating_sub(overlap) / multiple).max(1);
    let steps = beyond_first.div_ceil(stride);
    (0..=steps).map(|i| i * beyond_first / steps.max(1) * multiple).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: [[usize; 2]; 4] = [[2048, 1536], [512, 512], [1568, 64], [544, 1024]];

    fn shape(tile: [usize; 2], align_corners: bool) -> ScoresShape {
        ScoresShape { size: tile.map(|side| side / 2), network: tile, classes: 3, align_corners }
    }

    #[test]
    fn tiles_cover_the_picture_and_overlap() {
        for whole in SIZES {
            let tiles = Tiles::new(whole, 512, 128, 32);
            for axis in [0, 1] {
                let starts = &tiles.starts[axis];
                assert_eq!(starts[0], 0);
                assert_eq!(starts[starts.len() - 1] + tiles.tile[axis], whole[axis]);
                for pair in starts.windows(2) {
                    assert!(pair[0] + tiles.tile[axis] - pair[1] >= 128, "{whole:?}: {starts:?}");
                    assert_eq!(pair[1] % 32, 0);
                }
            }
        }
    }

    #[test]
    fn shares_add_up_to_one_in_every_cell() {
        for whole in SIZES {
            let tiles = Tiles::new(whole, 512, 256, 32);
            let scores = shape(tiles.tile, true);
            let [width, height] = tiles.scores_shape(&scores).size;
            let mut sums = vec![0.0; width * height];
            for index in 0..tiles.count() {
                let [columns, rows] = tiles.blend(index, &scores);
                for (y, row) in rows.taps.iter().enumerate() {
                    for (x, column) in columns.taps.iter().enumerate() {
                        sums[(rows.first + y) * width + columns.first + x] += row.share * column.share;
                    }
                }
            }
            assert!(sums.iter().all(|sum: &f32| (sum - 1.0).abs() < 1e-5), "{whole:?}");
        }
    }

    #[test]
    fn scores_between_pixels_are_taken_as_they_are() {
        let tiles = Tiles::new([1024, 512], 512, 256, 32);
        let scores = shape(tiles.tile, false);
        let [columns, _] = tiles.blend(1, &scores);
        assert_eq!(columns.first, 128);
        assert!(columns.taps.iter().enumerate().all(|(i, tap)| tap.low == i as u32 && tap.t == 0.0));
    }
}
