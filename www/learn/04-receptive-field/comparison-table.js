import { h } from "../../dom.js";
import { scroller } from "../shell/figure.js";

const COLUMNS = /** @type {const} */ (["network", "layer", "theory", "middle", "radius", "seconds"]);

/** One measured field. @typedef {Record<typeof COLUMNS[number], string>} Row */

/** Measured fields, one a row; a field that is measured again keeps its row. */
export class ComparisonTable extends HTMLElement {
  #body = h("tbody");
  #table;
  /** @type {Map<string, HTMLTableRowElement>} */ #rows = new Map();

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    const heads = COLUMNS.map((column) => h("th", { scope: "col" }, texts.t(`comparison.${column}`)));
    this.#table = scroller(texts.t("comparison.label"), h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#body));
  }

  connectedCallback() {
    this.replaceChildren(this.#table);
    this.#table.hidden = this.#rows.size === 0;
  }

  /** @param {string} key @param {Row} row */
  add(key, row) {
    const cells = COLUMNS.map((column) => (column === "network" ? h("th", { scope: "row" }, row[column]) : h("td", { className: column }, row[column])));
    const made = h("tr", { "data-key": key }, ...cells);
    const known = this.#rows.get(key);
    if (known) known.replaceWith(made);
    else this.#body.append(made);
    this.#rows.set(key, made);
    this.#table.hidden = false;
  }

  clear() {
    this.#rows.clear();
    this.#body.replaceChildren();
    this.#table.hidden = true;
  }
}

customElements.define("comparison-table", ComparisonTable);
