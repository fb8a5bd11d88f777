/** A network's answer on a photo, and the same on a grid that is coarse enough to paint on. */
import { coarseSize } from "../shell/coarse.js";

/** Cells along the longer side. */
const LONG_SIDE = 48;

/**
 * @typedef {object} PhotoAnswer
 * @property {import("../shell/photo.js").Photo} photo
 * @property {Uint8Array} mask class of each pixel of the photo
 * @property {{width: number, height: number, cells: Uint8Array}} coarse
 * @property {[number, number, number][]} colours of the classes in masks that Segscope saves
 */

/**
 * Runs `people`.
 * @param {import("../shell/lab.js").Lab} lab
 * @param {import("../shell/photo.js").Photo} photo
 * @returns {Promise<PhotoAnswer>}
 */
export async function photoAnswer(lab, photo) {
  const model = await lab.model("people");
  const { mask } = await model.run(photo);
  const size = coarseSize(photo, LONG_SIDE);
  return { photo, mask, coarse: { ...size, cells: majority(mask, photo, size) }, colours: model.info.classes.map(({ colour }) => colour) };
}

/**
 * The class of most pixels of each cell, of two classes; class 1 where there are as many of either.
 * @param {Uint8Array} mask
 * @param {{width: number, height: number}} from
 * @param {{width: number, height: number}} to no larger
 */
function majority(mask, from, to) {
  const [ones, all] = [new Uint32Array(to.width * to.height), new Uint32Array(to.width * to.height)];
  mask.forEach((id, i) => {
    const x = Math.floor(((i % from.width) * to.width) / from.width);
    const y = Math.floor((Math.floor(i / from.width) * to.height) / from.height);
    ones[y * to.width + x] += id;
    all[y * to.width + x]++;
  });
  return Uint8Array.from(ones, (count, cell) => (2 * count >= all[cell] ? 1 : 0));
}
