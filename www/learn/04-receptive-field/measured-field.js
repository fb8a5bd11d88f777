/** What a measured (effective) receptive field says in numbers. */

/** Along one axis, in pixels, both ends included. @typedef {{from: number, to: number}} Span */

/**
 * A theoretical field, or the whole picture where there is none.
 * @typedef {{x: Span, y: Span, isWhole: boolean}} Box
 */

/**
 * Where the value at `cell` looks by theory.
 * @param {[import("../shell/lab-types.d.ts").Field, import("../shell/lab-types.d.ts").Field]} field vertical, horizontal
 * @param {{x: number, y: number}} cell
 * @param {[number, number]} size height, width of the input
 * @returns {Box}
 */
export function boxOf([vertical, horizontal], cell, [height, width]) {
  /** @param {import("../shell/lab-types.d.ts").Field} field @param {number} at @param {number} side */
  const span = ({ size, jump, first }, at, side) =>
    size === null || jump === null || first === null ? { from: 0, to: side - 1 } : { from: first + at * jump, to: first + at * jump + size - 1 };
  return { x: span(horizontal, cell.x, width), y: span(vertical, cell.y, height), isWhole: vertical.size === null || horizontal.size === null };
}

/**
 * Half as wide and high as what the picture has of a field, about the field's centre; about `centre`, that of the value, for the whole picture.
 * @param {Box} box
 * @param {{x: number, y: number}} centre
 * @param {[number, number]} size height, width of the input
 * @returns {Box}
 */
export function middleHalf(box, centre, [height, width]) {
  /** @param {Span} span @param {number} at @param {number} side */
  const half = ({ from, to }, at, side) => {
    const quarter = (Math.min(to, side - 1) - Math.max(from, 0) + 1) / 4;
    const middle = box.isWhole ? at : (from + to) / 2;
    return { from: middle - quarter + 0.5, to: middle + quarter - 0.5 };
  };
  return { x: half(box.x, centre.x, width), y: half(box.y, centre.y, height), isWhole: false };
}

/**
 * @typedef {object} Measures
 * @property {number} total of all weights
 * @property {number} inside share within the theoretical box
 * @property {number} middle share within its middle half
 * @property {number} evenMiddle what that were if every pixel of the box that lies in the picture weighed the same
 * @property {number} radius around the field's centre that holds half the weight, in pixels
 * @property {Float64Array} profile share of each column of pixels
 */

/**
 * @param {Float32Array} weights `[height, width]`, none negative
 * @param {[number, number]} size height, width
 * @param {Box} box
 * @param {{x: number, y: number}} centre of the value, in pixels
 * @returns {Measures}
 */
export function measureField(weights, [height, width], box, centre) {
  const middleBox = middleHalf(box, centre, [height, width]);
  const at = box.isWhole ? centre : { x: (box.x.from + box.x.to) / 2, y: (box.y.from + box.y.to) / 2 };
  const profile = new Float64Array(width);
  const byDistance = Array.from({ length: weights.length }, (_, index) => index);
  const distances = new Float64Array(weights.length);
  let [total, inside, middle, boxPixels, middlePixels] = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const index = y * width + x;
      const weight = weights[index];
      total += weight;
      profile[x] += weight;
      distances[index] = Math.hypot(x - at.x, y - at.y);
      // A resize's field ends between pixels; it reads those that it touches.
      if (isWithin(box, x, y, 1)) [inside, boxPixels] = [inside + weight, boxPixels + 1];
      if (isWithin(middleBox, x, y, 0.5)) [middle, middlePixels] = [middle + weight, middlePixels + 1];
    }
  }
  byDistance.sort((a, b) => distances[a] - distances[b]);
  let [held, radius] = [0, 0];
  for (const index of byDistance) {
    held += weights[index];
    radius = distances[index];
    if (held >= total / 2) break;
  }
  const share = (/** @type {number} */ weight) => (total > 0 ? weight / total : 0);
  return { total, inside: share(inside), middle: share(middle), evenMiddle: middlePixels / boxPixels, radius, profile: profile.map(share) };
}

/** @param {Box} box @param {number} x @param {number} y @param {number} reach of a pixel: ends up to this far from its centre touch it */
const isWithin = ({ x: { from, to }, y: { from: top, to: bottom } }, x, y, reach) => x > from - reach && x < to + reach && y > top - reach && y < bottom + reach;
