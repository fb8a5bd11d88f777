//! A mask as a PNG of palette indices.

use crate::error::{Error, ErrorKind, Result};

/// 8-bit indices that are class ids, and a palette of sRGB triples.
///
/// Errors: `out-of-range` if `ids` are not `width * height` or the palette is not triples of at most 256 colours.
pub fn encode_png(ids: &[u8], width: u32, height: u32, palette: &[u8]) -> Result<Vec<u8>> {
    let pixels = width as usize * height as usize;
    if pixels == 0 || ids.len() != pixels || !palette.len().is_multiple_of(3) || palette.len() > 768 {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!(
                "{} class ids and {} palette bytes are no mask of {width}x{height}",
                ids.len(),
                palette.len()
            ),
        ));
    }
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(ids))
        .expect("writing to memory does not fail and the mask has the size it says");
    Ok(bytes)
}
