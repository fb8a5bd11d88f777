import { emit, h } from "../../dom.js";
import { countsOf, encodeCells } from "../paint/cells.js";
import { PaintGrid } from "../paint/paint-grid.js";
import { PaintTools } from "../paint/paint-tools.js";
import { slider } from "../shell/controls.js";
import { CONFIDENCE } from "./scores.js";
import { PHOTO } from "./case.js";

/** @typedef {import("./case.js").ShownCase} ShownCase */

/**
 * Truth and prediction, to be painted, and where they come from. Events: `preset` (name), `painting` (part of the state, while a stroke is
 * under way), `paint` (the same at its end), `setting` (confidence or shift), `cursor` ({x, y}).
 */
export class CaseGrids extends HTMLElement {
  #texts;
  /** @type {Map<string, HTMLButtonElement>} */ #presets;
  #chooser = h("div", { hidden: true });
  #note = h("p", { hidden: true });
  #tools;
  #truth;
  #prediction;
  #truthCaption = h("figcaption");
  #predictionCaption = h("figcaption");
  #confidence;
  #shift;
  #measured = h("p", { className: "readout", role: "status" });

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {string[]} presets
   */
  constructor(texts, presets) {
    super();
    this.#texts = texts;
    const t = (/** @type {string} */ key) => texts.t(key);
    const button = (/** @type {string} */ name) =>
      h("button", { type: "button", className: "plain", "aria-pressed": "false", onclick: () => emit(this, "preset", name) }, t(`presets.${name}`));
    this.#presets = new Map(presets.map((name) => [name, button(name)]));
    this.#tools = new PaintTools(texts);
    this.#truth = this.#grid("truth");
    this.#prediction = this.#grid("prediction");
    const { least, most, step } = CONFIDENCE;
    this.#confidence = slider(t("grids.confidence"), { min: least, max: most, step, isLate: true }, (confidence) => emit(this, "setting", { confidence }));
    this.#shift = slider(t("grids.shift"), { min: 0, max: 8, step: 1, isLate: true }, (shift) => emit(this, "setting", { shift }));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const presets = h("div", { className: "chosen-buttons", role: "group", "aria-label": this.#texts.t("grids.presets") }, ...this.#presets.values());
    const figure = (/** @type {string} */ name, /** @type {PaintGrid} */ grid, /** @type {HTMLElement} */ caption) =>
      h("figure", {}, h("h3", {}, this.#texts.t(`grids.${name}`)), grid, caption);
    const figures = h("div", { className: "pair" }, figure("truth", this.#truth, this.#truthCaption), figure("prediction", this.#prediction, this.#predictionCaption));
    const settings = h("div", { className: "settings" }, this.#confidence.element, this.#shift.element);
    this.append(presets, this.#chooser, this.#note, this.#tools, figures, settings, this.#measured);
  }

  /** @param {HTMLElement} chooser of photos */
  addChooser(chooser) {
    this.#chooser.append(chooser);
  }

  /** @param {string} chosen */
  choosePreset(chosen) {
    for (const [name, button] of this.#presets) button.ariaPressed = String(name === chosen);
    this.#chooser.hidden = chosen !== PHOTO;
  }

  /**
   * @param {ShownCase} of
   * @param {{confidence: number, shift: number, truth: string, position: {x: number, y: number}}} view
   */
  show({ width, height, truth, predicted, looks, photo }, { confidence, shift, truth: painted, position }) {
    const texts = this.#texts;
    this.#tools.show(looks);
    this.#prediction.isEditable = photo === null;
    for (const [grid, cells] of /** @type {const} */ ([[this.#truth, truth], [this.#prediction, predicted]])) {
      grid.show(cells, { width, height, looks, photo });
      grid.cursor = position;
    }
    this.#prediction.label = texts.t(photo ? "grids.predictionSeen" : "grids.predictionKeys");
    const shares = countsOf(truth, looks.length).map((count, id) => `${looks[id].name} ${texts.percent(count / truth.length)}`);
    this.#truthCaption.textContent = shares.join(", ");
    const { x, y } = position;
    this.#predictionCaption.textContent = texts.t("grids.cell", { column: x + 1, row: y + 1, truth: looks[truth[y * width + x]].name, predicted: looks[predicted[y * width + x]].name });
    this.#confidence.show(confidence, texts.percent(confidence));
    this.#shift.show(shift, texts.t("grids.shiftBy", { count: shift }));
    // With a photo the scores are the network's own.
    this.#confidence.element.hidden = photo !== null;
    this.#shift.element.hidden = photo === null || painted !== "";
    this.#note.hidden = photo === null;
    this.#note.textContent = texts.t(painted === "" ? "grids.noteShifted" : "grids.notePainted");
  }

  /**
   * @param {ShownCase} of
   * @param {import("../shell/lab-types.d.ts").Measured} measured
   */
  showMeasured({ truth, predicted }, { pixelAccuracy, meanIou }) {
    const wrong = truth.filter((id, i) => id !== predicted[i]).length;
    this.#measured.textContent = this.#texts.t("grids.measured", {
      wrong,
      pixels: truth.length,
      accuracy: this.#texts.percent(pixelAccuracy),
      iou: this.#texts.percent(meanIou),
    });
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

customElements.define("case-grids", CaseGrids);
