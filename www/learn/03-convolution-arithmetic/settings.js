/** What the lesson's address holds: one convolution, its numbers, and the output cell that is looked at. */

/** Hyper-parameters under PyTorch's names; empty lists of numbers are the patterns below. */
export const DEFAULTS = {
  op: "conv2d",
  size: 5,
  kernel_size: 3,
  stride: 1,
  padding: 0,
  dilation: 1,
  output_padding: 0,
  in_channels: 1,
  out_channels: 1,
  groups: 1,
  input: /** @type {number[]} */ ([]),
  weight: /** @type {number[]} */ ([]),
  cell: 0,
};

/** @typedef {typeof DEFAULTS} State */

/** Least and most of each; small enough to be seen whole, large enough to go wrong. @satisfies {Partial<Record<keyof State, [number, number]>>} */
export const RANGES = {
  size: [1, 7],
  kernel_size: [1, 5],
  stride: [1, 4],
  padding: [0, 3],
  dilation: [1, 3],
  output_padding: [0, 3],
  in_channels: [1, 2],
  out_channels: [1, 2],
  groups: [1, 2],
};

/** @typedef {keyof typeof RANGES} Parameter */

/** What is computed; `input` is `[in_channels, size, size]`, `weight` is `[out_channels, in_channels / groups, kernel_size, kernel_size]`. */
/** @typedef {Record<Parameter, number> & {isTransposed: boolean, input: number[], weight: number[]}} Settings */

/** The numbers of figure 1.1 of Dumoulin and Visin, continued to the right and below. */
const INPUT = [
  [3, 3, 2, 1, 0, 1, 2],
  [0, 0, 1, 3, 1, 0, 1],
  [3, 1, 2, 2, 3, 2, 0],
  [2, 0, 0, 2, 2, 1, 3],
  [2, 0, 0, 0, 1, 0, 2],
  [1, 2, 3, 1, 0, 3, 1],
  [0, 1, 2, 0, 2, 1, 3],
];
const KERNEL = [
  [0, 1, 2, 1, 0],
  [2, 2, 0, 1, 1],
  [0, 1, 2, 0, 2],
  [1, 0, 1, 2, 0],
  [2, 1, 0, 0, 1],
];

/** Other channels see the same numbers from elsewhere. @param {number} channel @param {number} row @param {number} column */
const inputPattern = (channel, row, column) => (channel === 0 ? INPUT[row][column] : INPUT[6 - row][6 - column]);

/** @param {number} kernel @param {number} row @param {number} column */
const kernelPattern = (kernel, row, column) => KERNEL[(row + kernel) % 5][(column + 2 * kernel) % 5];

/** The figures of Dumoulin and Visin 2016, arXiv 1603.07285, chapters 2, 4 and 5, by the names of their sections; the rest is as in DEFAULTS. */
/** @type {Record<string, Partial<State>>} */
export const PRESETS = {
  example: {},
  noPadding: { size: 4 },
  arbitraryPadding: { kernel_size: 4, padding: 2 },
  samePadding: { padding: 1 },
  fullPadding: { padding: 2 },
  strided: { stride: 2 },
  paddedStrided: { stride: 2, padding: 1 },
  paddedStridedOdd: { size: 6, stride: 2, padding: 1 },
  dilated: { size: 7, dilation: 2 },
  transposed: { op: "conv_transpose2d", size: 2 },
  samePaddingTransposed: { op: "conv_transpose2d", padding: 1 },
  stridedTransposed: { op: "conv_transpose2d", size: 2, stride: 2 },
  paddedStridedTransposed: { op: "conv_transpose2d", size: 3, stride: 2, padding: 1 },
  paddedStridedOddTransposed: { op: "conv_transpose2d", size: 3, stride: 2, padding: 1, output_padding: 1 },
};

/** All that a preset decides. @param {string} name */
export const presetState = (name) => ({ ...DEFAULTS, ...PRESETS[name] });

/** The preset that the hyper-parameters are those of, whatever the numbers. @param {State} state */
export function presetOf(state) {
  const keys = /** @type {("op" | Parameter)[]} */ (["op", ...Object.keys(RANGES)]);
  return Object.keys(PRESETS).find((name) => keys.every((key) => presetState(name)[key] === state[key]));
}

