//! Video frames as cameras and decoders have them, luma for each pixel and chroma for each four, to pictures. A browser
//! that keeps frames in GPU memory hands these over sooner than RGBA.

use super::{Picture, threads};
use crate::error::{Error, ErrorKind, Result};

/// Bytes of a frame: luma, row by row, then chroma at half the width and height, rounded up.
pub struct Yuv<'a> {
    pub bytes: &'a [u8],
    /// `[width, height]`
    pub size: [u32; 2],
    pub chroma: Chroma,
    pub encoding: Encoding,
}

/// How the two planes of chroma lie.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chroma {
    /// I420: one plane after the other.
    Planar,
    /// NV12: a byte of one, a byte of the other.
    Interleaved,
}

/// What the numbers mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Encoding {
    /// ITU-R BT.709, else BT.601.
    pub bt709: bool,
    /// Luma in 0..=255, else in 16..=235 and chroma in 16..=240.
    pub full_range: bool,
}

/// Fixed point: a colour's step is this many.
const ONE: f32 = 65536.0;

/// What a chroma sample adds to red, green and blue, and what luma is multiplied with.
struct Factors {
    black: i32,
    luma: i32,
    red: i32,
    green: [i32; 2],
    blue: i32,
}

impl Encoding {
    /// BT.601 section 2.5 and BT.709 section 3: from the weights of red and blue in luma.
    fn factors(self) -> Factors {
        let [red, blue] = if self.bt709 { [0.2126, 0.0722] } else { [0.299, 0.114] };
        let green = 1.0 - red - blue;
        let (luma, chroma) = if self.full_range { (1.0, 1.0) } else { (255.0 / 219.0, 255.0 / 224.0) };
        let fixed = |value: f32| (value * ONE).round() as i32;
        Factors {
            black: if self.full_range { 0 } else { 16 },
            luma: fixed(luma),
            red: fixed(2.0 * (1.0 - red) * chroma),
            green: [
                fixed(-2.0 * blue * (1.0 - blue) / green * chroma),
                fixed(-2.0 * red * (1.0 - red) / green * chroma),
            ],
            blue: fixed(2.0 * (1.0 - blue) * chroma),
        }
    }
}

impl Yuv<'_> {
    /// The frame in RGBA, opaque.
    ///
    /// Errors: `out-of-range` if there are not as many bytes as the size asks for.
    pub fn picture(&self) -> Result<Picture> {
        let [width, height] = self.size.map(|side| side as usize);
        let [chroma_width, chroma_height] = [width.div_ceil(2), height.div_ceil(2)];
        let plane = chroma_width * chroma_height;
        if width == 0 || height == 0 || self.bytes.len() != width * height + 2 * plane {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("{} bytes are not a video frame of {width}x{height} pixels", self.bytes.len()),
            ));
        }
        let (luma, chroma) = self.bytes.split_at(width * height);
        // Of the row's first sample: offset of u, of v, and from one sample to the next.
        let samples = |row: usize| match self.chroma {
            Chroma::Planar => (row * chroma_width, plane + row * chroma_width, 1),
            Chroma::Interleaved => (2 * row * chroma_width, 2 * row * chroma_width + 1, 2),
        };
        let factors = self.encoding.factors();
        let mut rgba = vec![[0; 4]; width * height];
        threads::for_each_rows(&mut rgba, [height, width], |rows, pixels| {
            for (y, pixels) in rows.zip(pixels.chunks_mut(width)) {
                let (u, v, step) = samples(y / 2);
                let luma = luma[y * width..][..width].chunks(2);
                for (x, (pair, luma)) in pixels.chunks_mut(2).zip(luma).enumerate() {
                    let tint = factors.tint(chroma[u + x * step], chroma[v + x * step]);
                    for (pixel, luma) in pair.iter_mut().zip(luma) {
                        *pixel = factors.colour(*luma, tint);
                    }
                }
            }
        });
        Ok(Picture::new(self.size[0], rgba.into_flattened()))
    }
}

impl Factors {
    /// What a pair of chroma bytes adds to red, green and blue, with half a step to round.
    fn tint(&self, u: u8, v: u8) -> [i32; 3] {
        let [u, v] = [u, v].map(|byte| i32::from(byte) - 128);
        let half = ONE as i32 / 2;
        [self.red * v + half, self.green[0] * u + self.green[1] * v + half, self.blue * u + half]
    }

    fn colour(&self, luma: u8, tint: [i32; 3]) -> [u8; 4] {
        let luma = (i32::from(luma) - self.black) * self.luma;
        let [r, g, b] = tint.map(|tint| ((luma + tint) >> 16).clamp(0, 255) as u8);
        [r, g, b, 255]
    }
}
