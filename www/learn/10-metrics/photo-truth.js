import { emit, h } from "../../dom.js";
import { fillCells, outlineCells, scaleFor, swatch } from "../paint/cell-looks.js";
import { encodeCells } from "../paint/cells.js";
import { PaintGrid } from "../paint/paint-grid.js";
import { PaintTools } from "../paint/paint-tools.js";
import { slider } from "../shell/controls.js";
import { ClassTable } from "./class-table.js";
import { ConfusionTable } from "./confusion-table.js";
import { OUTCOMES, countsFrom, outcomeLooks, outcomesOf } from "./outcomes.js";

/** @typedef {import("./confusion-table.js").Field} Field */
/** @typedef {import("./metric-grids.js").Compared} Compared */

/** Who is found, of background and person. */
const PERSON = 1;

/**
 * A network's answer against a truth that is painted over the photo or loaded. Events: `run`, `painting`, `paint` ({mask}), `mask-file`
 * (File), `drop-file`, `photo-field` (Field or null), `distance` (0 for the usual one).
 */
export class PhotoTruth extends HTMLElement {
  #texts;
  #run;
  #chooser = h("div");
  #body = h("div", { className: "body", hidden: true });
  #tools;
  #file = h("input", { type: "file", accept: "image/png", hidden: true, onchange: () => this.#openFile() });
  #buttons;
  #backToPaint;
  #source = h("p", { role: "status" });
  #grid;
  #canvas = h("canvas", { role: "img" });
  #legend = h("ul", { className: "looks" });
  #matrix;
  #table;
  #distance;
  #usual;
  /**
   * All numbers behind what is shown, for who asks in the console, and for tests.
   * @type {{compared: Compared, distance: number, boundary: (number | null)[]} | null}
   */
  latest = null;
  /** The network's answer on the grid. @type {Uint8Array} */ #answer = new Uint8Array(1);

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) => h("button", { type: "button", className: "plain", onclick: act }, texts.t(`network.${key}`));
    const paint = (/** @type {Uint8Array} */ cells) => emit(this, "paint", { mask: encodeCells(cells) });
    this.#run = h("button", { type: "button", className: "primary", onclick: () => emit(this, "run") }, texts.t("network.run"));
    this.#tools = new PaintTools(texts, "photo-brush");
    this.#grid = new PaintGrid(texts.t("network.keys"), this.#tools);
    this.#matrix = new ConfusionTable(texts);
    this.#table = new ClassTable(texts);
    this.#backToPaint = button("backToPaint", () => emit(this, "drop-file"));
    this.#buttons = [button("fromAnswer", () => paint(this.#answer)), button("clear", () => paint(new Uint8Array(this.#answer.length)))];
    this.#distance = slider(texts.t("network.distance"), { min: 1, max: 20, step: 1, isLate: true }, (distance) => emit(this, "distance", distance));
    this.#usual = button("usualDistance", () => emit(this, "distance", 0));
    this.#grid.addEventListener("stroke", (event) => emit(this, "painting", { mask: encodeCells(/** @type {CustomEvent<Uint8Array>} */ (event).detail) }));
    this.#grid.addEventListener("painted", (event) => paint(/** @type {CustomEvent<Uint8Array>} */ (event).detail));
    this.#matrix.addEventListener("field", (event) => {
      event.stopPropagation();
      emit(this, "photo-field", /** @type {CustomEvent<Field | null>} */ (event).detail);
    });
    // The cursor of this grid is its own.
    this.#grid.addEventListener("cursor", (event) => event.stopPropagation());
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(key);
    const load = h("button", { type: "button", className: "plain", onclick: () => this.#file.click() }, t("network.load"));
    const distance = h("div", { className: "settings" }, this.#distance.element, this.#usual);
    this.#body.append(
      h("p", {}, t("network.note")),
      this.#tools,
      h("div", { className: "chosen-buttons" }, ...this.#buttons, load, this.#backToPaint, this.#file),
      this.#source,
      h(
        "div",
        { className: "pair" },
        h("figure", {}, h("h3", {}, t("network.truth")), this.#grid),
        h("figure", {}, h("h3", {}, t("network.against")), this.#canvas, h("figcaption", {}, this.#legend)),
        h("div", { className: "matrix" }, h("h3", {}, t("matrix.title")), this.#matrix),
      ),
      distance,
      this.#table,
    );
    this.append(this.#run, this.#chooser, this.#body);
  }

  /** @param {HTMLElement} chooser of photos */
  addChooser(chooser) {
    this.#chooser.append(chooser);
  }

  /** Whether the network is wanted; its answer comes with `show`. @param {boolean} isLive */
  set isLive(isLive) {
    this.#run.hidden = isLive;
    this.#chooser.hidden = !isLive;
    if (!isLive) this.#body.hidden = true;
  }

  /**
   * @param {Compared} compared
   * @param {{canvas: HTMLCanvasElement, answer: Uint8Array, file: string | null}} of `file` is the name of a mask that was loaded
   */
  show({ width, height, truth, looks }, { canvas, answer, file }) {
    this.#body.hidden = false;
    this.#answer = answer;
    this.#tools.show(looks);
    this.#tools.hidden = file !== null;
    for (const button of this.#buttons) button.hidden = file !== null;
    this.#backToPaint.hidden = file === null;
    this.#grid.isEditable = file === null;
    this.#grid.show(truth, { width, height, looks, photo: canvas });
    this.#source.textContent = file === null ? this.#texts.t("network.painted", { width, height }) : this.#texts.t("network.loaded", { file, width, height });
  }

  /**
   * @param {Compared} compared
   * @param {{measured: import("../shell/lab-types.d.ts").Measured, boundary: (number | null)[]}} measures
   * @param {{canvas: HTMLCanvasElement, field: Field | null, distance: number}} view
   */
  showMeasures(compared, { measured, boundary }, { canvas, field, distance }) {
    const { width, height, truth, predicted, looks } = compared;
    this.latest = { compared, distance, boundary };
    const names = looks.map(({ name }) => name);
    const outcomes = outcomesOf(truth, predicted, PERSON);
    const kinds = outcomeLooks(this.#texts, true);
    const size = { width, height, scale: scaleFor(width, height) };
    this.#canvas.width = width * size.scale;
    this.#canvas.height = height * size.scale;
    this.#canvas.ariaLabel = this.#texts.t("outcome.label", { name: names[PERSON] });
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    context.drawImage(canvas, 0, 0, this.#canvas.width, this.#canvas.height);
    fillCells(context, size, (cell) => kinds[outcomes[cell]]);
    const isCounted = field && ((/** @type {number} */ i) => truth[i] === field.truth && predicted[i] === field.predicted);
    if (isCounted) outlineCells(context, size, isCounted);
    this.#grid.outline(isCounted);
    const counts = countsFrom(measured, PERSON);
    const seen = kinds.slice(0, 3);
    this.#legend.replaceChildren(...seen.map((look, i) => h("li", { "data-outcome": OUTCOMES[i] }, swatch(look), `${look.name}: ${this.#texts.number(counts[OUTCOMES[i]])}`)));
    this.#matrix.show(measured, names, field);
    this.#table.show(measured, names, boundary);
    this.#distance.show(distance, this.#texts.t("network.pixels", { count: distance }));
  }

  #openFile() {
    const [file] = this.#file.files ?? [];
    this.#file.value = "";
    if (file) emit(this, "mask-file", file);
  }
}

customElements.define("photo-truth", PhotoTruth);
