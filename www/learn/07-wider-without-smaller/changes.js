/** Where two masks differ. */

/** Unchanged, changed. @type {[number, number, number][]} */
const COLOURS = [
  [0, 32, 77],
  [255, 234, 70],
];

/**
 * @param {ArrayLike<number>} before
 * @param {ArrayLike<number>} after of the same length
 */
export function differences(before, after) {
  const differs = new Uint8Array(before.length);
  let count = 0;
  for (let index = 0; index < before.length; index++) {
    if (before[index] === after[index]) continue;
    differs[index] = 1;
    count++;
  }
  return { differs, share: count / before.length };
}

/**
 * @param {import("../shell/map-view.js").MapView} view
 * @param {Uint8Array} differs
 * @param {{width: number, height: number}} size
 */
export function showDifferences(view, differs, { width, height }) {
  view.showClasses(differs, { width, height, colours: COLOURS });
}

/** Colours as numbers, so that two painted pictures can be compared like masks. @param {ImageData} pixels */
export const packed = ({ data }) => new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
