import { averaged, coarseSize } from "../shell/coarse.js";
import { argmaxMap } from "../shell/softmax.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */

/** Cells along the longer side: coarse enough to paint, fine enough to see a person. */
const LONG_SIDE = 48;

/**
 * What a network said of a photo, on a coarse grid.
 * @typedef {object} PhotoCase
 * @property {number} width
 * @property {number} height
 * @property {Float32Array} scores `[2, h, w]`
 * @property {Uint8Array} predicted
 * @property {HTMLCanvasElement} canvas the photo
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
  await model.run(photo);
  const { shape, data } = await model.value(nodes[output].name);
  const size = coarseSize(photo, LONG_SIDE);
  const scores = averaged(data, { width: shape[3], height: shape[2] }, size);
  return { ...size, scores, predicted: argmaxMap(scores, shape[1]), canvas: photo.canvas };
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
