/** Graphs that the zoo has not, made of those that it has: two that a paper's edit begins with, and one that an edit makes. */

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

/** Levels of the pyramid, P2 to P5. */
const LEVELS = [0, 1, 2, 3].map((i) => `backbone.fpn.layer_blocks.${i}.0`);
const PYRAMID_CHANNELS = 256;

/**
 * PANet's bottom-up path: Liu, Qi, Qin, Shi, Jia, "Path Aggregation Network for Instance Segmentation", CVPR 2018, arXiv 1803.01534, section 3.1. N2 is
 * P2; N(i+1) is a 3x3 convolution of the sum of P(i+1) and a 3x3 convolution of Ni with stride 2, each convolution with its ReLU. What read P reads N.
 * Names of layers are those of mmdetection's `PAFPN`; python/golden/panet.py is the same in PyTorch.
 * @param {Graph} panoptic Panoptic FPN
 * @returns {Graph}
 */
export function bottomUpPath({ nodes, output }) {
  const conv = (/** @type {string} */ name, /** @type {string} */ input, /** @type {number} */ stride) => ({
    name, op: "conv2d", inputs: [input], weights: [`${name}.weight`, `${name}.bias`],
    out_channels: PYRAMID_CHANNELS, kernel: [3, 3], stride: [stride, stride], padding: [1, 1], dilation: [1, 1], groups: 1, bias: true,
  });
  const relu = (/** @type {string} */ input) => ({ name: `${input}.relu`, op: "activation", function: "relu", inputs: [input] });
  /** N by the name of P. @type {Map<string, string>} */
  const levels = new Map([[LEVELS[0], LEVELS[0]]]);
  const path = LEVELS.slice(1).flatMap((level, i) => {
    const [down, sum, fuse] = [`downsample_convs.${i}`, `add_n${i + 3}`, `pafpn_convs.${i}`];
    const steps = [conv(down, String(levels.get(LEVELS[i])), 2), relu(down), { name: sum, op: "add", inputs: [level, `${down}.relu`] }, conv(fuse, sum, 1), relu(fuse)];
    levels.set(level, `${fuse}.relu`);
    return steps;
  });
  const end = nodes.findIndex(({ name }) => name === LEVELS[LEVELS.length - 1]) + 1;
  const readers = nodes.slice(end).map((node) => ({ ...node, inputs: node.inputs?.map((input) => levels.get(input) ?? input) }));
  return { nodes: [...nodes.slice(0, end), ...path, ...readers], output };
}
