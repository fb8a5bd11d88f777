/** Counts the pixels of masks, and counts and draws those on which masks differ, beside the page: a photo of twelve megapixels takes a while. */
import { serveCalls } from "../serve-calls.js";
import { OTHER } from "./shared-classes.js";

/** Which of the masks are compared, and for each what its class ids count as. @typedef {{members: number[], labels: Uint8Array[]}} Group */

/** RGB; differs from a grey photo in hue, and from a dark one in brightness. */
const COLOUR = [255, 214, 0];

serveCalls({
  /**
   * For each mask how many pixels have a class id.
   * @param {Uint8Array[]} masks
   */
  areas(masks) {
    return masks.map((mask) => {
      const counts = new Uint32Array(256);
      for (const id of mask) counts[id] += 1;
      return counts;
    });
  },
  /**
   * For each group on how many pixels its members are not all the same; and a drawing of where in the first one, which is
   * transparent elsewhere. For each group of two also their mean IoU. No side of it is longer than `mostSide`: a pixel of it is as opaque as the part of it that differs.
   * @param {Uint8Array[]} masks of one size
   * @param {{width: number, height: number}} size
   * @param {Group[]} groups
   * @param {number} mostSide
   */
  compare(masks, size, groups, mostSide) {
    const step = Math.max(1, Math.ceil(Math.max(size.width, size.height) / mostSide));
    const width = Math.ceil(size.width / step);
    const height = Math.ceil(size.height / step);
    const cells = new Uint16Array(width * height);
    const counts = groups.map((group, index) => {
      let count = 0;
      forEachDifference(masks, group, (at) => {
        count += 1;
        if (index > 0) return;
        const y = Math.floor(at / size.width);
        const cell = Math.floor(y / step) * width + Math.floor((at - y * size.width) / step);
        cells[cell] = (cells[cell] ?? 0) + 1;
      });
      return count;
    });
    const ious = groups.map((group) => (group.members.length === 2 ? meanIou(masks, group) : null));
    return { counts, ious, width, height, data: drawing(cells, step) };
  },
});

/**
 * @param {Uint8Array[]} masks
 * @param {Group} group
 * @param {(at: number) => void} react
 */
function forEachDifference(masks, { members, labels }, react) {
  const [first, ...others] = members.map((member, at) => ({
    mask: /** @type {Uint8Array} */ (masks[member]),
    table: /** @type {Uint8Array} */ (labels[at]),
  }));
  if (!first) return;
  for (let at = 0; at < first.mask.length; at++) {
    const label = first.table[/** @type {number} */ (first.mask[at])];
    if (others.some(({ mask, table }) => table[/** @type {number} */ (mask[at])] !== label)) react(at);
  }
}

/**
 * Of the classes that both models have, over those that at least one of the masks has; `null` if there is none.
 * @param {Uint8Array[]} masks
 * @param {Group} group of two
 */
function meanIou(masks, { members, labels }) {
  const [a, b] = members.map((member) => /** @type {Uint8Array} */ (masks[member]));
  const [ofA, ofB] = labels;
  if (!a || !b || !ofA || !ofB) return null;
  const both = new Uint32Array(256);
  const either = new Uint32Array(256);
  for (let at = 0; at < a.length; at++) {
    const [one, other] = [/** @type {number} */ (ofA[a[at] ?? 0]), /** @type {number} */ (ofB[b[at] ?? 0])];
    either[one] += 1;
    if (one === other) both[one] += 1;
    else either[other] += 1;
  }
  const ious = [...either].flatMap((count, label) => (count > 0 && label !== OTHER ? (both[label] ?? 0) / count : []));
  return ious.length > 0 ? ious.reduce((sum, iou) => sum + iou, 0) / ious.length : null;
}

/**
 * @param {Uint16Array} cells how many pixels differ in each square of `step` by `step`
 * @param {number} step
 */
function drawing(cells, step) {
  const data = new Uint8ClampedArray(4 * cells.length);
  cells.forEach((count, at) => {
    if (count === 0) return;
    data.set(COLOUR, 4 * at);
    data[4 * at + 3] = (255 * count) / (step * step);
  });
  return data;
}
