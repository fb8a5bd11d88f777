import { h } from "../../dom.js";
import { scroller } from "../shell/figure.js";

/** @typedef {import("../shell/lab-types.d.ts").Measured} Measured */
/** A picture or all of them. @typedef {{name: string, measured: Measured}} Row */

/** IoU of several pictures: each by itself, their mean, and that of one matrix of all their pixels. */
export class PicturesTable extends HTMLElement {
  #texts;
  #table = h("table");

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    this.replaceChildren(scroller(this.#texts.t("many.title"), this.#table));
  }

  /**
   * @param {Row[]} pictures
   * @param {Measured} all of one matrix
   * @param {string[]} names of the classes
   */
  show(pictures, all, names) {
    const texts = this.#texts;
    const columns = (/** @type {Measured} */ measured) => [...measured.classes.map(({ iou }) => iou), measured.meanIou];
    const byPicture = pictures.map(({ measured }) => columns(measured));
    const means = [...names, ""].map((_, column) => meanOf(byPicture.map((values) => values[column])));
    const row = (/** @type {string} */ key, /** @type {string} */ name, /** @type {(number | null)[]} */ values) =>
      h("tr", { "data-row": key }, h("th", { scope: "row" }, name), ...values.map((value) => h("td", { "data-value": String(value) }, value === null ? texts.t("undefined") : texts.number(value))));
    const head = h("tr", {}, ...[texts.t("many.picture"), ...names.map((name) => texts.t("many.iouOf", { name })), texts.t("many.meanIou")].map((text) => h("th", { scope: "col" }, text)));
    this.#table.replaceChildren(
      h("thead", {}, head),
      h("tbody", {}, ...pictures.map(({ name }, i) => row(name, texts.t(`pictures.${name}`), byPicture[i]))),
      h("tfoot", {}, row("mean", texts.t("many.mean"), means), row("global", texts.t("many.global"), columns(all))),
    );
  }
}

/** Of those that there are. @param {(number | null)[]} values */
export function meanOf(values) {
  const there = values.filter((value) => value !== null);
  return there.length > 0 ? there.reduce((sum, value) => sum + value, 0) / there.length : null;
}

customElements.define("pictures-table", PicturesTable);
