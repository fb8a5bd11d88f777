/** A network's scores and its photo, made small enough for a CRF that looks at every pair of pixels. */
import { h } from "../../dom.js";
import { averaged } from "../shell/coarse.js";
import { softmaxMap } from "../shell/softmax.js";

/** @typedef {import("../shell/coarse.js").Size} Size */

/**
 * Softmax of the mean scores of each cell.
 * @param {import("../shell/lab-types.d.ts").Tensor} scores `[1, classes, h, w]`
 * @param {Size} size
 * @returns {Float32Array} `[classes, height, width]`
 */
export function coarseProbabilities({ shape: [, classes, height, width], data }, size) {
  return softmaxMap(averaged(data, { width, height }, size), classes);
}

/** @param {HTMLCanvasElement} photo @param {Size} size */
export function smallPhoto(photo, { width, height }) {
  const canvas = h("canvas", { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { canvas, rgb: Uint8Array.from({ length: 3 * width * height }, (_, index) => data[Math.floor(index / 3) * 4 + (index % 3)]) };
}
