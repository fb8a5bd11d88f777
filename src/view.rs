//! What both executors give and take beside tensors: how a result is shown, and its mask.

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
    /// What is not shown as a class is transparent.
    pub cut_out: bool,
}

impl Default for View {
    fn default() -> Self {
        Self { opacity: 0.6, hidden: Vec::new(), solo: None, split: None, cut_out: false }
    }
}

impl View {
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
