// How far scores are from PyTorch's: what passes is stated where it is asserted.

/** A case as tests/golden/write_cases.rs lists it.
 * @typedef {{name: string, kind: "operation" | "product" | "network", precision: "f32" | "int8", height: number, width: number, shape: number[]}} Case */

/** @typedef {{worst: number, sameArgmax: number, finite: boolean}} Outcome */

/**
 * `worst` is the largest difference beyond the tolerance of the case's kind, `sameArgmax` the fraction of pixels with PyTorch's
 * class. A length that differs counts as not finite.
 * @param {Float32Array} ours
 * @param {Float32Array} theirs
 * @param {Pick<Case, "kind" | "shape">} entry
 * @returns {Outcome}
 */
export function compare(ours, theirs, { kind, shape }) {
  // What sums of large activations are exact to is a share of the largest score.
  const [atol, rtol] = kind === "network" ? [2e-4 * theirs.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0), 1e-2] : [1e-5, 1e-4];
  let worst = -Infinity;
  let finite = ours.length === theirs.length;
  for (let i = 0; i < theirs.length; i++) {
    finite &&= Number.isFinite(ours[i]);
    worst = Math.max(worst, Math.abs(ours[i] - theirs[i]) - atol - rtol * Math.abs(theirs[i]));
  }
  const [channels, h, w] = shape;
  const best = (/** @type {Float32Array} */ scores, /** @type {number} */ pixel) => {
    let id = 0;
    for (let c = 1; c < channels; c++) if (scores[c * h * w + pixel] > scores[id * h * w + pixel]) id = c;
    return id;
  };
  let same = 0;
  for (let pixel = 0; pixel < h * w; pixel++) same += Number(best(ours, pixel) === best(theirs, pixel));
  return { worst, finite, sameArgmax: same / (h * w) };
}
