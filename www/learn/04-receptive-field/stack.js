/**
 * Stacks of layers, one after the other, and their receptive fields by the recurrences of Araujo, Norris, Sim, "Computing Receptive Fields of
 * Convolutional Neural Networks", Distill 2019.
 */

/** @typedef {{kind: "conv2d" | "max_pool2d", kernel: number, stride: number, padding: number, dilation: number}} Layer */

/** What the value at position 0 of a layer reads, along one axis, in pixels. @typedef {{size: number, jump: number, start: number, first: number}} Field */

/** From, to. @type {Record<"kernel" | "stride" | "padding" | "dilation", [number, number]>} */
export const LIMITS = { kernel: [1, 15], stride: [1, 8], padding: [0, 32], dilation: [1, 32] };

export const MOST_LAYERS = 64;

/** With the padding that keeps the size where the stride is 1. @param {number} kernel @param {number} [stride] @param {number} [dilation] @returns {Layer} */
const conv = (kernel, stride = 1, dilation = 1) => ({ kind: "conv2d", kernel, stride, padding: ((kernel - 1) * dilation) >> 1, dilation });
/** @param {number} kernel @param {number} stride @param {number} padding @returns {Layer} */
const pool = (kernel, stride, padding) => ({ kind: "max_pool2d", kernel, stride, padding, dilation: 1 });
/** @param {number} count @param {Layer[]} layers */
const repeat = (count, ...layers) => Array.from({ length: count }, () => layers).flat();

/**
 * ResNet-50 along its longest path: He et al. 2016, table 1, with strides in 3x3 convolutions.
 * @param {number[]} counts of a stage's bottlenecks
 * @param {(stage: number, block: number) => number} stride
 */
const resnet = (counts, stride) => [
  conv(7, 2),
  pool(3, 2, 1),
  ...counts.flatMap((count, stage) => Array.from({ length: count }, (_, block) => [conv(1), conv(3, stride(stage, block)), conv(1)]).flat()),
];
const BOTTLENECKS = [3, 4, 6, 3];
/** A depthwise separable convolution. @param {number} [stride] */
const separable = (stride = 1) => [conv(3, stride), conv(1)];

/** @type {Record<string, Layer[]>} */
export const PRESETS = {
  three: repeat(3, conv(3)),
  strided: repeat(3, conv(3, 2)),
  dilated: [conv(3), conv(3, 1, 2), conv(3, 1, 4)],
  // Simonyan, Zisserman 2015, configuration D, to the last pooling.
  vgg16: [2, 2, 3, 3, 3].flatMap((count) => [...repeat(count, conv(3)), pool(2, 2, 0)]),
  // Howard et al. 2017, table 1, to the last convolution.
  mobilenet_v1: [conv(3, 2), ...[1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1].flatMap(separable)],
  // Of TensorFlow's slim, which Araujo et al. measure: the last bottleneck of a stage has the stride, except in the last stage.
  resnet50_slim: resnet(BOTTLENECKS, (stage, block) => (stage < BOTTLENECKS.length - 1 && block === BOTTLENECKS[stage] - 1 ? 2 : 1)),
  // Of torchvision: the first bottleneck of a stage, except in the first stage.
  resnet50_torchvision: resnet(BOTTLENECKS, (stage, block) => (stage > 0 && block === 0 ? 2 : 1)),
};

/** As an address has it: a preset's name, or `c3-2-1_m2-2-0_c3-1-2-2`, each a kernel, stride, padding and, unless 1, dilation. @param {Layer[]} layers */
export function encode(layers) {
  const text = spelt(layers);
  return Object.keys(PRESETS).find((name) => spelt(PRESETS[name]) === text) ?? text;
}

/** @param {Layer[]} layers */
const spelt = (layers) =>
  layers
    .map(({ kind, kernel, stride, padding, dilation }) => [`${kind === "conv2d" ? "c" : "m"}${kernel}`, stride, padding, ...(dilation > 1 ? [dilation] : [])].join("-"))
    .join("_");

/** None for what is no stack: an address is typed by people. @param {string} text @returns {Layer[] | null} */
export function decode(text) {
  if (Object.hasOwn(PRESETS, text)) return PRESETS[text].map((layer) => ({ ...layer }));
  const layers = text.split("_").map((part) => {
    const found = /^([cm])(\d+)-(\d+)-(\d+)(?:-(\d+))?$/.exec(part);
    if (!found) return null;
    const [kernel, stride, padding, dilation] = [found[2], found[3], found[4], found[5] ?? "1"].map(Number);
    /** @type {Layer} */
    const layer = { kind: found[1] === "c" ? "conv2d" : "max_pool2d", kernel, stride, padding, dilation };
    return isWithinLimits(layer) ? layer : null;
  });
  return layers.length <= MOST_LAYERS && layers.every((layer) => layer !== null) ? layers : null;
}

/** @param {Layer} layer */
export function isWithinLimits(layer) {
  const names = /** @type {(keyof typeof LIMITS)[]} */ (Object.keys(LIMITS));
  const isSane = names.every((name) => Number.isInteger(layer[name]) && layer[name] >= LIMITS[name][0] && layer[name] <= LIMITS[name][1]);
  return isSane && (layer.kind === "conv2d" || layer.dilation === 1);
}

/** Of the input, then of each layer. @param {Layer[]} layers @returns {Field[]} */
export function recurrences(layers) {
  const fields = [{ size: 1, jump: 1, start: 0, first: 0 }];
  for (const { kernel, stride, padding, dilation } of layers) {
    const { size, jump, start, first } = fields[fields.length - 1];
    fields.push({
      size: size + dilation * (kernel - 1) * jump,
      jump: jump * stride,
      start: start + (((kernel - 1) * dilation) / 2 - padding) * jump,
      first: first - padding * jump,
    });
  }
  return fields;
}

/** The stack as a network of one channel, for the lab. @param {Layer[]} layers */
export function graphOf(layers) {
  const pair = (/** @type {number} */ value) => [value, value];
  const nodes = layers.map(({ kind, kernel, stride, padding, dilation }, index) => {
    const name = `layer${index + 1}`;
    const inputs = [index === 0 ? "x" : `layer${index}`];
    const window = { name, op: kind, inputs, kernel: pair(kernel), stride: pair(stride), padding: pair(padding) };
    if (kind === "max_pool2d") return window;
    return { ...window, dilation: pair(dilation), out_channels: 1, groups: 1, bias: false, weights: [`${name}.weight`] };
  });
  return { nodes: [{ name: "x", op: "input", channels: 1 }, ...nodes], output: layers.length > 0 ? `layer${layers.length}` : "x" };
}

/** The same from the lab. @param {[import("../shell/lab-types.d.ts").Field, import("../shell/lab-types.d.ts").Field]} field @returns {Field} */
export function fieldOf([, { size, jump, first }]) {
  // A stack averages no whole map.
  const known = { size: size ?? NaN, jump: jump ?? NaN, first: first ?? NaN };
  return { ...known, start: known.first + (known.size - 1) / 2 };
}
