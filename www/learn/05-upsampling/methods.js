/** The methods as nodes of graphs that the lab runs; everything on one map goes through one graph. */
import { FACTOR, METHODS } from "./state.js";

/** @typedef {import("./state.js").Method} Method */
/** @typedef {import("./state.js").WeightKind} WeightKind */
/** @typedef {{kernel: number, stride: number, padding?: number, outputPadding?: number}} How */
/** @typedef {Record<string, {shape: number[], data: number[]}>} Weights */
/** @typedef {{graph: {nodes: object[], output: string}, weights: Weights}} Recipe */

const both = (/** @type {number} */ value) => [value, value];
const WINDOW = { kernel: both(FACTOR), stride: both(FACTOR), padding: both(0) };
/** Channels before the pixel shuffle, for each one after it. */
const PLACES = FACTOR ** 2;

/** @param {string} name @param {number} channels */
const input = (name, channels) => ({ name, op: "input", channels });

/** @param {string} name @param {number} start */
const slice = (name, start) => ({ name, op: "slice", inputs: ["input"], start, channels: 1 });

/** @param {string} name @param {string} from */
const corner = (name, from) => ({ name, op: "crop2d", inputs: [from, "pooled"], before: both(0) });

/** @param {string} name @param {string} from */
const unpool = (name, from) => ({ name, op: "max_unpool2d", inputs: [from, "map"], ...WINDOW });

/** @param {Method} name @param {string} from @param {"nearest" | "bilinear"} mode @param {boolean} alignCorners */
const resize = (name, from, mode, alignCorners) => ({ name, op: "resize", inputs: [from], mode, align_corners: alignCorners, size: { kind: "scale", factor: FACTOR, min: 1 } });

/** To one channel, by the weight of its name. @param {string} name @param {string} from @param {How} how */
function transposed(name, from, { kernel, stride, padding = 0, outputPadding = 0 }) {
  const sizes = { kernel: both(kernel), stride: both(stride), padding: both(padding), output_padding: both(outputPadding) };
  return { name, op: "conv_transpose2d", inputs: [from], weights: [name], out_channels: 1, ...sizes, groups: 1, bias: false };
}

/** @param {string} from */
function expand(from) {
  const sizes = { kernel: both(1), stride: both(1), padding: both(0), dilation: both(1) };
  return { name: "expand", op: "conv2d", inputs: [from], weights: ["expand"], out_channels: PLACES, ...sizes, groups: 1, bias: false };
}

/**
 * A method's nodes; the last one is called after it.
 * - Bed of nails: a transposed convolution whose kernel is a single 1.
 * - Sub-pixel: a 1x1 convolution and a pixel shuffle (Shi et al. 2016, arXiv 1609.05158), channel `r y + x` to row y and column x of each
 *   square. The shuffle is a transposed convolution whose kernels are one-hot, `[out, in, r, r]`.
 * @param {Method} method
 * @param {string} from
 * @param {How} how
 * @returns {object[]}
 */
function nodesOf(method, from, how) {
  switch (method) {
    case "nearest":
      return [resize(method, from, "nearest", false)];
    case "bilinear":
      return [resize(method, from, "bilinear", false)];
    case "aligned":
      return [resize(method, from, "bilinear", true)];
    case "nails":
      return [transposed(method, from, { kernel: 1, stride: FACTOR, outputPadding: FACTOR - 1 })];
    case "unpooling":
      return [unpool(method, from)];
    case "transposed":
      return [transposed(method, from, how)];
    case "subpixel":
      return [expand(from), transposed(method, "expand", { kernel: FACTOR, stride: FACTOR })];
  }
}

/** @param {{weight: number[], how: How, expand: number[]}} settings @returns {Weights} */
function weightsOf({ weight, how, expand }) {
  const kernel = (/** @type {number[]} */ data, /** @type {number} */ size) => ({ shape: [1, 1, size, size], data });
  return {
    nails: kernel([1], 1),
    transposed: kernel(weight, how.kernel),
    counts: kernel(kernelOf("ones", how.kernel), how.kernel),
    expand: { shape: [PLACES, 1, 1, 1], data: expand },
    subpixel: { shape: [1, PLACES, FACTOR, FACTOR], data: oneHot() },
    direct: kernel(expand, FACTOR),
  };
}

/**
 * All methods on a grid, with what they are compared with. Nodes beside the methods: `pooled`, the max-pooled map; `switches`, 1 where its
 * maxima are; `counts`, how many copies of the kernel overlap; `expand`, the channels before the shuffle; `direct`, the transposed convolution
 * that the sub-pixel one equals.
 * @param {Parameters<typeof weightsOf>[0]} settings
 * @returns {Recipe} for `gridInput`
 */
