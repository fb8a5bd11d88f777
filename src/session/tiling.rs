//! Pictures seen in more detail than the network was made for, tile by tile: memory stays bounded, the caller may stop between
//! tiles, and a network meets objects at the size it was trained on.

use std::rc::Rc;

use web_time::Instant;

use super::size::{check_source, detailed_size};
use super::{Backend, Loaded, Segmentation, Session, Timings, elapsed_ms};
use crate::error::{Error, ErrorKind, Result};
use crate::graph::Graph;
use crate::plan::{ScoresShape, Tiles};

/// More than this would enlarge most photos.
pub const MAX_DETAIL: usize = 16;

/// A picture that is being done in tiles.
pub struct Tiling<B: Backend> {
    loaded: Rc<Loaded<B>>,
    picture: Rc<B::Picture>,
    source: [u32; 2],
    executor: B::Executor,
    tiles: Tiles,
    mosaic: B::Mosaic,
    /// Tiles that are done.
    done: usize,
    timings: Timings,
}

impl<B: Backend> Tiling<B> {
    pub fn count(&self) -> usize {
        self.tiles.count()
    }
}

impl<B: Backend> Session<B> {
    /// Prepares to segment what `picture` holds with `detail` times as many pixels along a side as [`Session::segment`]; the
    /// other arguments are as there.
    ///
    /// Errors: `no-model`, `input-size`, `out-of-range`, `limits-too-low`, `device-lost`.
    pub async fn begin_tiles(
        &self,
        picture: Rc<B::Picture>,
        source: [u32; 2],
        detail: usize,
        upload_ms: f64,
    ) -> Result<Tiling<B>> {
        check_source(source)?;
        if !(1..=MAX_DETAIL).contains(&detail) {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("detail {detail} cannot be had; choose 1 to {MAX_DETAIL}"),
            ));
        }
        let loaded = self.loaded_for_pictures()?;
        let input = &loaded.summary.info.input;
        let [height, width] = detailed_size(input, source, detail);
        let side = input.long_side.next_multiple_of(input.multiple);
        let [tile_width, tile_height] = [width.min(side), height.min(side)];
        let overlap = overlap(B::graph(&loaded.network), [tile_height, tile_width])?;
        let tiles = Tiles::new([width, height], side, overlap, input.multiple);
        // Not the prepared one: the last result's scores may lie in it, and stay on screen until the tiles are done.
        let start = Instant::now();
        let executor = self.backend.executor(&loaded.network, [tile_height, tile_width], &[]).await?;
        let compile_ms = elapsed_ms(start);
        let shape = tiles.scores_shape(&ScoresShape::of(B::plan(&executor)));
        Ok(Tiling {
            mosaic: self.backend.mosaic(shape)?,
            loaded,
            picture,
            source,
            executor,
            tiles,
            done: 0,
            timings: Timings { compile_ms, upload_ms, ..Timings::default() },
        })
    }

    /// Does the next tile; whether there are more.
    ///
    /// Errors: `device-lost`.
    pub async fn run_tile(&self, tiling: &mut Tiling<B>) -> Result<bool> {
        let start = Instant::now();
        let Tiling { loaded, picture, executor, tiles, .. } = &*tiling;
        let window = tiles.window(tiling.done, B::picture_size(picture));
        let input = &loaded.summary.info.input;
        self.backend.run_picture(&loaded.network, executor, picture, window, input, None).await?;
        let blend = tiles.blend(tiling.done, &ScoresShape::of(B::plan(executor)));
        self.backend.add_tile(&mut tiling.mosaic, &tiling.executor, &blend)?;
        tiling.done += 1;
        tiling.timings.network_ms += elapsed_ms(start);
        Ok(tiling.done < tiling.tiles.count())
    }

    /// Makes the tiles the session's result and shows it.
    ///
    /// Errors: `limits-too-low`, `device-lost`.
    pub async fn finish_tiles(&self, tiling: Tiling<B>) -> Result<Segmentation> {
        let Tiling { loaded, picture, source, tiles, mosaic, timings, .. } = tiling;
        let scores = self.backend.mosaic_scores(mosaic, source);
        let [width, height] = tiles.whole;
        self.adopt(loaded, picture, scores, [height, width], source, timings).await
    }
}

/// How far tiles of `[height, width]` overlap. Twice the receptive field makes them equal to the whole picture: an answer
/// counts from a quarter of the overlap inwards, where nothing that it depends on is cut off. Most networks' fields exceed
/// a tile; but little of a theoretical field counts (Luo et al. 2016, arXiv 1701.04128), and a quarter of the tile does:
/// docs/decisions.md has what is lost.
fn overlap(graph: &Graph, [height, width]: [usize; 2]) -> Result<usize> {
    let field = graph.receptive_fields(height, width)?[graph.output];
    let most = height.max(width) / 4;
    let sizes = field.map(|extent| extent.size().map_or(most, |size| (2.0 * size).ceil() as usize));
    Ok(most.min(sizes[0].max(sizes[1])))
}
