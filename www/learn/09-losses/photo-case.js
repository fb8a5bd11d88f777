import { bestClasses, averaged } from "./scores.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */

/** Cells along the longer side: coarse enough to paint, fine enough to see a person. */
const LONG_SIDE = 48;

/**
 * What a network said of a photo, on a coarse grid.
 * @typedef {object} PhotoCase
 * @property {string} name of the photo
 * @property {number} width
 * @property {number} height
 * @property {Float32Array} scores `[2, h, w]`
 * @property {Uint8Array} predicted
 * @property {HTMLCanvasElement} canvas the photo
 * @property {number} ms of the network
 */

/**
 * Runs `people` on a photo and averages its scores over cells.
 * @param {import("../shell/lab.js").Lab} lab
 * @param {Photo} photo
 * @returns {Promise<PhotoCase>}
 */
export async function photoCase(lab, photo) {
  const model = await lab.model("people");
  const { nodes, output } = await model.describe(await model.sizeFor(photo));
  await model.setTaps([nodes[output].name]);
  const { ms } = await model.run(photo);
  const { shape, data } = await model.value(nodes[output].name);
  const scale = LONG_SIDE / Math.max(photo.width, photo.height);
  const [width, height] = [photo.width, photo.height].map((side) => Math.round(side * scale));
  const scores = averaged(data, { width: shape[3], height: shape[2] }, { width, height });
  return { name: photo.name, width, height, scores, predicted: bestClasses(scores, shape[1]), canvas: photo.canvas, ms };
}

/**
 * Cells moved right and down; what comes in at the edges is background.
 * @param {Uint8Array} cells
 * @param {number} width
 * @param {number} by
 */
export function shifted(cells, width, by) {
  return cells.map((_, i) => {
    const [x, y] = [(i % width) - by, Math.floor(i / width) - by];
    return x < 0 || y < 0 ? 0 : cells[y * width + x];
  });
}
