/** What a network costs and sees, from its description. */
import { valuesOf } from "../../graph/fold.js";

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */

/**
 * `field` is the output's receptive field, height and width in pixels of the input, `null` where it is the whole picture; `joins` counts joins of
 * maps of different resolution; `smallest` is the smallest map.
 * @typedef {{parameters: number, macs: number, field: [number | null, number | null], joins: number, smallest: [number, number]}} Figures
 */

/** Operations in which maps meet, value by value or beside each other. */
const JOINING = ["add", "concat", "mul", "max_unpool2d"];

/**
 * @param {Description} description
 * @returns {Figures}
 */
export function figuresOf({ nodes, output, parameters, macs }) {
  const [vertical, horizontal] = nodes[output].field.map(({ size }) => size);
  const smallest = nodes.reduce((least, node) => (area(node) < area(least) ? node : least));
  return { parameters, macs, field: [vertical, horizontal], joins: joinsOf(nodes), smallest: [smallest.shape[2], smallest.shape[3]] };
}

/** @param {Pick<Description["nodes"][number], "shape">} node */
const area = ({ shape: [, , height, width] }) => height * width;

/**
 * Of each value, the smallest map on any way to it is known; a join of two values for which that differs brings a finer map to one that has been smaller:
 * it counts once, and a join of more values as often as they differ. Attention looks at a smaller map, as a pooling's window looks at a larger one: the way
 * is that of its queries.
 * @param {Description["nodes"]} nodes
 */
function joinsOf(nodes) {
  /** @type {number[]} */
  const least = [];
  let joins = 0;
  for (const node of nodes) {
    const before = (node.op === "attention" ? node.inputs.slice(0, 1) : valuesOf(node)).map((input) => least[input]);
    if (JOINING.includes(node.op)) joins += Math.max(new Set(before).size - 1, 0);
    least.push(Math.min(area(node), ...before));
  }
  return joins;
}
