//! What a segmentation tells: classes, areas, times.

use crate::plan::steady::Flicker;
use crate::weights::ModelInfo;

/// One class's share of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassArea {
    pub id: u8,
    pub name: String,
    /// sRGB.
    pub colour: [u8; 3],
    pub pixels: u32,
    /// 0..=1
    pub fraction: f64,
}

/// What a segmentation took, in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    pub compile_ms: f64,
    pub upload_ms: f64,
    pub network_ms: f64,
    pub paint_ms: f64,
    pub total_ms: f64,
}

/// The outcome of [`super::Session::segment`] or [`super::Session::show_frame`].
#[derive(Clone, Debug)]
pub struct Segmentation {
    /// Classes present, largest first.
    pub classes: Vec<ClassArea>,
    /// `[height, width]` of the network's input.
    pub network_size: [usize; 2],
    pub timings: Timings,
    /// Of live pictures, while a half is kept steady to compare.
    pub flicker: Option<Flicker>,
}

/// Classes present and their areas, largest first. `counts` is pixels by class.
pub(super) fn areas(info: &ModelInfo, counts: &[u32], [width, height]: [u32; 2]) -> Vec<ClassArea> {
    let total = f64::from(width) * f64::from(height);
    let mut areas: Vec<_> = (0u8..)
        .zip(info.classes.iter().zip(counts))
        .filter(|(_, (_, pixels))| **pixels > 0)
        .map(|(id, (class, &pixels))| ClassArea {
            id,
            name: class.name.clone(),
            colour: class.colour,
            pixels,
            fraction: f64::from(pixels) / total,
        })
        .collect();
    areas.sort_by_key(|area| std::cmp::Reverse(area.pixels));
    areas
}

/// sRGB 0..1 and how much of it: all. Whether a class is tinted is the view's business.
pub(crate) fn palette(info: &ModelInfo) -> Vec<[f32; 4]> {
    info.classes
        .iter()
        .map(|class| {
            let [r, g, b] = class.colour.map(|v| f32::from(v) / 255.0);
            [r, g, b, 1.0]
        })
        .collect()
}
