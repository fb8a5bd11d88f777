//! From the size of a picture to the size a network sees.

use crate::error::{Error, ErrorKind, Result};
use crate::weights::info::Input;

/// The network's input `[height, width]` for a source of `[width, height]`: the long side as the model says.
pub fn network_size(input: &Input, source: [u32; 2]) -> [usize; 2] {
    detailed_size(input, source, 1)
}

/// The same with `detail` times as many pixels along a side. Sides are rounded to the model's multiple, 64 at least, so that
/// the deepest feature map still has pixels.
pub(super) fn detailed_size(input: &Input, source: [u32; 2], detail: usize) -> [usize; 2] {
    size_with_long_side(input, source, input.long_side * detail)
}

/// The same with another long side.
pub(super) fn size_with_long_side(input: &Input, [width, height]: [u32; 2], long_side: usize) -> [usize; 2] {
    let scale = long_side as f64 / f64::from(width.max(height));
    let side = |side: u32| {
        let multiples = (f64::from(side) * scale / input.multiple as f64).round() as usize;
        (multiples * input.multiple).max(64usize.next_multiple_of(input.multiple))
    };
    [side(height), side(width)]
}

/// 2^28 pixels: more than any camera makes, and small enough for 32-bit indices.
pub(super) fn check_source([width, height]: [u32; 2]) -> Result<()> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels == 0 || pixels > 1 << 28 {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!(
                "a picture of {width}x{height} cannot be segmented; 1 to 268 million pixels are possible"
            ),
        ));
    }
    Ok(())
}

/// Errors: `out-of-range` if `rgba` is not `width * height` pixels of four bytes.
pub(super) fn check_pixels([width, height]: [u32; 2], rgba: &[u8]) -> Result<()> {
    if rgba.is_empty() || rgba.len() as u64 != u64::from(width) * u64::from(height) * 4 {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!("{} bytes are not a picture of {width}x{height} pixels of four bytes", rgba.len()),
        ));
    }
    Ok(())
}
