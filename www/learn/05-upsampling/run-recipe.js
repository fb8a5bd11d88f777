/** @typedef {import("../shell/lab-types.d.ts").Tensor} Tensor */

/**
 * The value of every node, by its name.
 * @param {import("../shell/lab.js").Lab} lab
 * @param {import("./methods.js").Recipe} recipe
 * @param {ArrayLike<number>} data
 * @param {{height: number, width: number, channels?: number}} size
 * @returns {Promise<Record<string, Tensor>>}
 */
export async function runRecipe(lab, { graph, weights }, data, { height, width, channels = 1 }) {
  const values = await lab.runGraph(graph, weights, Float32Array.from(data), [1, channels, height, width]);
  return Object.fromEntries(graph.nodes.map((node, i) => [String(Reflect.get(node, "name")), values[i]]));
}
