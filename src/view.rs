//! What both executors give and take beside tensors: how a result is shown, and its mask.

/// What is painted where no class is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Background {
    #[default]
    Picture,
    /// Nothing: the canvas is transparent there.
    None,
    /// The picture's luma.
    Grey,
    /// The picture out of focus; what is in front leaves no halo in it.
    Blurred,
    /// One sRGB colour.
    Colour([u8; 3]),
    /// Another picture, that of [`crate::session::Session::set_backdrop`]; without one, as `Picture`.
    Backdrop,
}

impl Background {
    /// Canvas pixels to one of the map that is blurred: what is out of focus has no more detail.
    pub(crate) const REDUCTION: u32 = 4;

    /// The standard deviation of the Gaussian, in pixels of a map of `[width, height]`, and where it is cut off.
    pub(crate) fn blur([width, height]: [u32; 2]) -> (f32, u32) {
        let sigma = (width.max(height) as f32 / 32.0).max(0.5);
        (sigma, (2.0 * sigma).ceil() as u32)
    }
}

/// How the overlay is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// 0: only the picture; 1: only the classes' colours.
    pub opacity: f32,
    pub hidden: Vec<u8>,
    /// The only class shown, if any.
    pub solo: Option<u8>,
    /// Left of this, 0..1 across, only the picture shows.
    pub split: Option<f32>,
    pub background: Background,
    /// Left is right, as in a looking glass. `split` stays where it is.
    pub mirrored: bool,
    /// Whether the classes' borders follow the picture's at the canvas's resolution.
    pub fine_edges: bool,
    /// Whether the borders are drawn, at full opacity.
    pub outlined: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            opacity: 0.6,
            hidden: Vec::new(),
            solo: None,
            split: None,
            background: Background::Picture,
            mirrored: false,
            fine_edges: false,
            outlined: false,
        }
    }
}

impl View {
    /// How far from another class a canvas pixel of an outline may be.
    pub(crate) const OUTLINE: usize = 2;

    /// Whether this class is tinted.
    pub fn shows(&self, class_id: u8) -> bool {
        match self.solo {
            Some(solo) => class_id == solo,
            None => !self.hidden.contains(&class_id),
        }
    }
}

/// Pixels per class, and the class id of each pixel, row-major, if they were asked for.
pub struct Mask {
    pub counts: Vec<u32>,
    pub ids: Vec<u8>,
}
