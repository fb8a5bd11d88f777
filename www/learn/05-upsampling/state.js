/** What the lesson's address holds: the numbers that are enlarged, how, which cell is looked at, and where in the live network. */

/** Side of the grid that is enlarged, and of the map that is pooled to it. */
export const SIDE = 4;
export const FACTOR = 2;
export const ENLARGED = SIDE * FACTOR;

export const METHODS = /** @type {const} */ (["nearest", "bilinear", "aligned", "nails", "unpooling", "transposed", "subpixel"]);

/** @typedef {typeof METHODS[number]} Method */

/** Empty lists of numbers are the patterns below. */
export const DEFAULTS = {
  values: /** @type {number[]} */ ([]),
  map: /** @type {number[]} */ ([]),
  expand: /** @type {number[]} */ ([]),
  kernel: 3,
  stride: 2,
  weights: "ones",
  method: "bilinear",
  cell: 0,
  channels: 64,
  photo: "astronaut",
  layer: 1,
  channel: 5,
  x: 0.5,
  y: 0.3,
};

/** @typedef {typeof DEFAULTS} State */

export const RANGES = /** @satisfies {Record<string, [number, number]>} */ ({ kernel: [1, 5], stride: [1, 3], channels: [1, 512] });

/** What the weights of the transposed convolution are. */
export const WEIGHTS = /** @type {const} */ (["ones", "bilinear"]);

/** @typedef {typeof WEIGHTS[number]} WeightKind */

/** Grids to start from. @type {Record<"counting" | "constant" | "single", number[]>} */
export const GRIDS = {
  counting: Array.from({ length: SIDE * SIDE }, (_, i) => i + 1),
  constant: new Array(SIDE * SIDE).fill(1),
  single: Array.from({ length: SIDE * SIDE }, (_, i) => Number(i === 5)),
};

/** Digits whose maxima stand in all four places of a window. */
const MAP = Array.from({ length: ENLARGED * ENLARGED }, (_, i) => (7 * Math.floor(i / ENLARGED) + 5 * (i % ENLARGED) + 3 * Math.floor(i / ENLARGED) * (i % ENLARGED)) % 10);

/** Of the convolution before the pixel shuffle: what each of its channels multiplies the grid with. */
const EXPAND = [1, 0.75, 0.5, 0.25];

/** @type {Record<"values" | "map" | "expand", number[]>} */
const PATTERNS = { values: GRIDS.counting, map: MAP, expand: EXPAND };

/** @typedef {{values: number[], map: number[], expand: number[], kernel: number, stride: number, weights: WeightKind, method: Method, channels: number}} Settings */

/** An address is typed by people: what is out of range comes back into it. @param {State} state @returns {Settings} */
export function settingsOf(state) {
  const within = (/** @type {keyof typeof RANGES} */ key) => Math.min(Math.max(Math.round(state[key]), RANGES[key][0]), RANGES[key][1]);
  const list = (/** @type {keyof typeof PATTERNS} */ key) => (state[key].length === PATTERNS[key].length ? state[key] : PATTERNS[key]);
  return {
    values: list("values"),
    map: list("map"),
    expand: list("expand"),
    kernel: within("kernel"),
    stride: within("stride"),
    channels: within("channels"),
    weights: WEIGHTS.find((kind) => kind === state.weights) ?? WEIGHTS[0],
    method: METHODS.find((method) => method === state.method) ?? METHODS[0],
  };
}

/** Numbers as the state holds them: none if they are the pattern. @param {keyof typeof PATTERNS} key @param {number[]} numbers */
export const asEdited = (key, numbers) => (PATTERNS[key].every((value, i) => value === numbers[i]) ? [] : numbers);
