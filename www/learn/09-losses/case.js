/** What the lesson's state says the losses are evaluated on. */
import { decodeCells } from "../paint/cells.js";
import { shifted } from "./photo-case.js";
import { limitedConfidence, scoresOf } from "./scores.js";

/** @typedef {import("../paint/cell-looks.js").Look} Look */
/** @typedef {import("./photo-case.js").PhotoCase} PhotoCase */
/** @typedef {ReturnType<typeof import("../paint/cells.js").readPresets>} Presets */

/** Of the state, what makes a case. @typedef {{preset: string, truth: string, prediction: string, confidence: number, shift: number}} CaseState */

/** A case with the photo below it. @typedef {import("./loss-list.js").Case & {photo: HTMLCanvasElement | null}} ShownCase */

/** The preset that is a photo and what the network says of it. */
export const PHOTO = "photo";

/**
 * A drawn case, changed by what was painted.
 * @param {CaseState} state
 * @param {Presets} presets
 * @param {Look[]} looks
 * @returns {ShownCase}
 */
export function drawnCase({ preset, truth, prediction, confidence }, presets, looks) {
  const { width, height, cases } = presets;
  const drawn = cases.get(preset) ?? [...cases.values()][0];
  const [ours, theirs] = [
    [truth, drawn.truth],
    [prediction, drawn.prediction],
  ].map(([painted, otherwise]) => decodeCells(/** @type {string} */ (painted), width * height, looks.length) ?? /** @type {Uint8Array} */ (otherwise));
  return { width, height, truth: ours, predicted: theirs, scores: scoresOf(theirs, looks.length, limitedConfidence(confidence)), looks, photo: null };
}

/**
 * A network's scores on a photo. Nobody has labelled the photo: the truth is painted, or the network's own answer, moved.
 * @param {CaseState} state
 * @param {PhotoCase} photo
 * @param {Look[]} looks
 * @returns {ShownCase}
 */
export function livingCase({ truth, shift }, { width, height, scores, predicted, canvas }, looks) {
  const painted = decodeCells(truth, width * height, looks.length);
  return { width, height, truth: painted ?? shifted(predicted, width, shift), predicted, scores, looks, photo: canvas };
}
