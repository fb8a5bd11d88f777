/** Two graphs that no paper has, made of the zoo's: what a paper's edit begins with. */

/** @typedef {{name: string, op: string, inputs?: string[], [option: string]: unknown}} Node of a graph's JSON */
/** @typedef {{nodes: Node[], output: string}} Graph */

/**
 * The thirteen 3x3 convolutions of VGG-16 with their activations, one after another, and a classifier: every map as large as the picture.
 * @param {Graph} fcn FCN-32s
 * @returns {Graph}
 */
export function naiveStack({ nodes }) {
  const [input, ...others] = nodes;
  const isStage = (/** @type {string} */ name) => /^conv\d_\d$/.test(name);
  const stack = others.filter(({ name, op, inputs = [] }) => isStage(name) || (op === "activation" && isStage(inputs[0])));
  const score = others.filter(({ name }) => name === "score_fr");
  const chain = [input, ...stack, ...score];
  return { nodes: chain.map((node, i) => (i === 0 ? node : { ...node, inputs: [chain[i - 1].name] })), output: chain[chain.length - 1].name };
}

/**
 * A feature pyramid whose finest level alone is scored: the pyramid of 2016 with the least classifier that there is.
 * @param {Graph} panoptic Panoptic FPN
 * @returns {Graph}
 */
export function finestLevel({ nodes, output }) {
  const scored = nodes.map((node) => (node.name === "sem_seg_head.predictor" ? { ...node, inputs: ["backbone.fpn.layer_blocks.0.0"] } : node));
  const needed = new Set([output]);
  // Inputs come before their readers.
  for (const { name, inputs = [] } of [...scored].reverse()) if (needed.has(name)) for (const input of inputs) needed.add(input);
  return { nodes: scored.filter(({ name }) => needed.has(name)), output };
}
