import { emit, h } from "../../dom.js";

/** @typedef {import("../shell/lab-types.d.ts").Measured} Measured */
/** A field of the matrix: what pixels are, and what they were taken for. @typedef {{truth: number, predicted: number}} Field */

/**
 * The confusion matrix. Pressing a number chooses its pixels, pressing it again lets go of them. Event: `field` (Field or null). Texts: `matrix`.
 */
export class ConfusionTable extends HTMLElement {
  #texts;
  #table = h("table");
  /** @type {HTMLButtonElement[][]} */ #buttons = [];
  #names = "";

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    this.replaceChildren(h("div", { className: "scroll" }, this.#table));
  }

  /**
   * @param {Measured} measured
   * @param {string[]} names of the classes
   * @param {Field | null} chosen
   */
  show({ classes }, names, chosen) {
    if (this.#names !== names.join()) this.#build(names);
    const rowSums = classes.map(({ counts }) => sumOf(counts));
    const columnSums = names.map((_, id) => sumOf(classes.map(({ counts }) => counts[id])));
    this.#buttons.forEach((row, truth) =>
      row.forEach((button, predicted) => {
        const count = classes[truth].counts[predicted];
        button.textContent = this.#texts.number(count);
        button.ariaLabel = this.#texts.t("matrix.field", { count, truth: names[truth], predicted: names[predicted] });
        button.ariaPressed = String(chosen?.truth === truth && chosen.predicted === predicted);
      }),
    );
    this.#table.querySelectorAll("td.row-sum").forEach((cell, id) => (cell.textContent = this.#texts.number(rowSums[id])));
    this.#table.querySelectorAll("td.column-sum").forEach((cell, id) => (cell.textContent = this.#texts.number([...columnSums, sumOf(rowSums)][id])));
  }

  /** @param {string[]} names */
  #build(names) {
    this.#names = names.join();
    const t = (/** @type {string} */ key) => this.#texts.t(key);
    this.#buttons = names.map((_, truth) => names.map((_, predicted) => this.#button(truth, predicted)));
    const head = h("tr", {}, h("th", { scope: "col" }, t("matrix.corner")), ...names.map((name) => h("th", { scope: "col" }, name)), h("th", { scope: "col" }, t("matrix.sum")));
    const rows = names.map((name, truth) =>
      h("tr", {}, h("th", { scope: "row" }, name), ...this.#buttons[truth].map((button) => h("td", {}, button)), h("td", { className: "row-sum" })),
    );
    const sums = h("tr", {}, h("th", { scope: "row" }, t("matrix.sum")), ...[...names, ""].map(() => h("td", { className: "column-sum" })));
    this.#table.replaceChildren(h("caption", {}, t("matrix.caption")), h("thead", {}, head), h("tbody", {}, ...rows, sums));
  }

  /** @param {number} truth @param {number} predicted */
  #button(truth, predicted) {
    const button = h("button", {
      type: "button",
      className: truth === predicted ? "plain right" : "plain",
      "aria-pressed": "false",
      "data-field": `${truth}-${predicted}`,
      onclick: () => emit(this, "field", button.ariaPressed === "true" ? null : { truth, predicted }),
    });
    return button;
  }
}

/** @param {number[]} counts */
const sumOf = (counts) => counts.reduce((sum, count) => sum + count, 0);

customElements.define("confusion-table", ConfusionTable);