export function onGrid(settings) {
  const nodes = [
    input("input", 3),
    slice("map", 0),
    slice("besideValues", 1),
    slice("besideOnes", 2),
    { name: "pooled", op: "max_pool2d", inputs: ["map"], ...WINDOW },
    corner("values", "besideValues"),
    corner("ones", "besideOnes"),
    ...METHODS.flatMap((method) => nodesOf(method, "values", settings.how)),
    unpool("switches", "ones"),
    transposed("counts", "ones", settings.how),
    transposed("direct", "values", { kernel: FACTOR, stride: FACTOR }),
  ];
  return { graph: { nodes, output: "direct" }, weights: weightsOf(settings) };
}

/** The map, and in the corners of two more channels the grid and ones. @param {ArrayLike<number>} map `[2 h, 2 w]` @param {ArrayLike<number>} values `[h, w]` @param {number} width of the map */
export function gridInput(map, values, width) {
  const data = new Float32Array(3 * map.length);
  data.set(map);
  const columns = width / FACTOR;
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / columns) * width + (i % columns);
    data[map.length + at] = values[i];
    data[2 * map.length + at] = 1;
  }
  return data;
}

/** All methods on a map after it was max-pooled. @param {Parameters<typeof weightsOf>[0]} settings @returns {Recipe} */
export function onPooled(settings) {
  const pooled = { name: "pooled", op: "max_pool2d", inputs: ["map"], ...WINDOW };
  return { graph: { nodes: [input("map", 1), pooled, ...METHODS.flatMap((method) => nodesOf(method, "pooled", settings.how))], output: "subpixel" }, weights: weightsOf(settings) };
}

/** The three resizes of any grid. @returns {Recipe} */
export function onlyResizes() {
  const nodes = /** @type {const} */ (["nearest", "bilinear", "aligned"]).flatMap((method) => nodesOf(method, "input", { kernel: 1, stride: 1 }));
  return { graph: { nodes: [input("input", 1), ...nodes], output: "aligned" }, weights: {} };
}

/** A transposed convolution of any grid. @param {number[]} weight `[kernel, kernel]` @param {How} how @returns {Recipe} */
export function onlyTransposed(weight, how) {
  const weights = { transposed: { shape: [1, 1, how.kernel, how.kernel], data: weight } };
  return { graph: { nodes: [input("input", 1), transposed("transposed", "input", how)], output: "transposed" }, weights };
}

/** Nodes whose weights training changes, by method. @type {Partial<Record<Method, string>>} */
export const LEARNT = { transposed: "transposed", subpixel: "expand" };

/**
 * A method that learns as a layer from `channels` to as many.
 * @param {Method} method
 * @param {How} how
 * @param {number} channels
 */
export function layerOf(method, how, channels) {
  const nodes = nodesOf(method, "input", how).map((node) => ({ ...node, out_channels: channels * Number(Reflect.get(node, "out_channels")) }));
  return { nodes: [input("input", channels), ...nodes], output: method };
}

/** Padding and output_padding with which a kernel of any size exactly doubles the map. @param {number} kernel @returns {How} */
export function doubling(kernel) {
  return kernel % 2 ? { kernel, stride: FACTOR, padding: (kernel - 1) / 2, outputPadding: 1 } : { kernel, stride: FACTOR, padding: (kernel - 2) / 2, outputPadding: 0 };
}

/**
 * Weights of one kernel: ones, or those that FCN starts its transposed convolutions with (Long et al. 2015, arXiv 1411.4038, section 3.3): a tent
 * that makes them bilinear interpolation.
 * @param {WeightKind} kind
 * @param {number} size
 */
export function kernelOf(kind, size) {
  if (kind === "ones") return new Array(size * size).fill(1);
  const reach = Math.ceil(size / 2);
  const centre = (2 * reach - 1 - (size % 2)) / (2 * reach);
  const tent = Array.from({ length: size }, (_, i) => 1 - Math.abs(i / reach - centre));
  return tent.flatMap((down) => tent.map((across) => down * across));
}

/** `[1, FACTOR ** 2, FACTOR, FACTOR]`: kernel c has its only 1 in place c. */
export const oneHot = () => Array.from({ length: PLACES * PLACES }, (_, i) => Number(Math.floor(i / PLACES) === i % PLACES));
