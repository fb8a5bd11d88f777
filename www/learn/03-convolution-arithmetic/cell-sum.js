import { h } from "../../dom.js";
import { termsOf } from "./arithmetic.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./convolution-figure.js").Cell} Cell */

/** The sum that an output cell is, with its numbers. */
export class CellSum extends HTMLElement {
  #texts;
  #line = h("p", { className: "readout", role: "status" });
  #terms = h("p", { className: "terms" });

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    this.replaceChildren(this.#line, this.#terms);
  }

  /**
   * @param {Settings} settings
   * @param {Cell} cell
   * @param {number} value what the lab computed
   */
  show(settings, { channel, row, column }, value) {
    const terms = termsOf(settings, { channel, row, column });
    const padding = terms.filter((term) => term.isPadding).length;
    const texts = this.#texts;
    const values = { channel: channel + 1, row: row + 1, column: column + 1, value: this.#number(value), count: terms.length, padding };
    const key = ["sumEmpty", padding ? "sumOnePadded" : "sumOne"][terms.length] ?? (padding ? "sumPadded" : "sum");
    this.#line.textContent = texts.t(key, values);
    const products = terms.map((term) => h("span", { className: term.isPadding ? "term padding" : "term" }, `${this.#factor(term.value)} · ${this.#factor(term.weight)}`));
    const joined = products.flatMap((product, index) => (index ? [" + ", product] : [product]));
    this.#terms.replaceChildren(...(joined.length ? [...joined, " = ", h("strong", {}, this.#number(value))] : []));
  }

  /** @param {string} text instead of a sum */
  say(text) {
    this.#line.textContent = text;
    this.#terms.replaceChildren();
  }

  /** @param {number} value */
  #number(value) {
    return this.#texts.number(Math.round(value * 1000) / 1000, 6);
  }

  /** @param {number} value */
  #factor(value) {
    return value < 0 ? `(${this.#number(value)})` : this.#number(value);
  }
}

customElements.define("cell-sum", CellSum);
