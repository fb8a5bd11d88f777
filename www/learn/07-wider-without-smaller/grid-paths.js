/** Which cells of a grid a stack of dilated 3x3 convolutions reads, and by how many paths. */

/** @typedef {{side: number, counts: Float32Array[]}} Paths `counts` after no layer, after the first, ...: `[side, side]` each */

/** Three 3x3 convolutions whose weights are all 1. @param {number[]} rates */
function graphOf(rates) {
  const pair = (/** @type {number} */ value) => [value, value];
  const nodes = rates.map((rate, index) => ({
    name: `layer${index + 1}`, op: "conv2d", inputs: [index === 0 ? "x" : `layer${index}`], weights: [`layer${index + 1}.weight`],
    out_channels: 1, kernel: pair(3), stride: pair(1), padding: pair(rate), dilation: pair(rate), groups: 1, bias: false,
  }));
  return { nodes: [{ name: "x", op: "input", channels: 1 }, ...nodes], output: `layer${rates.length}` };
}

/**
 * What an impulse in the middle becomes: a cell's value is the number of ways from it to the value in the middle, since a window of equal weights is
 * the same from either end.
 * @param {import("../shell/lab.js").Lab} lab
 * @param {number[]} rates
 * @returns {Promise<Paths>}
 */
export async function pathsOf(lab, rates) {
  const side = 1 + 2 * rates.reduce((sum, rate) => sum + rate, 0);
  const impulse = new Float32Array(side * side);
  impulse[(side * side - 1) / 2] = 1;
  const ones = { shape: [1, 1, 3, 3], data: new Array(9).fill(1) };
  const weights = Object.fromEntries(rates.map((_, index) => [`layer${index + 1}.weight`, ones]));
  const values = await lab.runGraph(graphOf(rates), weights, impulse, [1, 1, side, side]);
  return { side, counts: values.map(({ data }) => data) };
}

/**
 * The cells within what the layers span, and those of them that are read.
 * @param {Paths} paths
 * @param {number[]} rates
 * @param {number} layers
 */
export function coverage({ counts }, rates, layers) {
  const span = 1 + 2 * rates.slice(0, layers).reduce((sum, rate) => sum + rate, 0);
  // Counts are whole numbers but for the rounding of the reference's products.
  const read = counts[layers].reduce((sum, count) => sum + (count > 0.5 ? 1 : 0), 0);
  return { span, cells: span * span, read };
}

/** @param {number[]} rates */
export function commonFactor(rates) {
  /** @param {number} a @param {number} b @returns {number} */
  const divide = (a, b) => (b === 0 ? a : divide(b, a % b));
  return rates.reduce(divide);
}

/**
 * The largest distance of two cells that the second layer and those after it read: Wang et al. 2018, arXiv 1702.08502, equation 2. It should be
 * no more than the kernel.
 * @param {[number, number, number]} rates
 */
export function largestGap([, second, third]) {
  return Math.max(third - 2 * second, 2 * second - third, second);
}
