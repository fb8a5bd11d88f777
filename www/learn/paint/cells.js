/** Grids of class ids: counted, written into an address, and read from drawings in text. */

/** Cells that count for nothing. */
export const IGNORE = 255;

/** By class: digits are taken by the counts. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/**
 * Runs of equal cells, row by row: `a12bc3` is twelve of class 0, one of class 1, three of class 2.
 * @param {ArrayLike<number>} cells
 */
export function encodeCells(cells) {
  let text = "";
  for (let from = 0; from < cells.length; ) {
    let to = from;
    while (to < cells.length && cells[to] === cells[from]) to++;
    text += `${LETTERS[cells[from]]}${to - from > 1 ? to - from : ""}`;
    from = to;
  }
  return text;
}

/**
 * None for what is no grid of that many cells: an address is typed by people.
 * @param {string} text
 * @param {number} count
 * @param {number} classes
 * @returns {Uint8Array | null}
 */
export function decodeCells(text, count, classes) {
  if (!/^([a-z]\d*)+$/.test(text)) return null;
  const cells = new Uint8Array(count);
  let at = 0;
  for (const [, letter, digits] of text.matchAll(/([a-z])(\d*)/g)) {
    const id = LETTERS.indexOf(letter);
    const length = digits === "" ? 1 : Number(digits);
    if (id >= classes || at + length > count) return null;
    cells.fill(id, at, at + length);
    at += length;
  }
  return at === count ? cells : null;
}

/**
 * Cells by class; those that count for nothing are in none.
 * @param {ArrayLike<number>} cells
 * @param {number} classes
 */
export function countsOf(cells, classes) {
  const counts = new Array(classes).fill(0);
  for (let i = 0; i < cells.length; i++) if (cells[i] < classes) counts[cells[i]]++;
  return counts;
}

/** @typedef {{truth: Uint8Array, prediction: Uint8Array}} Pair */

/**
 * A lesson's ready-made pairs of truth and prediction: rows of text, a point for class 0 and a digit for each other.
 * @param {{width: number, height: number, cases: Record<string, {truth: string[], prediction: string[]}>}} drawn
 * @returns {{width: number, height: number, cases: Map<string, Pair>}}
 */
export function readPresets({ width, height, cases }) {
  const read = (/** @type {string[]} */ rows) => Uint8Array.from(rows.join(""), (letter) => (letter === "." ? 0 : Number(letter)));
  const pairs = Object.entries(cases).map(([name, { truth, prediction }]) => /** @type {const} */ ([name, { truth: read(truth), prediction: read(prediction) }]));
  return { width, height, cases: new Map(pairs) };
}
