/** The lesson's picture: a photo made so small that every patch of it can be looked at. */
import { h } from "../../dom.js";

/** As CamVid's photos were when the network learnt: 129×97. */
const LONG_SIDE = 129;

/**
 * Patches of a picture at the network's stride, row by row.
 * @typedef {object} Grid
 * @property {number} width of the picture
 * @property {number} height
 * @property {number} columns
 * @property {number} rows
 * @property {number} count
 * @property {number} patch
 * @property {number} stride
 */

/**
 * @param {{width: number, height: number}} picture
 * @param {{patch: number, stride: number}} network
 * @returns {Grid}
 */
export function gridOf({ width, height }, { patch, stride }) {
  const [columns, rows] = [width, height].map((side) => Math.floor((side - patch) / stride) + 1);
  return { width, height, columns, rows, count: columns * rows, patch, stride };
}

/** The first pixel of a patch. @param {Grid} grid @param {number} index */
export const cornerOf = ({ columns, stride }, index) => ({ x: (index % columns) * stride, y: Math.floor(index / columns) * stride });

/**
 * The patch whose middle is nearest to a pixel.
 * @param {Grid} grid
 * @param {{x: number, y: number}} pixel
 */
export function patchAt({ columns, rows, patch, stride }, { x, y }) {
  const near = (/** @type {number} */ at, /** @type {number} */ count) => Math.min(Math.max(Math.round((at - (patch >> 1)) / stride), 0), count - 1);
  return near(y, rows) * columns + near(x, columns);
}

/**
 * How often each pixel is read by the first `count` patches.
 * @param {Grid} grid
 * @param {number} count
 */
export function reads(grid, count) {
  const { width, height, patch } = grid;
  const times = new Uint16Array(width * height);
  for (let index = 0; index < count; index++) {
    const { x, y } = cornerOf(grid, index);
    for (let row = y; row < y + patch; row++) for (let at = row * width + x; at < row * width + x + patch; at++) times[at]++;
  }
  return times;
}

/**
 * A photo at most 129 pixels long, its sides such that patches at the stride reach all edges.
 * @param {import("../shell/photo.js").Photo} photo
 * @param {{patch: number, stride: number}} network
 */
export function pictureOf(photo, { patch, stride }) {
  const scale = LONG_SIDE / Math.max(photo.width, photo.height);
  const [width, height] = [photo.width, photo.height].map((side) => patch + stride * Math.max(0, Math.round((side * scale - patch) / stride)));
  const context = /** @type {CanvasRenderingContext2D} */ (h("canvas", { width, height }).getContext("2d", { willReadFrequently: true }));
  context.imageSmoothingQuality = "high";
  context.drawImage(photo.canvas, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** A patch of a picture. @param {ImageData} picture @param {Grid} grid @param {number} index */
export function cut(picture, grid, index) {
  const corner = cornerOf(grid, index);
  const patch = new ImageData(grid.patch, grid.patch);
  for (let row = 0; row < grid.patch; row++) {
    const start = 4 * ((corner.y + row) * grid.width + corner.x);
    patch.data.set(picture.data.subarray(start, start + 4 * grid.patch), 4 * row * grid.patch);
  }
  return patch;
}
