/** A network's scores and its photo, made small enough for a CRF that looks at every pair of pixels. */
import { h } from "../../dom.js";

/** @typedef {{width: number, height: number}} Size */

/** As a photo's shape has it, with this longer side. @param {Size} photo @param {number} side @returns {Size} */
export function coarseSize({ width, height }, side) {
  const scale = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Softmax of the mean scores of each cell.
 * @param {import("../shell/lab-types.d.ts").Tensor} scores `[1, classes, h, w]`
 * @param {Size} size
 * @returns {Float32Array} `[classes, height, width]`
 */
export function coarseProbabilities({ shape: [, classes, rows, columns], data }, { width, height }) {
  const cells = width * height;
  const sums = new Float64Array(classes * cells);
  const counts = new Uint32Array(cells);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const cell = Math.floor(((y + 0.5) * height) / rows) * width + Math.floor(((x + 0.5) * width) / columns);
      counts[cell]++;
      for (let id = 0; id < classes; id++) sums[id * cells + cell] += data[(id * rows + y) * columns + x];
    }
  }
  const means = sums.map((sum, index) => sum / counts[index % cells]);
  const probabilities = new Float32Array(classes * cells);
  for (let cell = 0; cell < cells; cell++) {
    let most = -Infinity;
    for (let id = 0; id < classes; id++) most = Math.max(most, means[id * cells + cell]);
    let total = 0;
    for (let id = 0; id < classes; id++) total += Math.exp(means[id * cells + cell] - most);
    for (let id = 0; id < classes; id++) probabilities[id * cells + cell] = Math.exp(means[id * cells + cell] - most) / total;
  }
  return probabilities;
}

/** The best class of each cell. @param {Float32Array} probabilities `[classes, cells]` @param {number} cells */
export function bestClasses(probabilities, cells) {
  const ids = new Uint8Array(cells);
  for (let index = 0; index < probabilities.length; index++) {
    const [id, cell] = [Math.floor(index / cells), index % cells];
    if (probabilities[index] > probabilities[ids[cell] * cells + cell]) ids[cell] = id;
  }
  return ids;
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
