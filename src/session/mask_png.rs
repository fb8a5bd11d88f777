//! A mask as a PNG of palette indices.

/// 8-bit indices that are class ids, and a palette of sRGB triples.
pub(super) fn encode_png(ids: &[u8], width: u32, height: u32, palette: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(palette);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(ids))
        .expect("writing to memory does not fail and the mask has the size it says");
    bytes
}
