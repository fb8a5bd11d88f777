//! Which part of a picture a network sees.

/// A part of a picture, in its pixels; the whole of it unless it is done in tiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Window {
    /// All of a picture of `[width, height]`.
    pub fn whole([width, height]: [u32; 2]) -> Self {
        Self { x: 0.0, y: 0.0, width: width as f32, height: height as f32 }
    }
}
