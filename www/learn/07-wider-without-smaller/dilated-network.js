/** The dilated convolutions of a network, by the rate they were trained with. */

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} NodeDescription */

/** @typedef {{rate: number, names: string[]}} Group all convolutions of one rate */

/** @param {Description} description of the network as trained @returns {Group[]} smallest rate first */
export function dilatedGroups({ nodes }) {
  /** @type {Map<number, string[]>} */
  const byRate = new Map();
  for (const { name, op, options } of nodes) {
    if (op !== "conv2d" || options.dilation[0] < 2) continue;
    byRate.set(options.dilation[0], [...(byRate.get(options.dilation[0]) ?? []), name]);
  }
  return [...byRate].sort(([a], [b]) => a - b).map(([rate, names]) => ({ rate, names }));
}

/** What gives each group its rate; none for those that have it. @param {Group[]} groups @param {number[]} rates @returns {import("../shell/lab-types.d.ts").Edit[]} */
export const editsFor = (groups, rates) =>
  groups.flatMap(({ rate, names }, index) => (rates[index] === rate ? [] : names.map((node) => /** @type {const} */ ({ kind: "dilate", node, rate: rates[index] }))));

/** Of a group the convolution that sees furthest. @param {Description} description @param {Group} group */
export function widest({ nodes }, { names }) {
  const own = nodes.filter(({ name }) => names.includes(name));
  return own.reduce((best, node) => (sizeOf(node) > sizeOf(best) ? node : best));
}

/** Pixels across; infinite for the whole picture. @param {NodeDescription} node */
export const sizeOf = ({ field: [, { size }] }) => size ?? Infinity;

/** The layer that sees furthest of those that do not see everything. @param {Description} description */
export function furthest({ nodes }) {
  const bounded = nodes.filter((node) => sizeOf(node) < Infinity);
  return bounded.reduce((best, node) => (sizeOf(node) > sizeOf(best) ? node : best));
}
