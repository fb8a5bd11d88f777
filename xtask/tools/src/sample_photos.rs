//! The page's sample photos as a network's input.

use std::path::Path;

use anyhow::{Context, Result};
use image::imageops::{FilterType, resize};
use segscope::graph::Shape;
use segscope::session::network_size;
use segscope::weights::info::Input;

pub struct Photo {
    /// Row-major, normalised.
    pub data: Vec<f32>,
    /// `[1, 3, h, w]`.
    pub shape: Shape,
}

pub fn sample_photos(input: &Input) -> Result<Vec<Photo>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../www/samples");
    let photo = |name| {
        let path = folder.join(name);
        let photo =
            image::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?.to_rgb8();
        let (width, height) = photo.dimensions();
        let [height, width] = network_size(input, [width, height]);
        let photo = resize(&photo, width as u32, height as u32, FilterType::Triangle);
        let plane = |c: usize| {
            let value =
                move |pixel: &image::Rgb<u8>| (f32::from(pixel[c]) / 255.0 - input.mean[c]) / input.std[c];
            photo.pixels().map(value).collect::<Vec<_>>()
        };
        Ok(Photo { data: (0..3).flat_map(plane).collect(), shape: [1, 3, height, width] })
    };
    ["astronaut.jpg", "chelsea.jpg", "coffee.jpg"].into_iter().map(photo).collect()
}
