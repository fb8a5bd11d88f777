import { cornerOf } from "./picture.js";

/** @typedef {import("./picture.js").Grid} Grid */
/** @typedef {import("./patch-network.js").PatchNetwork} PatchNetwork */

/** The classifier on one patch after the other, as far as it has come. What was computed is kept. */
export class Sliding {
  /** Patches answered, from the first. */
  done = 0;

  /**
   * @param {PatchNetwork} network
   * @param {Float32Array} input the picture, `[3, h, w]`
   * @param {Grid} grid
   */
  constructor(network, input, grid) {
    this.network = network;
    this.input = input;
    this.grid = grid;
    this.classes = network.file.classes.length;
    /** `[patches, classes]` */
    this.scores = new Float32Array(grid.count * this.classes);
  }

  /** Answers up to and with patch `last`, at most a row of them in one run. @param {number} last */
  async upTo(last) {
    while (this.done <= last) {
      const first = this.done;
      const count = Math.min(last + 1 - first, this.grid.columns);
      const { data } = await this.#answer(first, count);
      this.scores.set(data, first * this.classes);
      this.done = Math.max(this.done, first + count);
    }
  }

  /** The scores of one patch. @param {number} index */
  at(index) {
    return this.scores.subarray(index * this.classes, (index + 1) * this.classes);
  }

  /** Everything inside the network for one patch. @param {number} index */
  inside(index) {
    return this.network.run(this.patches(index, 1), this.#shape(1));
  }

  /** @param {number} first @param {number} count */
  async #answer(first, count) {
    const values = await this.network.run(this.patches(first, count), this.#shape(count));
    return values[this.network.dense];
  }

  /** @param {number} count */
  #shape(count) {
    return [count, 3, this.grid.patch, this.grid.patch];
  }

  /** `[count, 3, patch, patch]` @param {number} first @param {number} count */
  patches(first, count) {
    const { width, height, patch } = this.grid;
    const batch = new Float32Array(count * 3 * patch * patch);
    let to = 0;
    for (let index = first; index < first + count; index++) {
      const { x, y } = cornerOf(this.grid, index);
      for (let channel = 0; channel < 3; channel++) {
        for (let row = y; row < y + patch; row++, to += patch) {
          const from = (channel * height + row) * width + x;
          batch.set(this.input.subarray(from, from + patch), to);
        }
      }
    }
    return batch;
  }
}

/**
 * @typedef {object} Compared
 * @property {Float32Array} slid scores of all patches, `[patches, classes]`
 * @property {Float32Array} once those of the one pass, in the same order
 * @property {number} difference the largest
 * @property {number} largest magnitude of a score
 * @property {number} slidMs
 * @property {number} onceMs
 * @property {number} runs that the sliding took
 */

/**
 * The same picture both ways, timed; each way has run before, so that neither pays for the first time.
 * @param {Sliding} sliding
 * @returns {Promise<Compared>}
 */
export async function compare({ network, input, grid, classes }) {
  const whole = () => network.run(input, [1, 3, grid.height, grid.width]);
  const slide = async (/** @type {number} */ count) => {
    const fresh = new Sliding(network, input, grid);
    await fresh.upTo(count - 1);
    return fresh.scores;
  };
  await slide(1);
  await whole();

  const began = performance.now();
  const slid = await slide(grid.count);
  const between = performance.now();
  const values = await whole();
  const ended = performance.now();

  const map = values[network.dense].data;
  // Of a map `[classes, rows, columns]` to the order of the patches.
  const once = Float32Array.from({ length: map.length }, (_, i) => map[(i % classes) * grid.count + Math.floor(i / classes)]);
  const largestOf = (/** @type {(i: number) => number} */ value) => once.reduce((most, _, i) => Math.max(most, Math.abs(value(i))), 0);
  return {
    slid,
    once,
    difference: largestOf((i) => slid[i] - once[i]),
    largest: largestOf((i) => once[i]),
    slidMs: between - began,
    onceMs: ended - between,
    runs: grid.rows,
  };
}
