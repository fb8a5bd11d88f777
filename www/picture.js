import { SegscopeError } from "./errors.js";
import { readHeader } from "./picture-header.js";

/** The networks halve a picture several times; below this nothing is left to find. */
const MIN_SIDE = 16;
/** Without an adapter's word: what WebGPU promises at least. */
const DEFAULT_MAX_SIDE = 8192;

/** @type {Record<string, string>} */
const UNREADABLE = {
  heic: "This is a HEIC photo, which this browser cannot read. Save it as JPEG or PNG, then open that.",
  tiff: "This is a TIFF file, which browsers cannot read. Save it as JPEG or PNG, then open that.",
  pdf: "This is a PDF. Save the page you want as JPEG or PNG, then open that.",
  psd: "This is a Photoshop file. Export it as JPEG or PNG, then open that.",
  svg: "This is an SVG drawing. Segscope needs a photo: a JPEG, PNG, WebP, AVIF, GIF or BMP file.",
  film: "This is a video. Save one frame as JPEG or PNG, then open that.",
  "jpeg-xl": "This is a JPEG XL picture, which this browser cannot read. Save it as JPEG or PNG, then open that.",
};

/**
 * Decodes a picture file: upright as its EXIF orientation says, the first frame if it moves, shrunk if a side exceeds
 * `maxSide` (its `width` and `height` remain those of the file).
 *
 * Errors: `image-empty`, `not-an-image`, `image-unsupported`, `image-truncated`, `image-broken`, `image-too-small`,
 * `image-too-large`.
 * @param {Blob} blob
 * @param {number} [maxSide]
 * @returns {Promise<import("./types.js").Picture>}
 */
export async function decodePicture(blob, maxSide = DEFAULT_MAX_SIDE) {
  if (blob.size === 0) throw new SegscopeError("image-empty", "This file is empty. Choose another, or download it again.");
  const bytes = await readBytes(blob);
  const { format, isComplete, isAnimated } = readHeader(bytes);
  if (format === "") {
    throw new SegscopeError("not-an-image", "This file is not a picture. Choose a JPEG, PNG, WebP, AVIF, GIF or BMP file.");
  }
  if (!isComplete) {
    throw new SegscopeError("image-truncated", "The end of this picture is missing. Download or copy it again, or choose another.");
  }
  let bitmap;
  try {
    bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
  } catch (error) {
    const unreadable = UNREADABLE[format];
    if (unreadable) throw new SegscopeError("image-unsupported", unreadable, { cause: error });
    throw new SegscopeError("image-broken", "This picture is damaged or too large for this browser. Choose another, or save it anew as JPEG.", {
      cause: error,
    });
  }
  return fitPicture(bitmap, { format, isAnimated, maxSide });
}

/**
 * A bitmap as a picture; takes the bitmap over.
 * @param {ImageBitmap} bitmap
 * @param {{format?: string, isAnimated?: boolean, maxSide?: number}} [options]
 * @returns {Promise<import("./types.js").Picture>}
 */
export async function fitPicture(bitmap, { format = "", isAnimated = false, maxSide = DEFAULT_MAX_SIDE } = {}) {
  const { width, height } = bitmap;
  if (Math.min(width, height) < MIN_SIDE) {
    bitmap.close();
    throw new SegscopeError(
      "image-too-small",
      `This picture is ${width} × ${height} pixels. Choose one of at least ${MIN_SIDE} × ${MIN_SIDE}.`,
    );
  }
  const scale = Math.min(1, maxSide / Math.max(width, height));
  if (scale === 1) return { bitmap, width, height, format, isAnimated };
  try {
    const shrunk = await createImageBitmap(bitmap, {
      resizeWidth: Math.max(1, Math.round(width * scale)),
      resizeHeight: Math.max(1, Math.round(height * scale)),
      resizeQuality: "medium",
    });
    return { bitmap: shrunk, width, height, format, isAnimated };
  } catch (error) {
    throw new SegscopeError(
      "image-too-large",
      `This picture of ${width} × ${height} pixels does not fit into this browser's memory. Save a smaller copy and open that.`,
      { cause: error },
    );
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} blob */
async function readBytes(blob) {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (error) {
    throw new SegscopeError("image-unreadable", "This file cannot be read. Check that it still exists, then choose it again.", {
      cause: error,
    });
  }
}
