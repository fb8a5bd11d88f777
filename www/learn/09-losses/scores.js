/** Scores of classes before softmax, `[classes, h, w]`, and what follows from them. */

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
  const own = Array.from({ length: classes }, (_, id) => scores[id * pixels + pixel]);
  const most = Math.max(...own);
  const exponentials = own.map((score) => Math.exp(score - most));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/**
 * The class with the highest score; the first of equal ones.
 * @param {Float32Array} scores
 * @param {number} classes
 */
export function bestClasses(scores, classes) {
  const pixels = scores.length / classes;
  const best = new Uint8Array(pixels);
  for (let i = 0; i < pixels; i++) {
    for (let id = 1; id < classes; id++) if (scores[id * pixels + i] > scores[best[i] * pixels + i]) best[i] = id;
  }
  return best;
}

/**
 * Averages over cells of a coarser grid.
 * @param {Float32Array} values `[channels, from.height, from.width]`
 * @param {{width: number, height: number}} from
 * @param {{width: number, height: number}} to no larger
 */
export function averaged(values, from, to) {
  const channels = values.length / (from.width * from.height);
  const result = new Float32Array(channels * to.width * to.height);
  const edge = (/** @type {number} */ at, /** @type {number} */ of, /** @type {number} */ all) => Math.floor((at * all) / of);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) {
        const [top, bottom] = [edge(y, to.height, from.height), edge(y + 1, to.height, from.height)];
        const [left, right] = [edge(x, to.width, from.width), edge(x + 1, to.width, from.width)];
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += values[(channel * from.height + row) * from.width + column];
        }
        result[(channel * to.height + y) * to.width + x] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return result;
}
