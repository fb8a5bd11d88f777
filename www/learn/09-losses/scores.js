/** Scores of classes before softmax, `[classes, h, w]`, and what follows from them. */
import { softmax } from "../shell/softmax.js";

/** A prediction is never so sure or so unsure: beyond, there is no finite score, or no best class. */
export const CONFIDENCE = { least: 0.55, most: 0.999, step: 0.001 };

/** @param {number} confidence */
export const limitedConfidence = (confidence) => Math.min(Math.max(confidence, CONFIDENCE.least), CONFIDENCE.most);

/**
 * Scores whose softmax gives each pixel's predicted class that probability, and the other classes equal shares of the rest: the logit of
 * the one, 0 for the others.
 * @param {Uint8Array} predicted
 * @param {number} classes
 * @param {number} confidence
 */
export function scoresOf(predicted, classes, confidence) {
  const logit = Math.log((confidence * (classes - 1)) / (1 - confidence));
  const scores = new Float32Array(classes * predicted.length);
  predicted.forEach((id, i) => (scores[id * predicted.length + i] = logit));
  return scores;
}

/**
 * Softmax at one pixel.
 * @param {Float32Array} scores
 * @param {number} classes
 * @param {number} pixel
 */
export function probabilitiesAt(scores, classes, pixel) {
  const pixels = scores.length / classes;
  return softmax(Array.from({ length: classes }, (_, id) => scores[id * pixels + pixel]));
}
