/** From scores to a class: what each pixel goes through. Scores of a map are `[classes, h, w]`, row by row. */

/**
 * In float64, with the largest score taken off all of them, which changes nothing but keeps the exponentials finite.
 * @param {ArrayLike<number>} scores of one pixel
 * @returns {number[]} sums to 1
 */
export function softmax(scores) {
  const largest = Math.max(...Array.from(scores));
  const exponentials = Array.from(scores, (score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/**
 * The first of the largest. Class `without` does not take part.
 * @param {ArrayLike<number>} values
 * @param {number} [without]
 */
export function argmax(values, without) {
  let best = without === 0 ? 1 : 0;
  for (let i = best + 1; i < values.length; i++) if (i !== without && values[i] > values[best]) best = i;
  return best;
}

/**
 * The same at every pixel of a map.
 * @param {Float32Array} scores
 * @param {number} classes
 * @param {number} [without]
 */
export function argmaxMap(scores, classes, without) {
  const pixels = scores.length / classes;
  const first = without === 0 ? 1 : 0;
  const ids = new Uint8Array(pixels).fill(first);
  const best = scores.slice(first * pixels, (first + 1) * pixels);
  for (let id = first + 1; id < classes; id++) {
    if (id === without) continue;
    for (let i = 0, at = id * pixels; i < pixels; i++, at++) {
      if (scores[at] > best[i]) {
        best[i] = scores[at];
        ids[i] = id;
      }
    }
  }
  return ids;
}

/**
 * Softmax over the classes at every pixel: `[classes, h, w]`.
 * @param {Float32Array} scores
 * @param {number} classes
 */
export function softmaxMap(scores, classes) {
  const pixels = scores.length / classes;
  const probabilities = new Float32Array(scores.length);
  const exponentials = new Float64Array(classes);
  for (let i = 0; i < pixels; i++) {
    let largest = -Infinity;
    for (let id = 0; id < classes; id++) largest = Math.max(largest, scores[id * pixels + i]);
    let sum = 0;
    for (let id = 0; id < classes; id++) sum += exponentials[id] = Math.exp(scores[id * pixels + i] - largest);
    for (let id = 0; id < classes; id++) probabilities[id * pixels + i] = exponentials[id] / sum;
  }
  return probabilities;
}
