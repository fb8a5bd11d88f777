/** Pictures made of numbers: planes, probabilities, masks over a photo, a photo beside itself. */
import { h } from "../../dom.js";
import { scaleColour } from "../shell/map-view.js";
import { LONG_SIDE } from "../shell/photo.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {[number, number, number]} Rgb */

/** Weights of red, green and blue in brightness, of ITU-R BT.601. */
export const LUMA = [0.299, 0.587, 0.114];
/** How much of a class's colour lies over the photo. */
const OPACITY = 0.62;
/** Between two copies of a photo. */
const GAP_COLOUR = "#808080";

/** Bytes of a pixel in memory, which all machines that run browsers order from the low one. @param {Rgb} colour */
const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

const SCALE = Uint32Array.from({ length: 256 }, (_, i) => packed(scaleColour(i / 255)));
const GREYS = Uint32Array.from({ length: 256 }, (_, i) => packed([i, i, i]));

/**
 * @param {number} width
 * @param {number} height
 * @param {(index: number) => number} colour packed
 */
function pixelsOf(width, height, colour) {
  const packedPixels = new Uint32Array(width * height);
  for (let i = 0; i < packedPixels.length; i++) packedPixels[i] = colour(i);
  return new ImageData(new Uint8ClampedArray(packedPixels.buffer), width, height);
}

/**
 * Numbers from `low` to `high` as colours: as MapView.showValues, for maps of a photo's size.
 * @param {ArrayLike<number>} values
 * @param {{width: number, height: number, low: number, high: number}} how
 */
export function valuePixels(values, { width, height, low, high }) {
  const factor = high > low ? 255 / (high - low) : 0;
  return pixelsOf(width, height, (i) => SCALE[Math.min(Math.max(Math.round((values[i] - low) * factor), 0), 255)]);
}

/** A plane of bytes as it is. @param {Uint8Array} plane @param {number} width @param {number} height */
export const greyPixels = (plane, width, height) => pixelsOf(width, height, (i) => GREYS[plane[i]]);

/**
 * Classes in their colours over a photo; ids without a colour show the photo as it is.
 * @param {ImageData} photo
 * @param {ArrayLike<number>} ids
 * @param {Rgb[]} colours
 * @param {number} [opacity] of the colours, 0..1
 */
export function overlayPixels(photo, ids, colours, opacity = OPACITY) {
  const { width, height } = photo;
  const mixed = new ImageData(new Uint8ClampedArray(photo.data), width, height);
  // Without an array for each pixel: a slider redraws this as it moves.
  for (let i = 0; i < width * height; i++) {
    const colour = colours[ids[i]];
    if (!colour) continue;
    for (let c = 0; c < 3; c++) mixed.data[4 * i + c] += (colour[c] - mixed.data[4 * i + c]) * opacity;
  }
  return mixed;
}

/** The photo's pixels at another size. @param {Photo} photo @param {{width: number, height: number}} size */
export function resized(photo, { width, height }) {
  const context = contextOf(h("canvas", { width, height }));
  context.imageSmoothingQuality = "high";
  context.drawImage(photo.canvas, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** The red, green and blue plane. @param {Pick<Photo, "rgba">} photo */
export function planesOf({ rgba }) {
  return [0, 1, 2].map((channel) => Uint8Array.from({ length: rgba.length / 4 }, (_, i) => rgba[4 * i + channel]));
}

/** Brightness of each pixel, 0..=255. @param {Pick<Photo, "rgba">} photo */
export function greyPlane({ rgba }) {
  return Uint8Array.from({ length: rgba.length / 4 }, (_, i) => Math.round(LUMA.reduce((sum, weight, c) => sum + weight * rgba[4 * i + c], 0)));
}

/** The photo with its brightness in all three planes. @param {Photo} photo @returns {import("./answer.js").Pixels} */
export function greyPhoto(photo) {
  const { width, height } = photo;
  const rgba = new Uint8Array(greyPixels(greyPlane(photo), width, height).data.buffer);
  return { width, height, rgba };
}

/**
 * The photo beside itself. `gap` is a share of its width; below zero the right copy lies over the left one.
 * @param {Photo} photo
 * @param {number} gap
 * @returns {Photo}
 */
export function besideItself(photo, gap) {
  const step = photo.width * (1 + gap);
  const scale = Math.min(1, LONG_SIDE / Math.max(photo.width + step, photo.height));
  const [width, height] = [photo.width + step, photo.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = h("canvas", { width, height });
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.fillStyle = GAP_COLOUR;
  context.fillRect(0, 0, width, height);
  for (const left of [0, step]) context.drawImage(photo.canvas, left * scale, 0, photo.width * scale, height);
  return { name: "", width, height, rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), canvas };
}

/** @param {HTMLCanvasElement} canvas */
const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
