import { abortedError, asSegscopeError } from "../errors.js";
import { differenceOf, newCounter } from "./difference.js";

/** @typedef {import("./pane.js").Pane} Pane */
/** @typedef {import("../types.js").FoundClass} FoundClass */
/** @typedef {{pane: Pane, model: import("../types.js").LoadedModel, mask: import("../types.js").Mask}} Read */

/**
 * What the masks of one frame say. `difference` is `null` where fewer than two panes have one; `picture` is the frame, and is closed afterwards.
 * @typedef {object} Figures
 * @property {{pane: Pane, model: import("../types.js").LoadedModel, areas: FoundClass[]}[]} areas
 * @property {import("./difference.js").Difference | null} difference
 * @property {import("../types.js").Picture} picture
 */

const PAUSE_MS = 1000;
/** Of the time at most; a machine on which reading takes long is asked less often. */
const READING_SHARE = 0.1;

/**
 * Areas and differences of a live picture, about once a second. Masks are read between two frames, as the next one takes their place; they are counted
 * in a worker while frames go on, and as long as that takes no others are read.
 *
 * Events: `figures` (Figures), `failed` (an error; there are no more until `end`).
 */
export class LiveFigures extends EventTarget {
  /** @type {import("./difference.js").Counter | null} */ #counter = null;
  #isCounting = false;
  #due = 0;

  /**
   * Of the frame that the panes show, if it is time. Resolves when the next frame may come.
   * @param {VideoFrame | ImageBitmap} frame stays the caller's
   * @param {Pane[]} panes
   */
  async refresh(frame, panes) {
    const start = performance.now();
    if (this.#isCounting || start < this.#due) return;
    this.#isCounting = true;
    const counter = (this.#counter ??= newCounter());
    try {
      /** @type {Read[]} */
      const read = [];
      for (const pane of panes) {
        const { model } = pane;
        const mask = await pane.readFrame();
        if (model && mask) read.push({ pane, model, mask });
      }
      const bitmap = await createImageBitmap(frame);
      this.#due = start + Math.max(PAUSE_MS, (performance.now() - start) / READING_SHARE);
      void this.#count(counter, read, bitmap);
    } catch (error) {
      this.#fail(counter, error);
    }
  }

  /** The picture is another one, or none. */
  end() {
    this.#counter?.end(abortedError());
    this.#counter = null;
    this.#isCounting = false;
    this.#due = 0;
  }

  /**
   * @param {import("./difference.js").Counter} counter
   * @param {Read[]} read
   * @param {ImageBitmap} bitmap
   */
  async #count(counter, read, bitmap) {
    const { width, height } = bitmap;
    try {
      const areas = await areasOf(read, counter);
      const difference = read.length > 1 ? await differenceOf(read, counter) : null;
      if (counter !== this.#counter) return;
      /** @type {Figures} */
      const detail = { areas, difference, picture: { bitmap, width, height, format: "", isAnimated: false } };
      this.dispatchEvent(new CustomEvent("figures", { detail }));
      this.#isCounting = false;
    } catch (error) {
      this.#fail(counter, error);
    } finally {
      bitmap.close();
    }
  }

  /**
   * `#isCounting` stays: what failed would fail each second.
   * @param {import("./difference.js").Counter} counter
   * @param {unknown} error
   */
  #fail(counter, error) {
    if (counter === this.#counter) this.dispatchEvent(new CustomEvent("failed", { detail: asSegscopeError(error) }));
  }
}

/**
 * @param {Read[]} read
 * @param {import("./difference.js").Counter} counter
 */
async function areasOf(read, counter) {
  /** @type {Uint32Array[]} */
  const counts = await counter.call("areas", () => ({ args: [read.map(({ mask }) => mask.data)] }));
  return read.map(({ pane, model, mask }, at) => {
    const found = model.classes.map((entry) => ({ ...entry, pixels: counts[at]?.[entry.id] ?? 0 }));
    return { pane, model, areas: found.filter(({ pixels }) => pixels > 0).map((entry) => ({ ...entry, fraction: entry.pixels / mask.data.length })) };
  });
}
