import { emit, h } from "../../dom.js";
import { scroller } from "../shell/figure.js";
import { figuresOf } from "./figures.js";
import { fieldText, shortNumber } from "./figures-table.js";
import { NETWORKS, STATIONS } from "./stations.js";

/** @typedef {import("./trained-runs.js").Measured} Measured */

/** All stations' networks in figures, and what the catalogue's model of each reaches. Event: `station` (id). */
export class OverviewTable extends HTMLElement {
  #texts;
  #networks;
  #body = h("tbody", {});
  #caption = h("caption", {});
  #size = "";
  /** @type {Map<string, HTMLTableRowElement>} */ #rows = new Map();

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {import("./networks.js").Networks} networks
   */
  constructor(texts, networks) {
    super();
    this.#texts = texts;
    this.#networks = networks;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const texts = this.#texts;
    const head = h("tr", {}, ...["network", "parameters", "macs", "field", "joins", "iou"].map((key) => h("th", { scope: "col" }, texts.t(`overview.${key}`))));
    this.append(scroller(texts.t("overview.table"), h("table", {}, this.#caption, h("thead", {}, head), this.#body)));
  }

  /** @param {string} station that is shown */
  mark(station) {
    for (const [id, row] of this.#rows) row.classList.toggle("current", id === station);
  }

  /**
   * @param {[number, number]} size of the input
   * @param {Measured[]} measured
   */
  async show(size, measured) {
    if (String(size) === this.#size) return;
    const texts = this.#texts;
    const rows = [];
    for (const { id, name, after } of STATIONS) {
      const { parameters, macs, field, joins } = figuresOf(await this.#networks.describe(after, size));
      const score = measured.find((row) => row.id === NETWORKS[after].model);
      const open = h("button", { type: "button", className: "quiet", onclick: () => emit(this, "station", id) }, name);
      const cells = [shortNumber(texts, parameters), shortNumber(texts, macs), fieldText(texts, field), texts.number(joins), score ? texts.percent(score.mean_iou) : "–"];
      const row = h("tr", {}, h("th", { scope: "row" }, open), ...cells.map((cell) => h("td", {}, cell)));
      rows.push(row);
      this.#rows.set(id, row);
    }
    const [height, width] = size;
    this.#caption.textContent = texts.t("overview.caption", { height, width });
    this.#body.replaceChildren(...rows);
    this.#size = String(size);
  }
}

customElements.define("overview-table", OverviewTable);
