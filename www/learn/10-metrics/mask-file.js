import { SegscopeError } from "../../errors.js";
import { IGNORE } from "../paint/cells.js";

/** Files are cut to the photo's size, not stretched. */
const LARGEST_STRETCH = 0.02;

/**
 * A mask of two classes for a photo, from a PNG file: ids as grey values (0, 1, and 255 where there is no label), black and white, or the
 * colours of the masks that Segscope saves. A file of another size with the same sides' ratio is sampled at the photo's pixels.
 *
 * Errors: `mask-unreadable`, `mask-size`, `mask-values`, in the reader's language.
 * @param {Blob} file
 * @param {{width: number, height: number}} photo
 * @param {[number, number, number][]} colours of the two classes
 * @param {import("../shell/text.js").Texts} texts
 * @returns {Promise<Uint8Array>}
 */
export async function readMaskFile(file, photo, colours, texts) {
  const { width, height, data } = await pixelsOf(file, texts);
  if (Math.abs((width * photo.height) / (height * photo.width) - 1) > LARGEST_STRETCH) {
    throw new SegscopeError("mask-size", texts.t("mask.size", { width, height, photoWidth: photo.width, photoHeight: photo.height }));
  }
  const classOf = reading(data, colours);
  if (!classOf) throw new SegscopeError("mask-values", texts.t("mask.values"));
  return Uint8Array.from({ length: photo.width * photo.height }, (_, i) => {
    const x = Math.floor((((i % photo.width) + 0.5) * width) / photo.width);
    const y = Math.floor(((Math.floor(i / photo.width) + 0.5) * height) / photo.height);
    return classOf(4 * (y * width + x));
  });
}

/** @param {Blob} file @param {import("../shell/text.js").Texts} texts */
async function pixelsOf(file, texts) {
  try {
    // Numbers, not colours: nothing may be converted.
    const bitmap = await createImageBitmap(file, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return context.getImageData(0, 0, canvas.width, canvas.height);
  } catch (error) {
    throw new SegscopeError("mask-unreadable", texts.t("mask.unreadable"), { cause: error });
  }
}

/**
 * How the file's values are meant; none if they are no mask's.
 * @param {Uint8ClampedArray} data RGBA
 * @param {[number, number, number][]} colours
 * @returns {((at: number) => number) | null}
 */
function reading(data, colours) {
  /** @type {Set<number>} */
  const found = new Set();
  for (let at = 0; at < data.length; at += 4) found.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
  const grey = (/** @type {number} */ value) => value * 0x010101;
  const isWithin = (/** @type {number[]} */ allowed) => [...found].every((value) => allowed.includes(value));
  // All black is nobody, whichever way it is read.
  if (isWithin([0, 255].map(grey))) return (at) => (data[at] > 0 ? 1 : 0);
  if (isWithin([0, 1, IGNORE].map(grey))) return (at) => data[at];
  const packed = colours.map(([r, g, b]) => (r << 16) | (g << 8) | b);
  return isWithin(packed) ? (at) => packed.indexOf((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]) : null;
}
