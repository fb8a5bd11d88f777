import { h } from "../../dom.js";
import { scroller } from "../shell/figure.js";

/** @typedef {import("../shell/lab-types.d.ts").Measured} Measured */

/** Measures of each class, as the lab's object has them. */
const COLUMNS = /** @type {const} */ (["iou", "dice", "precision", "recall"]);

/** A row for each class; what is 0 / 0 says so. Texts: `table`. */
export class ClassTable extends HTMLElement {
  #texts;
  #table = h("table");

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    this.replaceChildren(scroller(this.#texts.t("table.caption"), this.#table));
  }

  /**
   * @param {Measured} measured
   * @param {string[]} names of the classes
   * @param {(number | null)[]} [boundary] IoU of the classes' boundaries
   */
  show({ classes }, names, boundary) {
    const t = (/** @type {string} */ key) => this.#texts.t(key);
    const columns = [...COLUMNS, ...(boundary ? ["boundary"] : [])];
    const head = h("tr", {}, h("th", { scope: "col" }, t("table.class")), ...["pixels", ...columns].map((key) => h("th", { scope: "col" }, t(`table.${key}`))));
    const rows = classes.map((measured, id) => {
      const values = [...COLUMNS.map((key) => measured[key]), ...(boundary ? [boundary[id]] : [])];
      const pixels = measured.counts.reduce((sum, count) => sum + count, 0);
      const cells = values.map((value, i) => h("td", { "data-value": String(value), "data-column": columns[i] }, value === null ? t("undefined") : this.#texts.number(value)));
      return h("tr", {}, h("th", { scope: "row" }, names[id]), h("td", {}, this.#texts.number(pixels)), ...cells);
    });
    this.#table.replaceChildren(h("thead", {}, head), h("tbody", {}, ...rows));
  }
}

customElements.define("class-table", ClassTable);
