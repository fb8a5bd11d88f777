/** What the lesson's state says is measured. */
import { decodeCells } from "../paint/cells.js";

/** @typedef {import("../paint/cell-looks.js").Look} Look */
/** @typedef {import("./metric-grids.js").Compared} Compared */
/** @typedef {import("./confusion-table.js").Field} Field */
/** @typedef {ReturnType<typeof import("../paint/cells.js").readPresets>} Presets */

/**
 * A drawn picture, changed by what was painted.
 * @param {{picture: string, truth: string, prediction: string}} state
 * @param {Presets} presets
 * @param {Look[]} looks
 * @returns {Compared}
 */
export function drawn({ picture, truth, prediction }, { width, height, cases }, looks) {
  const preset = cases.get(picture) ?? [...cases.values()][0];
  const decoded = (/** @type {string} */ text) => decodeCells(text, width * height, looks.length);
  return { width, height, truth: decoded(truth) ?? preset.truth, predicted: decoded(prediction) ?? preset.prediction, looks };
}

/** `1-0`: true class 1, predicted as 0. @param {string} text @param {number} classes @returns {Field | null} */
export function fieldFrom(text, classes) {
  const [, truth, predicted] = /^(\d)-(\d)$/.exec(text)?.map(Number) ?? [];
  return truth < classes && predicted < classes ? { truth, predicted } : null;
}

/** @param {Field | null} field */
export const fieldText = (field) => (field ? `${field.truth}-${field.predicted}` : "");
