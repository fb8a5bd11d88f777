/** What each pixel is for one class, and what follows from how many there are of each. */
import { IGNORE } from "../paint/cells.js";

/** @typedef {import("../paint/cell-looks.js").Look} Look */
/** @typedef {import("../shell/lab-types.d.ts").Measured} Measured */

/** Kinds of pixels for a class, in the order of their looks. */
export const OUTCOMES = /** @type {const} */ (["tp", "fp", "fn", "tn"]);

/** @type {Pick<Look, "colour" | "mark">[]} */
const LOOKS = [
  { colour: [0, 158, 115], mark: "plain" },
  { colour: [213, 94, 0], mark: "stripes" },
  { colour: [204, 121, 167], mark: "dots" },
  { colour: [228, 228, 222], mark: "plain" },
];

/**
 * @param {import("../shell/text.js").Texts} texts
 * @param {boolean} [isOverPhoto] what is neither there nor predicted then shows the photo
 * @returns {Look[]}
 */
export function outcomeLooks(texts, isOverPhoto = false) {
  return OUTCOMES.map((outcome, i) => ({ name: texts.t(`outcomes.${outcome}`), ...LOOKS[i], opacity: isOverPhoto ? (outcome === "tn" ? 0 : 0.65) : 1 }));
}

/**
 * The index in OUTCOMES of each pixel; IGNORE where there is no label.
 * @param {Uint8Array} truth
 * @param {Uint8Array} predicted
 * @param {number} classId
 */
export function outcomesOf(truth, predicted, classId) {
  return truth.map((id, i) => (id === IGNORE ? IGNORE : id === classId ? (predicted[i] === classId ? 0 : 2) : predicted[i] === classId ? 1 : 3));
}

/** Pixels of each kind. @typedef {{tp: number, fp: number, fn: number, tn: number}} Counts */

/**
 * From the matrix.
 * @param {Measured} measured
 * @param {number} classId
 * @returns {Counts}
 */
export function countsFrom({ classes }, classId) {
  const all = classes.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0);
  const tp = classes[classId].counts[classId];
  const fn = classes[classId].counts.reduce((sum, count) => sum + count, 0) - tp;
  const fp = classes.reduce((sum, { counts }) => sum + counts[classId], 0) - tp;
  return { tp, fp, fn, tn: all - tp - fp - fn };
}
