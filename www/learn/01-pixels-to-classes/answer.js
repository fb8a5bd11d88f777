import { argmaxMap, softmaxMap } from "../shell/softmax.js";

/** @typedef {import("../shell/lab.js").LiveModel} LiveModel */
/** @typedef {Pick<import("../shell/photo.js").Photo, "rgba" | "width" | "height">} Pixels */

/** A network's answer on one picture: `[classes, height, width]` scores at the network's size, and what follows from them. */
export class Answer {
  /** @type {Float32Array | null} */ #probabilities = null;

  /**
   * @param {number[]} shape `[1, classes, height, width]`
   * @param {Float32Array} scores
   */
  constructor([, classes, height, width], scores) {
    this.classes = classes;
    this.height = height;
    this.width = width;
    this.scores = scores;
    /** The most probable class of each pixel. */
    this.ids = argmaxMap(scores, classes);
  }

  /** `[classes, height, width]` */
  get probabilities() {
    this.#probabilities ??= softmaxMap(this.scores, this.classes);
    return this.#probabilities;
  }

  /** All scores of a pixel. @param {{x: number, y: number}} position */
  at({ x, y }) {
    const pixels = this.width * this.height;
    return Array.from({ length: this.classes }, (_, id) => this.scores[id * pixels + y * this.width + x]);
  }

  /** One class's part of a map `[classes, height, width]`. @param {Float32Array} maps @param {number} id */
  plane(maps, id) {
    const pixels = this.width * this.height;
    return maps.subarray(id * pixels, (id + 1) * pixels);
  }
}

/**
 * The share of the pixels that each class has.
 * @param {Uint8Array} ids
 * @param {number} classes
 */
export function areas(ids, classes) {
  const counts = new Array(classes).fill(0);
  for (const id of ids) if (id < classes) counts[id]++;
  return counts.map((count) => count / ids.length);
}

/**
 * Runs a network on a picture; its last node must be tapped.
 * @param {LiveModel} model
 * @param {string} output name of the last node
 * @param {Pixels} picture
 */
export async function answerOn(model, output, picture) {
  // Both are asked for at once, so that no other run comes between them.
  const [, { shape, data }] = await Promise.all([model.run(picture), model.value(output)]);
  return new Answer(shape, data);
}
