//! The overlay: scores and picture to RGBA bytes for a canvas.

use std::rc::Rc;

use wide::f32x4;

use super::behind::Behind;
use super::edges::classes;
use super::frame::Picture;
use super::resample::Resampling;
use super::scores::Scores;
use super::threads;
use crate::plan::Window;
use crate::view::{Background, View};

/// How and how large a result is shown.
pub struct Scene<'a> {
    pub view: &'a View,
    /// sRGB 0..1 and how much of it, per class.
    pub palette: &'a [[f32; 4]],
    pub picture: &'a Rc<Picture>,
    /// For [`Background::Backdrop`].
    pub backdrop: Option<&'a Rc<Picture>>,
    /// `[width, height]`
    pub canvas: [usize; 2],
}

/// Draws results at the canvas's size; keeps pictures at that size, since views change far more often than photos.
#[derive(Default)]
pub struct Painter {
    photo: Option<Resized>,
    backdrop: Option<Resized>,
}

/// A picture at a canvas's size.
struct Resized {
    picture: Rc<Picture>,
    size: [usize; 2],
    pixels: Vec<f32x4>,
}

impl Painter {
    /// RGBA, row-major, not premultiplied.
    pub fn paint(&mut self, scene: &Scene<'_>, scores: &Scores<'_>) -> Vec<u8> {
        let &Scene { view, palette, picture, canvas: canvas @ [width, height], .. } = scene;
        let whole = Window::whole([picture.width() as u32, picture.height() as u32]);
        let photo = resized(&mut self.photo, picture, whole, canvas);
        let backdrop = scene.backdrop.filter(|_| view.background == Background::Backdrop);
        let backdrop =
            backdrop.map(|backdrop| resized(&mut self.backdrop, backdrop, middle(backdrop, canvas), canvas));
        let tints: Vec<Option<f32x4>> = (0u8..=255)
            .zip(palette)
            .map(|(id, &[r, g, b, share])| {
                (view.shows(id) && share > 0.0).then(|| f32x4::from([r, g, b, view.opacity * share]))
            })
            .collect();
        let split = view.split.unwrap_or(-1.0) * width as f32;
        let ids = classes(photo, scores, canvas, view.fine_edges);
        let behind = (view.background == Background::Blurred)
            .then(|| Behind::new(photo, &ids, canvas, |id| tints[usize::from(id)].is_none()));
        let is_at_border = |[x, y]: [usize; 2], id: u8| {
            let reach = View::OUTLINE;
            let across = [x.saturating_sub(reach), (x + reach).min(width - 1)].map(|x| y * width + x);
            let down = [y.saturating_sub(reach), (y + reach).min(height - 1)].map(|y| y * width + x);
            across.into_iter().chain(down).any(|at| ids[at] != id)
        };
        let mut rgba = vec![[0; 4]; width * height];
        threads::for_each_rows(&mut rgba, [height, width], |rows, pixels| {
            for (y, pixels) in rows.zip(pixels.chunks_mut(width)) {
                let colours = &photo[y * width..][..width];
                for (x, pixel) in pixels.iter_mut().enumerate() {
                    let is_plain = (x as f32 + 0.5) < split;
                    let across = if view.mirrored { width - 1 - x } else { x };
                    let id = ids[y * width + across];
                    let tint = if is_plain { None } else { tints[usize::from(id)] };
                    *pixel = match tint {
                        Some(_) if view.outlined && is_at_border([across, y], id) => {
                            bytes(mix(colours[across], f32x4::from(palette[usize::from(id)])))
                        }
                        Some(tint) => bytes(mix(colours[across], tint)),
                        None if is_plain => bytes(colours[across]),
                        None => match (view.background, &behind, backdrop) {
                            (Background::None, ..) => [0; 4],
                            (Background::Grey, ..) => bytes(grey(colours[across])),
                            (Background::Colour([r, g, b]), ..) => [r, g, b, 255],
                            (_, Some(behind), _) => bytes(behind.at([across, y]).unwrap_or(colours[across])),
                            (_, _, Some(backdrop)) => bytes(backdrop[y * width + x]),
                            (_, None, None) => bytes(colours[across]),
                        },
                    };
                }
            }
        });
        rgba.into_flattened()
    }
}

/// `window` of a picture at a size, from `kept` if it is there.
fn resized<'a>(
    kept: &'a mut Option<Resized>,
    picture: &Rc<Picture>,
    window: Window,
    size: [usize; 2],
) -> &'a [f32x4] {
    let is_it = |kept: &Resized| Rc::ptr_eq(&kept.picture, picture) && kept.size == size;
    let made = kept.take().filter(is_it).unwrap_or_else(|| {
        let [width, height] = size;
        let mut pixels = vec![f32x4::ZERO; width * height];
        let resampling = Resampling::new(picture, window, [height, width]);
        threads::for_each_rows(&mut pixels, [height, width], |rows, pixels| {
            let first = rows.start;
            resampling.rows(rows, &mut |y, row| pixels[(y - first) * width..][..width].copy_from_slice(row));
        });
        Resized { picture: picture.clone(), size, pixels }
    });
    &kept.insert(made).pixels
}

/// The middle of a picture, in the shape of a canvas.
fn middle(picture: &Picture, canvas: [usize; 2]) -> Window {
    let [width, height] = [picture.width(), picture.height()].map(|side| side as f32);
    let [across, down] = canvas.map(|side| side as f32);
    let scale = (across / width).max(down / height);
    let extent = [across / scale, down / scale];
    Window {
        x: (width - extent[0]) / 2.0,
        y: (height - extent[1]) / 2.0,
        width: extent[0],
        height: extent[1],
    }
}

/// BT.709's luma.
fn grey(colour: f32x4) -> f32x4 {
    f32x4::splat((colour * f32x4::from([0.2126, 0.7152, 0.0722, 0.0])).reduce_add())
}

/// `colour` with as much of `tint` as its fourth lane says.
fn mix(colour: f32x4, tint: f32x4) -> f32x4 {
    let share = f32x4::splat(tint.to_array()[3]);
    colour + (tint - colour) * share
}

/// Of a colour in 0..=1, so that no lane has to be kept from overflowing.
fn bytes(colour: f32x4) -> [u8; 4] {
    let scaled = colour * f32x4::splat(255.0) + f32x4::splat(0.5);
    let [r, g, b, _] = scaled.fast_trunc_int().to_array();
    [r as u8, g as u8, b as u8, 255]
}
