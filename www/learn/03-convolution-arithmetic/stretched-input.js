import { h } from "../../dom.js";
import { NumberGrid } from "../shell/number-grid.js";
import { stretched } from "./arithmetic.js";
import { graphOf } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./convolution-figure.js").Cell} Cell */

/** A larger one is no figure any more. */
const WIDEST = 15;

/**
 * A transposed convolution as the convolution that it equals: over the input with zeros between and around its cells, with the kernel turned.
 */
export class StretchedInput extends HTMLElement {
  #texts;
  #lab;
  #input;
  #kernel;
  #caption = h("figcaption");
  #kernelCaption = h("figcaption");
  #figures;
  #result = h("p", { className: "readout", role: "status" });
  /** @type {boolean[]} */ #isCell = [];
  #side = 1;
  #reach = 1;

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {import("../shell/lab.js").Lab} lab
   */
  constructor(texts, lab) {
    super();
    this.#texts = texts;
    this.#lab = lab;
    this.#input = new NumberGrid(texts.t("stretchedGrid"));
    this.#kernel = new NumberGrid(texts.t("turnedGrid"));
    this.#figures = h(
      "div",
      { className: "side-by-side" },
      h("figure", {}, this.#caption, this.#input),
      h("figure", {}, this.#kernelCaption, this.#kernel),
    );
  }

  connectedCallback() {
    this.replaceChildren(this.#figures, this.#result);
  }

  /**
   * @param {Settings} settings
   * @param {Float32Array} output of the transposed convolution
   */
  async show(settings, output) {
    const { side, data, isCell, weight } = stretched(settings);
    const { in_channels, out_channels, groups, kernel_size } = settings;
    const convolution = graphOf({ ...settings, isTransposed: false, stride: 1, padding: 0, dilation: 1 });
    const weights = { weight: { shape: [out_channels, in_channels / groups, kernel_size, kernel_size], data: weight } };
    const values = await this.#lab.runGraph(convolution, weights, data, [1, in_channels, side, side]);
    const result = values[1].data;
    const difference = result.reduce((most, value, i) => Math.max(most, Math.abs(value - output[i])), 0);
    [this.#side, this.#isCell, this.#reach] = [side, isCell, kernel_size];
    this.#figures.hidden = side > WIDEST;
    if (side <= WIDEST) {
      this.#input.show(data.subarray(0, side * side), side);
      this.#kernel.show(weight.slice(0, kernel_size * kernel_size), kernel_size);
      this.#caption.textContent = this.#texts.t("stretchedCaption", { size: settings.size, side });
      this.#kernelCaption.textContent = this.#texts.t("turnedCaption");
    }
    const same = { side, count: result.length, difference: this.#texts.number(difference, 2) };
    this.#result.textContent = this.#texts.t("stretchedResult", same);
  }

  /** @param {Cell | null} cell of the output */
  mark(cell) {
    this.#input.mark((row, column) => {
      const isIn = cell && row >= cell.row && row < cell.row + this.#reach && column >= cell.column && column < cell.column + this.#reach;
      return `${isIn ? "patch" : ""} ${this.#isCell[row * this.#side + column] ? "" : "padding"}`;
    });
  }
}

customElements.define("stretched-input", StretchedInput);
