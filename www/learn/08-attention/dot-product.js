import { emit, h } from "../../dom.js";
import { formula, frac, root, row, sub, sum, sup } from "../shell/formula.js";
import { MapView } from "../shell/map-view.js";
import { scroller } from "../shell/figure.js";
import { indexOfLargest } from "./shares.js";

/** @typedef {import("./heads.js").StageHeads} StageHeads */

/** Dimensions that are written out; the others are summed. */
const SHOWN = 6;

/**
 * A query, a head's keys, and how alike they are.
 * @typedef {object} Products
 * @property {number[]} query of the head
 * @property {number[][]} keys by position
 * @property {number[]} scores dot products over the root of the head's size
 */

/**
 * @param {{queries: import("../shell/lab-types.d.ts").Tensor, keys: import("../shell/lab-types.d.ts").Tensor}} values
 * @param {{x: number, y: number}} at
 * @param {number} head
 * @param {number} headSize
 * @returns {Products}
 */
export function productsOf({ queries, keys }, at, head, headSize) {
  const dimensions = Array.from({ length: headSize }, (_, i) => head * headSize + i);
  const vector = (/** @type {import("../shell/lab-types.d.ts").Tensor} */ { data, shape: [, , height, width] }, /** @type {number} */ position) => dimensions.map((channel) => data[channel * height * width + position]);
  const query = vector(queries, at.y * queries.shape[3] + at.x);
  const positions = keys.shape[2] * keys.shape[3];
  const vectors = Array.from({ length: positions }, (_, position) => vector(keys, position));
  const scores = vectors.map((key) => key.reduce((total, value, i) => total + value * query[i], 0) / Math.sqrt(headSize));
  return { query, keys: vectors, scores };
}

/** One query and one key of one head, with their numbers. Event: `key` (index of the key's cell). */
export class DotProduct extends HTMLElement {
  #texts;
  #view;
  #title = h("h3", {});
  #caption = h("figcaption", {});
  #table = h("table");
  #formulas = h("div", { className: "formulas" });
  #readout = h("p", { className: "readout", role: "status" });
  #strongest;
  #width = 1;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#view = new MapView(texts.t("product.map"), { canMove: true });
    this.#view.addEventListener("position", (event) => {
      const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
      emit(this, "key", y * this.#width + x);
    });
    this.#strongest = h("button", { type: "button", className: "plain", onclick: () => emit(this, "key", -1) }, texts.t("product.strongest"));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const figure = h("figure", {}, this.#view, this.#caption);
    const map = h("div", {}, figure, h("p", { className: "settings" }, this.#strongest));
    const t = (/** @type {string} */ key) => this.#texts.t(`product.${key}`);
    const numbers = h("div", { className: "numbers" }, scroller(t("table"), this.#table), scroller(t("formulas"), this.#formulas), this.#readout);
    this.append(this.#title, h("div", { className: "product-grid" }, map, numbers));
  }

  /**
   * @param {StageHeads} stageHeads
   * @param {number} head
   * @param {number} key index of its cell; -1 is the one with the largest share
   * @param {{queries: import("../shell/lab-types.d.ts").Tensor, keys: import("../shell/lab-types.d.ts").Tensor}} values
   */
  show({ stage: { number, keys, headSize }, heads, query }, head, key, values) {
    const texts = this.#texts;
    const { shares } = heads[head];
    const at = Number.isInteger(key) && key >= 0 && key < keys.count ? key : indexOfLargest(shares);
    const position = { x: at % keys.width, y: Math.floor(at / keys.width) };
    this.#width = keys.width;
    const { high } = this.#view.showValues(shares, { width: keys.width, height: keys.height, low: 0 });
    this.#view.position = position;
    this.#title.textContent = texts.t("product.chosen", { stage: number, head: head + 1 });
    const where = { x: position.x + 1, y: position.y + 1, share: texts.percent(shares[at]), most: texts.percent(high) };
    this.#view.label = `${texts.t("product.map")} ${texts.t("product.at", where)}`;
    this.#caption.textContent = texts.t("product.caption", where);
    const products = productsOf(values, query, head, headSize);
    this.#showTable(products, at);
    this.#showFormulas(products, at, headSize, shares[at]);
  }

  /** @param {Products} products @param {number} at */
  #showTable({ query, keys }, at) {
    const texts = this.#texts;
    const number = (/** @type {number} */ value) => texts.number(value);
    const products = query.map((value, i) => value * keys[at][i]);
    const cells = (/** @type {string[]} */ values) => values.map((value) => h("td", {}, value));
    const rows = query.slice(0, SHOWN).map((value, i) => h("tr", {}, h("th", { scope: "row" }, number(i + 1)), ...cells([value, keys[at][i], products[i]].map(number))));
    const add = (/** @type {number[]} */ values) => values.reduce((total, value) => total + value, 0);
    const rest = h("tr", {}, h("th", { scope: "row", colSpan: 3 }, texts.t("product.rest", { from: SHOWN + 1, to: query.length })), ...cells([number(add(products.slice(SHOWN)))]));
    const total = h("tr", { className: "total" }, h("th", { scope: "row", colSpan: 3 }, texts.t("product.sum")), ...cells([number(add(products))]));
    const head = h("tr", {}, ...["dimension", "query", "key", "product"].map((key) => h("th", { scope: "col" }, texts.t(`product.${key}`))));
    this.#table.replaceChildren(h("caption", { className: "visually-hidden" }, texts.t("product.table")), h("thead", {}, head), h("tbody", {}, ...rows, ...(query.length > SHOWN ? [rest] : []), total));
  }

  /** @param {Products} products @param {number} at @param {number} headSize @param {number} share as the lab has it */
  #showFormulas({ scores }, at, headSize, share) {
    const texts = this.#texts;
    const number = (/** @type {number} */ value) => texts.number(value);
    const largest = Math.max(...scores);
    const exponentials = scores.map((score) => Math.exp(score - largest));
    const total = exponentials.reduce((all, value) => all + value, 0);
    const s = (/** @type {string} */ index) => sub("s", index);
    const subtracted = largest < 0 ? `(${number(largest)})` : number(largest);
    this.#formulas.replaceChildren(
      formula("s", "=", frac(row("q", "·", "k"), root("d")), "=", frac(number(scores[at] * Math.sqrt(headSize)), root(number(headSize))), "=", number(scores[at])),
      formula(
        ...["p", "=", frac(sup("e", row("s", "−", s("max"))), sum("j", sup("e", row(s("j"), "−", s("max")))))],
        ...["=", frac(sup("e", row(number(scores[at]), "−", subtracted)), number(total)), "=", number(exponentials[at] / total)],
      ),
    );
    this.#readout.textContent = texts.t("product.readout", { share: texts.percent(share), keys: scores.length });
  }
}

customElements.define("dot-product", DotProduct);
