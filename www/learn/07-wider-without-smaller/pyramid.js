/** The pyramid pooling of a network: which input of its concatenation comes from which pooling. */

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {{input: number, pool: string, bins: number}} Branch */

/**
 * @param {Description} description
 * @returns {{join: string, branches: Branch[], features: {input: number, name: string}}} `features` are what is pooled, joined as they are
 */
export function pyramidOf({ nodes }) {
  const isPool = (/** @type {number} */ index) => nodes[index].op === "adaptive_avg_pool2d";
  /** Back along first inputs. @param {number} index @returns {number | null} */
  const poolBefore = (index) => (isPool(index) ? index : nodes[index].inputs.length > 0 ? poolBefore(nodes[index].inputs[0]) : null);
  const join = nodes.find(({ op, inputs }) => op === "concat" && inputs.some((input) => poolBefore(input) !== null));
  if (!join) throw new Error("this network has no pyramid pooling");
  /** @type {Branch[]} */
  const branches = [];
  let features = { input: 0, name: "" };
  join.inputs.forEach((source, input) => {
    const pool = poolBefore(source);
    if (pool === null) features = { input, name: nodes[source].name };
    else branches.push({ input, pool: nodes[pool].name, bins: nodes[pool].shape[2] });
  });
  return { join: join.name, branches, features };
}
