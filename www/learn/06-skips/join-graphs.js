/** U-Net as it is and with additions in the place of its concatenations, as graphs, and what each join costs in either. */
import { findSkips } from "./find-skips.js";

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} Node */
/** @typedef {{nodes: any[], output: string}} Graph as model files have it */

/**
 * A graph whose concatenations of an enlarged map and a skip are additions. Where the two differ in channels, a 1×1 convolution brings the skip to
 * those of the enlarged map.
 * @param {Graph} graph
 * @param {Description} description of it
 * @returns {Graph}
 */
export function withAdditions(graph, description) {
  const skips = findSkips(description).filter(({ kind }) => kind === "concat");
  const nodes = graph.nodes.flatMap((node) => {
    const skip = skips.find(({ join }) => join.name === node.name);
    if (!skip) return [node];
    const { below, value } = skip;
    if (below.shape[1] === value.shape[1]) return [{ ...node, op: "add" }];
    const name = projectionOf(node.name);
    const convolution = { out_channels: below.shape[1], kernel: [1, 1], stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1, bias: false };
    return [
      { name, op: "conv2d", inputs: [value.name], weights: [`${name}.weight`], ...convolution },
      { ...node, op: "add", inputs: [below.name, name] },
    ];
  });
  return { nodes, output: graph.output };
}

/** @param {string} join */
const projectionOf = (join) => `${join}.projection`;

/**
 * A join and the convolution that reads it. Its parameters and multiply-adds with an addition include those of the 1×1 convolution.
 * @typedef {object} JoinCost
 * @property {string} name
 * @property {Node} below
 * @property {Node} value
 * @property {Node} reader
 * @property {{channels: number, parameters: number, macs: number}} concat
 * @property {{channels: number, parameters: number, macs: number}} add
 * @property {boolean} isProjected whether the addition needs a 1×1 convolution
 */

/**
 * @param {Description} concatenating
 * @param {Description} adding
 * @returns {JoinCost[]}
 */
export function joinCosts(concatenating, adding) {
  return findSkips(concatenating).map(({ join, below, value }) => {
    const reader = readerOf(join, concatenating);
    const named = (/** @type {string} */ name) => adding.nodes.find((node) => node.name === name);
    const [added, addedReader, projection] = [named(join.name), named(reader.name), named(projectionOf(join.name))];
    if (!added || !addedReader) throw new Error(`the graph with additions lacks ${join.name}`);
    const sum = (/** @type {"parameters" | "macs"} */ key) => addedReader[key] + (projection?.[key] ?? 0);
    return {
      name: join.name,
      below,
      value,
      reader,
      concat: { channels: join.shape[1], parameters: reader.parameters, macs: reader.macs },
      add: { channels: added.shape[1], parameters: sum("parameters"), macs: sum("macs") },
      isProjected: projection !== undefined,
    };
  });
}

/**
 * The convolution that reads a join.
 * @param {Node} join
 * @param {Description} description
 */
export function readerOf(join, { nodes }) {
  const index = nodes.findIndex(({ name }) => name === join.name);
  const reader = nodes.find(({ op, inputs }) => op === "conv2d" && inputs.includes(index));
  if (!reader) throw new Error(`no convolution reads ${join.name}`);
  return reader;
}
