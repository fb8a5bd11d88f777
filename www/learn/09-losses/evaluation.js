import { LOSSES, lossOf } from "./loss-list.js";
import { scoresOf } from "./scores.js";

/** @typedef {import("./loss-list.js").Case} Case */
/** @typedef {import("./loss-list.js").LossKey} LossKey */
/** @typedef {import("./loss-list.js").Parameters} Parameters */
/** @typedef {import("../shell/lab-types.d.ts").EvaluatedLoss} EvaluatedLoss */
/** @typedef {import("../shell/lab-types.d.ts").Measured} Measured */

/** Everything that is known of a case. @typedef {{losses: Record<LossKey, EvaluatedLoss>, measured: Measured}} Evaluation */

/**
 * @param {import("../shell/lab.js").Lab} lab
 * @param {Case} of
 * @param {Parameters} parameters completed
 * @returns {Promise<Evaluation>}
 */
export async function evaluate(lab, { truth, scores, predicted, looks, width, height }, parameters) {
  const shape = /** @type {[number, number, number]} */ ([looks.length, height, width]);
  const evaluated = LOSSES.map(async (key) => /** @type {const} */ ([key, await lab.evaluateLoss(lossOf(key, parameters), scores, truth, shape)]));
  const [measured, ...losses] = await Promise.all([lab.measure(truth, predicted, looks.length), ...evaluated]);
  return { measured, losses: /** @type {Record<LossKey, EvaluatedLoss>} */ (Object.fromEntries(losses)) };
}

/**
 * The case with another prediction, all of it equally sure.
 * @template {Case} Of
 * @param {Of} of
 * @param {Uint8Array} predicted
 * @param {number} confidence
 * @returns {Of}
 */
export function withPrediction(of, predicted, confidence) {
  return { ...of, predicted, scores: scoresOf(predicted, of.looks.length, confidence) };
}

/** Each pixel's next class: nothing is right. @param {Case} of */
export const allWrong = ({ truth, looks }) => truth.map((id) => (id + 1) % looks.length);

/** Which pixels go wrong first. @typedef {"spread" | "rare"} Order */

/**
 * The truth with a share of its pixels wrong. More wrong ones keep those that were wrong before.
 * @param {Case} of
 * @param {number} share 0..1
 * @param {Order} order
 */
export function partlyWrong(of, share, order) {
  const { truth, looks } = of;
  const counts = looks.map((_, id) => truth.filter((other) => other === id).length);
  // Steps of the golden ratio come everywhere, and nowhere in a row.
  const places = Array.from(truth, (id, i) => ({ i, place: (i * 0.618033988749895) % 1, count: order === "rare" ? counts[id] : 0 }));
  places.sort((a, b) => a.count - b.count || a.place - b.place);
  const predicted = truth.slice();
  const wrong = allWrong(of);
  for (const { i } of places.slice(0, Math.round(share * truth.length))) predicted[i] = wrong[i];
  return predicted;
}

/** Measures from 0 (nothing right) to 1, then losses: what the lesson compares. */
export const MEASURES = /** @type {const} */ (["accuracy", "mean_iou", ...LOSSES]);

/** @typedef {(typeof MEASURES)[number]} MeasureKey */

/** @param {Evaluation} evaluation @param {MeasureKey} key */
export function valueOf({ measured, losses }, key) {
  if (key === "accuracy") return measured.pixelAccuracy;
  return key === "mean_iou" ? measured.meanIou : losses[key].value;
}

/**
 * How far a value has come from a perfect prediction's to that of one in which all is wrong: 0..1.
 * @param {MeasureKey} key
 * @param {{evaluation: Evaluation, perfect: Evaluation, wrong: Evaluation}} of
 */
export function wayOf(key, { evaluation, perfect, wrong }) {
  const [value, from, to] = [evaluation, perfect, wrong].map((one) => valueOf(one, key));
  return to === from ? 0 : (value - from) / (to - from);
}
