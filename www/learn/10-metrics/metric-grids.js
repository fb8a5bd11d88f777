import { emit, h } from "../../dom.js";
import { encodeCells } from "../paint/cells.js";
import { PaintGrid } from "../paint/paint-grid.js";
import { PaintTools } from "../paint/paint-tools.js";
import { ConfusionTable } from "./confusion-table.js";

/** @typedef {import("../paint/cell-looks.js").Look} Look */
/** @typedef {import("./confusion-table.js").Field} Field */
/** What is measured. @typedef {{width: number, height: number, truth: Uint8Array, predicted: Uint8Array, looks: Look[]}} Compared */

/**
 * Truth and prediction, to be painted, and the matrix that counts their pixels. Events: `picture` (name), `painting` (part of the state,
 * while a stroke is under way), `paint` (the same at its end), `cursor` ({x, y}), `field` (Field or null).
 */
export class MetricGrids extends HTMLElement {
  #texts;
  /** @type {Map<string, HTMLButtonElement>} */ #pictures;
  #copy;
  #tools;
  #truth;
  #prediction;
  #matrix;
  #cell = h("p", { className: "hint", role: "status" });
  #counted = h("p", { className: "readout", role: "status" });

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {string[]} pictures
   */
  constructor(texts, pictures) {
    super();
    this.#texts = texts;
    const button = (/** @type {string} */ name) =>
      h("button", { type: "button", className: "plain", "aria-pressed": "false", onclick: () => emit(this, "picture", name) }, texts.t(`pictures.${name}`));
    this.#pictures = new Map(pictures.map((name) => [name, button(name)]));
    this.#tools = new PaintTools(texts);
    this.#truth = this.#grid("truth");
    this.#prediction = this.#grid("prediction");
    this.#matrix = new ConfusionTable(texts);
    this.#copy = h("button", { type: "button", className: "plain", onclick: () => emit(this, "paint", { prediction: encodeCells(this.#truth.cells) }) }, texts.t("grids.copy"));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const pictures = h("div", { className: "chosen-buttons", role: "group", "aria-label": this.#texts.t("grids.pictures") }, ...this.#pictures.values(), this.#copy);
    const figure = (/** @type {string} */ name, /** @type {HTMLElement} */ shown) => h("figure", {}, h("h3", {}, this.#texts.t(`grids.${name}`)), shown);
    const matrix = h("div", { className: "matrix" }, h("h3", {}, this.#texts.t("matrix.title")), this.#matrix, this.#counted);
    this.append(pictures, this.#tools, h("div", { className: "pair" }, figure("truth", this.#truth), figure("prediction", this.#prediction), matrix), this.#cell);
  }

  /**
   * What can be seen before anything is measured.
   * @param {Compared} compared
   * @param {{picture: string, position: {x: number, y: number}, field: Field | null}} view
   */
  show({ width, height, truth, predicted, looks }, { picture, position, field }) {
    for (const [name, button] of this.#pictures) button.ariaPressed = String(name === picture);
    this.#tools.show(looks);
    const isCounted = field && ((/** @type {number} */ i) => truth[i] === field.truth && predicted[i] === field.predicted);
    for (const [grid, cells] of /** @type {const} */ ([[this.#truth, truth], [this.#prediction, predicted]])) {
      grid.show(cells, { width, height, looks });
      grid.outline(isCounted);
      grid.cursor = position;
    }
    const { x, y } = position;
    const [ours, theirs] = [truth, predicted].map((cells) => looks[cells[y * width + x]].name);
    this.#cell.textContent = this.#texts.t("grids.cell", { column: x + 1, row: y + 1, truth: ours, predicted: theirs });
  }

  /**
   * @param {import("../shell/lab-types.d.ts").Measured} measured
   * @param {Look[]} looks
   * @param {Field | null} field
   */
  showMatrix(measured, looks, field) {
    this.#matrix.show(measured, looks.map(({ name }) => name), field);
    const text = field
      ? this.#texts.t("matrix.counted", { count: measured.classes[field.truth].counts[field.predicted], truth: looks[field.truth].name, predicted: looks[field.predicted].name })
      : this.#texts.t("matrix.press");
    this.#counted.textContent = text;
  }

  /** @param {"truth" | "prediction"} name */
  #grid(name) {
    const grid = new PaintGrid(this.#texts.t(`grids.${name}Keys`), this.#tools);
    const changed = (/** @type {Event} */ event) => ({ [name]: encodeCells(/** @type {CustomEvent<Uint8Array>} */ (event).detail) });
    grid.addEventListener("stroke", (event) => emit(this, "painting", changed(event)));
    grid.addEventListener("painted", (event) => emit(this, "paint", changed(event)));
    return grid;
  }
}

customElements.define("metric-grids", MetricGrids);
