import { countsOf } from "../paint/cells.js";

/** @typedef {import("../shell/lab-types.d.ts").Loss} Loss */
/** @typedef {import("../shell/lab-types.d.ts").EvaluatedLoss} EvaluatedLoss */
/** @typedef {import("../paint/cell-looks.js").Look} Look */

/** The losses of this lesson, in the order in which they are shown. */
export const LOSSES = /** @type {const} */ (["cross_entropy", "class_weighted", "border_weighted", "focal", "dice", "squared_dice", "tversky"]);

/** @typedef {(typeof LOSSES)[number]} LossKey */

/**
 * What losses are evaluated on.
 * @typedef {object} Case
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} truth
 * @property {Uint8Array} predicted the best class of the scores
 * @property {Float32Array} scores `[classes, h, w]`
 * @property {Look[]} looks of the classes
 */

/**
 * The losses' hyper-parameters: the part of the lesson's state that they need. An empty list is the usual choice: balanced class weights, no
 * alpha.
 * @typedef {object} Parameters
 * @property {number[]} class_weights
 * @property {number} w0
 * @property {number} sigma
 * @property {number} gamma
 * @property {number[]} focal_alpha
 * @property {number} smooth of both kinds of Dice
 * @property {number} alpha
 * @property {number} beta
 * @property {number} tversky_smooth
 */

/** @type {Parameters} */
export const DEFAULT_PARAMETERS = { class_weights: [], w0: 10, sigma: 2, gamma: 2, focal_alpha: [], smooth: 0, alpha: 0.3, beta: 0.7, tversky_smooth: 0 };

/** @typedef {keyof Parameters} ParameterKey */

/** Each loss's sliders; a list has one for each class. @type {Record<LossKey, {key: ParameterKey, min: number, max: number, step: number}[]>} */
export const SLIDERS = {
  cross_entropy: [],
  class_weighted: [{ key: "class_weights", min: 0.1, max: 12, step: 0.1 }],
  border_weighted: [
    { key: "w0", min: 0, max: 20, step: 0.5 },
    { key: "sigma", min: 0.5, max: 6, step: 0.1 },
  ],
  focal: [
    { key: "gamma", min: 0, max: 5, step: 0.1 },
    { key: "focal_alpha", min: 0, max: 1, step: 0.05 },
  ],
  dice: [{ key: "smooth", min: 0, max: 20, step: 0.5 }],
  squared_dice: [{ key: "smooth", min: 0, max: 20, step: 0.5 }],
  tversky: [
    { key: "alpha", min: 0, max: 1, step: 0.05 },
    { key: "beta", min: 0, max: 1, step: 0.05 },
    { key: "tversky_smooth", min: 0, max: 20, step: 0.5 },
  ],
};

/**
 * Weights that give every class the same sum: all pixels by those of the class and the number of classes that are there.
 * @param {Uint8Array} truth
 * @param {number} classes
 */
export function balancedWeights(truth, classes) {
  const counts = countsOf(truth, classes);
  const there = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count > 0 ? truth.length / (there * count) : 1));
}

/**
 * With one value for each class.
 * @param {Parameters} parameters
 * @param {Uint8Array} truth
 * @param {number} classes
 * @returns {Parameters}
 */
export function completed(parameters, truth, classes) {
  const { class_weights, w0, sigma, gamma, focal_alpha, smooth, alpha, beta, tversky_smooth } = parameters;
  return {
    ...{ w0, sigma, gamma, smooth, alpha, beta, tversky_smooth },
    class_weights: class_weights.length === classes ? class_weights : balancedWeights(truth, classes),
    focal_alpha: focal_alpha.length === classes ? focal_alpha : new Array(classes).fill(1),
  };
}

/**
 * @param {LossKey} key
 * @param {Parameters} parameters completed
 * @returns {Loss}
 */
export function lossOf(key, { class_weights, w0, sigma, gamma, focal_alpha, smooth, alpha, beta, tversky_smooth }) {
  switch (key) {
    case "cross_entropy":
      return { kind: "cross_entropy" };
    case "class_weighted":
      return { kind: "cross_entropy", class_weights };
    case "border_weighted":
      return { kind: "border_weighted", w0, sigma };
    case "focal":
      return { kind: "focal", gamma, alpha: focal_alpha };
    case "dice":
      return { kind: "dice", squared: false, smooth };
    case "squared_dice":
      return { kind: "dice", squared: true, smooth };
    case "tversky":
      return { kind: "tversky", alpha, beta, smooth: tversky_smooth };
  }
}

/**
 * The part of a gradient that belongs to each pixel's true class, or to one class.
 * @param {EvaluatedLoss} evaluated
 * @param {Uint8Array} truth
 * @param {number} [classId]
 */
export function gradientOf({ gradient }, truth, classId) {
  return Float32Array.from(truth, (id, i) => gradient[(classId ?? id) * truth.length + i]);
}
