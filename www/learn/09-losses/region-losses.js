/** Dice and Tversky losses written out: what the lesson's formulas put their numbers into. The lab computes the values and gradients shown. */
import { probabilitiesAt } from "./scores.js";

/** @typedef {import("./loss-list.js").Case} Case */
/** @typedef {import("./loss-list.js").LossKey} LossKey */

/** @type {LossKey[]} */
export const REGION_LOSSES = ["dice", "squared_dice", "tversky"];

/**
 * Sums of one class over all pixels.
 * @typedef {object} Sums
 * @property {number} intersection of probability and truth
 * @property {number} predicted probabilities, or their squares
 * @property {number} there pixels of the class
 * @property {number} smooth
 */

/**
 * The mean over classes of one minus a ratio. A class that is not there counts as 0, as in segmentation_models.pytorch.
 * @param {LossKey} key one of REGION_LOSSES
 * @param {Case} of
 * @param {import("./loss-list.js").Parameters} parameters
 */
export function regionLoss(key, { truth, scores, looks }, { smooth, alpha, beta, tversky_smooth }) {
  const classes = looks.length;
  const isSquared = key === "squared_dice";
  const isTversky = key === "tversky";
  /** @type {Sums[]} */
  const sums = looks.map(() => ({ intersection: 0, predicted: 0, there: 0, smooth: isTversky ? tversky_smooth : smooth }));
  truth.forEach((id, pixel) => {
    probabilitiesAt(scores, classes, pixel).forEach((p, other) => (sums[other].predicted += isSquared ? p ** 2 : p));
    sums[id].intersection += probabilitiesAt(scores, classes, pixel)[id];
    sums[id].there++;
  });
  // Dice is Tversky with halves.
  const [falsePositives, falseNegatives] = isTversky ? [alpha, beta] : [0.5, 0.5];
  const parts = sums.map(({ intersection, predicted, there, smooth }) => ({
    above: intersection + smooth,
    below: isSquared ? (predicted + there) / 2 + smooth : intersection + falsePositives * (predicted - intersection) + falseNegatives * (there - intersection) + smooth,
  }));
  const ratios = parts.map(({ above, below }) => above / below);
  const terms = ratios.map((ratio, id) => (sums[id].there > 0 ? 1 - ratio : 0));

  /** The loss's derivatives by the probabilities of one pixel. @param {number} pixel */
  const slopesAt = (pixel) =>
    probabilitiesAt(scores, classes, pixel).map((p, id) => {
      if (sums[id].there === 0) return 0;
      const g = truth[pixel] === id ? 1 : 0;
      const { above, below } = parts[id];
      const belowSlope = isSquared ? p : g + falsePositives * (1 - g) - falseNegatives * g;
      return -(g * below - above * belowSlope) / below ** 2 / classes;
    });
  return { sums, ratios, terms, slopesAt, value: terms.reduce((total, term) => total + term, 0) / classes };
}
