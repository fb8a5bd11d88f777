/** Finds the attention of a network in its description. */

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} Node */

/** @typedef {{attention: Node, queries: Node, keys: Node, reducer: Node | null}} Block `reducer` is the convolution that makes the keys' map smaller. */

/**
 * Attention nodes whose queries' maps have the same size.
 * @typedef {object} Stage
 * @property {number} number from 1
 * @property {number} channels
 * @property {number} heads
 * @property {number} headSize channels of a head
 * @property {{width: number, height: number, count: number}} queries
 * @property {{width: number, height: number, count: number}} keys
 * @property {number} reduction how many times the keys' map is shorter than the queries'
 * @property {number} stride pixels of the network's input from one query to the next
 * @property {Block[]} blocks
 */

/** @param {Description} description @returns {Stage[]} */
export function findStages({ nodes, size }) {
  const blocks = nodes.filter(({ op }) => op === "attention").map((attention) => {
    const [queries, keys] = attention.inputs.map((index) => nodes[index]);
    return { attention, queries, keys, reducer: reducerOf(keys, queries, nodes) };
  });
  const bySize = Map.groupBy(blocks, ({ queries }) => queries.shape.slice(2).join("×"));
  return [...bySize.values()].map((blocks, i) => {
    const [{ attention, queries, keys }] = blocks;
    const { heads } = attention.options;
    const channels = queries.shape[1];
    return {
      number: i + 1,
      channels,
      heads,
      headSize: channels / heads,
      queries: mapOf(queries),
      keys: mapOf(keys),
      reduction: queries.shape[3] / keys.shape[3],
      stride: size[1] / queries.shape[3],
      blocks,
    };
  });
}

/** @param {Node} node */
const mapOf = ({ shape: [, , height, width] }) => ({ width, height, count: width * height });

/**
 * Back from the keys to the convolution that reads the larger map; none where no map is larger.
 * @param {Node} keys
 * @param {Node} queries
 * @param {Node[]} nodes
 * @returns {Node | null}
 */
function reducerOf(keys, queries, nodes) {
  if (keys.shape[3] === queries.shape[3]) return null;
  const before = nodes[keys.inputs[0]];
  return keys.op === "conv2d" && before.shape[3] === queries.shape[3] ? keys : reducerOf(before, queries, nodes);
}

/** What must be kept of a run, for its attention to be looked at. @param {Stage[]} stages */
export const tapsOf = (stages) => stages.flatMap(({ blocks }) => blocks.flatMap(({ queries, keys }) => [queries.name, keys.name]));

/**
 * The cell of a map in which a point lies.
 * @param {{x: number, y: number}} point fractions of the photo
 * @param {{width: number, height: number}} map
 */
export const cellAt = ({ x, y }, { width, height }) => ({ x: clamp(x, width), y: clamp(y, height) });

/** @param {number} fraction @param {number} length */
const clamp = (fraction, length) => Math.min(Math.max(Math.floor(fraction * length), 0), length - 1);
