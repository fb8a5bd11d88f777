//! The overlay: scores and picture to RGBA bytes for a canvas.

use std::rc::Rc;

use wide::f32x4;

use super::frame::Picture;
use super::resample::Resampling;
use super::scores::Scores;
use super::threads;
use crate::plan::Window;
use crate::view::View;

/// Draws results at the canvas's size; keeps the photo at that size, since views change far more often than photos.
#[derive(Default)]
pub struct Painter {
    photo: Option<(Rc<Picture>, [usize; 2], Vec<f32x4>)>,
}

impl Painter {
    /// RGBA, row-major, not premultiplied. `palette` is sRGB 0..1 and how much of it, per class.
    pub fn paint(
        &mut self,
        view: &View,
        palette: &[[f32; 4]],
        picture: &Rc<Picture>,
        scores: &Scores<'_>,
        [width, height]: [usize; 2],
    ) -> Vec<u8> {
        let photo = self.photo_at(picture, [width, height]);
        let tints: Vec<Option<f32x4>> = (0u8..=255)
            .zip(palette)
            .map(|(id, &[r, g, b, share])| {
                (view.shows(id) && share > 0.0).then(|| f32x4::from([r, g, b, view.opacity * share]))
            })
            .collect();
        let split = view.split.unwrap_or(-1.0) * width as f32;
        let mut rgba = vec![[0; 4]; width * height];
        threads::for_each_rows(&mut rgba, [height, width], |rows, pixels| {
            let first = rows.start;
            scores.classify([width, height], rows, |y, ids| {
                let colours = ids.iter().zip(&photo[y * width..]);
                for (x, (pixel, (id, colour))) in
                    pixels[(y - first) * width..].iter_mut().zip(colours).enumerate()
                {
                    let is_plain = (x as f32 + 0.5) < split;
                    let tint = if is_plain { None } else { tints[usize::from(*id)] };
                    *pixel = match tint {
                        Some(tint) => bytes(mix(*colour, tint)),
                        None if view.cut_out && !is_plain => [0; 4],
                        None => bytes(*colour),
                    };
                }
            });
        });
        rgba.into_flattened()
    }

    fn photo_at(&mut self, picture: &Rc<Picture>, size: [usize; 2]) -> &[f32x4] {
        let is_kept =
            self.photo.as_ref().is_some_and(|(kept, at, _)| Rc::ptr_eq(kept, picture) && *at == size);
        if !is_kept {
            let [width, height] = size;
            let whole = Window::whole([picture.width() as u32, picture.height() as u32]);
            let mut pixels = vec![f32x4::ZERO; width * height];
            let resampling = Resampling::new(picture, whole, [height, width]);
            threads::for_each_rows(&mut pixels, [height, width], |rows, pixels| {
                let first = rows.start;
                resampling.rows(rows, |y, row| pixels[(y - first) * width..][..width].copy_from_slice(row));
            });
            self.photo = Some((picture.clone(), size, pixels));
        }
        &self.photo.as_ref().expect("it was just made").2
    }
}

/// `colour` with as much of `tint` as its fourth lane says.
fn mix(colour: f32x4, tint: f32x4) -> f32x4 {
    let share = f32x4::splat(tint.to_array()[3]);
    colour + (tint - colour) * share
}

fn bytes(colour: f32x4) -> [u8; 4] {
    let [r, g, b, _] = (colour * f32x4::splat(255.0) + f32x4::splat(0.5)).to_array().map(|v| v as u8);
    [r, g, b, 255]
}