/** An address is typed by people: what is out of range comes back into it. @param {State} state @returns {Settings} */
export function settingsOf(state) {
  const numbers = /** @type {Record<Parameter, number>} */ ({});
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const key = /** @type {Parameter} */ (name);
    numbers[key] = Math.min(Math.max(Math.round(state[key]), least), most);
  }
  const settings = { ...numbers, isTransposed: state.op === "conv_transpose2d", input: state.input, weight: state.weight };
  const [input, weight] = [patternOf("input", settings), patternOf("weight", settings)];
  if (settings.input.length !== input.length) settings.input = input;
  if (settings.weight.length !== weight.length) settings.weight = weight;
  return settings;
}

/** Planes and their side of the input or the weight. @param {"input" | "weight"} which @param {Record<Parameter, number>} settings */
function shapeOf(which, { size, kernel_size, in_channels, out_channels, groups }) {
  // Groups that do not divide the channels are shown as far as they go: the lab says what is wrong with them.
  return which === "input" ? { planes: in_channels, side: size } : { planes: out_channels * Math.max(1, Math.floor(in_channels / groups)), side: kernel_size };
}

/** @param {"input" | "weight"} which @param {Record<Parameter, number>} settings */
function patternOf(which, settings) {
  const { planes, side } = shapeOf(which, settings);
  const pattern = which === "input" ? inputPattern : kernelPattern;
  return Array.from({ length: planes * side * side }, (_, i) => pattern(Math.floor(i / side / side), Math.floor(i / side) % side, i % side));
}

/**
 * A change of hyper-parameters, with the numbers that were edited where they were, as far as there is still a place for them.
 * @param {State} state
 * @param {Partial<State>} changes
 * @returns {Partial<State>}
 */
export function changed(state, changes) {
  const [before, after] = [settingsOf(state), settingsOf({ ...state, ...changes, input: [], weight: [] })];
  const kept = { input: carried("input", before, after), weight: carried("weight", before, after) };
  return { cell: 0, ...kept, ...changes };
}

/** Edited numbers as the state holds them: none if they are the pattern. @param {"input" | "weight"} which @param {Settings} settings @param {number[]} numbers */
export function asEdited(which, settings, numbers) {
  return patternOf(which, settings).every((value, i) => value === numbers[i]) ? [] : numbers;
}

/** @param {"input" | "weight"} which @param {Settings} before @param {Settings} after */
function carried(which, before, after) {
  const [from, to] = [shapeOf(which, before), shapeOf(which, after)];
  const numbers = patternOf(which, after);
  for (let plane = 0; plane < Math.min(from.planes, to.planes); plane++) {
    for (let row = 0; row < Math.min(from.side, to.side); row++) {
      for (let column = 0; column < Math.min(from.side, to.side); column++) {
        numbers[(plane * to.side + row) * to.side + column] = before[which][(plane * from.side + row) * from.side + column];
      }
    }
  }
  return asEdited(which, after, numbers);
}

/** The convolution as a graph of the lab. @param {Settings} settings */
export function graphOf({ isTransposed, in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups }) {
  const op = isTransposed ? "conv_transpose2d" : "conv2d";
  const own = isTransposed ? { output_padding: [output_padding, output_padding] } : { dilation: [dilation, dilation] };
  const convolution = {
    name: op,
    op,
    inputs: ["input"],
    weights: ["weight"],
    out_channels,
    kernel: [kernel_size, kernel_size],
    stride: [stride, stride],
    padding: [padding, padding],
    ...own,
    groups,
    bias: false,
  };
  return { nodes: [{ name: "input", op: "input", channels: in_channels }, convolution], output: op };
}

/** @param {Settings} settings */
export function weightsOf({ weight, in_channels, out_channels, groups, kernel_size }) {
  return { weight: { shape: [out_channels, in_channels / groups, kernel_size, kernel_size], data: weight } };
}

/** As one writes it in PyTorch. @param {Settings} settings */
export function codeOf({ isTransposed, in_channels, out_channels, kernel_size, stride, padding, dilation, output_padding, groups }) {
  const own = isTransposed ? `output_padding=${output_padding}` : `dilation=${dilation}`;
  const name = isTransposed ? "ConvTranspose2d" : "Conv2d";
  return `nn.${name}(${in_channels}, ${out_channels}, kernel_size=${kernel_size}, stride=${stride}, padding=${padding}, ${own}, groups=${groups}, bias=False)`;
}
