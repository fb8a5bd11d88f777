import { emit, h } from "../../dom.js";
import { labelledGrid } from "./labelled-grid.js";
import { oneHot } from "./methods.js";
import { ENLARGED, FACTOR, SIDE } from "./state.js";

const CHANNELS = FACTOR ** 2;

/** A convolution to four channels and a pixel shuffle of them, which is a transposed convolution with one-hot kernels. Event: `edited` ({row, column, value}). */
export class SubPixelStudy extends HTMLElement {
  #texts;
  #expand;
  #channels;
  #kernels;
  #result;
  #verdict = h("p", { className: "readout", role: "status" });

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#expand = labelledGrid(texts, "expandGrid", { isEditable: true });
    const each = (/** @type {string} */ key) => Array.from({ length: CHANNELS }, (_, channel) => labelledGrid(texts, key, { values: { channel } }));
    this.#channels = each("shuffleChannel");
    this.#kernels = each("shuffleKernel");
    this.#result = labelledGrid(texts, "shuffleResult");
    this.#expand.grid.addEventListener("edit", (event) => emit(this, "edited", /** @type {CustomEvent} */ (event).detail));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const pairs = this.#channels.map(({ figure }, channel) => h("div", { className: "channel" }, figure, this.#kernels[channel].figure));
    this.append(h("div", { className: "side-by-side" }, this.#expand.figure, h("div", { className: "channels" }, ...pairs), this.#result.figure), this.#verdict);
    this.#kernels.forEach(({ show }, channel) => show(oneHot().slice(channel * CHANNELS, (channel + 1) * CHANNELS), FACTOR));
  }

  /** @param {number[]} expand */
  showSettings(expand) {
    this.#expand.show(expand, FACTOR);
  }

  /**
   * @param {Float32Array} channels `[4, SIDE, SIDE]`
   * @param {Float32Array} result
   * @param {Float32Array} direct of the one transposed convolution whose kernel the four weights are
   */
  show(channels, result, direct) {
    const area = SIDE * SIDE;
    this.#channels.forEach(({ show }, channel) => show(channels.subarray(channel * area, (channel + 1) * area), SIDE));
    this.#result.show(result, ENLARGED);
    const moved = shuffled(channels);
    const apart = (/** @type {Float32Array} */ other) => this.#texts.number(result.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0), 2);
    this.#verdict.textContent = this.#texts.t("shuffleVerdict", { moved: apart(moved), direct: apart(direct) });
  }
}

/** The same by moving values: channel `r y + x` to row y and column x of each square. @param {Float32Array} channels */
export function shuffled(channels) {
  return Float32Array.from({ length: ENLARGED * ENLARGED }, (_, i) => {
    const [row, column] = [Math.floor(i / ENLARGED), i % ENLARGED];
    const channel = (row % FACTOR) * FACTOR + (column % FACTOR);
    return channels[(channel * SIDE + Math.floor(row / FACTOR)) * SIDE + Math.floor(column / FACTOR)];
  });
}

customElements.define("sub-pixel-study", SubPixelStudy);
