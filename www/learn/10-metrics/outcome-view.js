import { emit, h } from "../../dom.js";
import { fillCells, scaleFor, swatch } from "../paint/cell-looks.js";
import { scroller } from "../shell/figure.js";
import { radios } from "../shell/controls.js";
import { classFormulas, showLines } from "./class-formulas.js";
import { OUTCOMES, countsFrom, outcomeLooks, outcomesOf } from "./outcomes.js";

/** One class: its hits and both kinds of errors, in place and in formulas. Event: `class` (id). */
export class OutcomeView extends HTMLElement {
  #texts;
  #classes;
  #canvas = h("canvas", { role: "img" });
  #legend = h("ul", { className: "looks" });
  #formulas = h("div", { className: "formulas" });
  #names = "";

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#classes = this.#radios([]);
  }

  connectedCallback() {
    if (this.firstChild) return;
    const formulas = scroller(this.#texts.t("outcome.formulas"), this.#formulas);
    this.append(this.#classes.element, h("div", { className: "beside" }, h("figure", {}, this.#canvas, h("figcaption", {}, this.#legend)), formulas));
  }

  /**
   * @param {import("./metric-grids.js").Compared} compared
   * @param {import("../shell/lab-types.d.ts").Measured} measured
   * @param {number} classId
   */
  show({ width, height, truth, predicted, looks }, measured, classId) {
    const texts = this.#texts;
    this.#choose(looks.map(({ name }) => name), classId);
    const outcomes = outcomesOf(truth, predicted, classId);
    const kinds = outcomeLooks(texts);
    const size = { width, height, scale: scaleFor(width, height) };
    this.#canvas.width = width * size.scale;
    this.#canvas.height = height * size.scale;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    fillCells(context, size, (cell) => kinds[outcomes[cell]]);
    this.#canvas.ariaLabel = texts.t("outcome.label", { name: looks[classId].name });
    const counts = countsFrom(measured, classId);
    this.#legend.replaceChildren(...kinds.map((look, i) => h("li", { "data-outcome": OUTCOMES[i] }, swatch(look), `${look.name}: ${texts.number(counts[OUTCOMES[i]])}`)));
    showLines(this.#formulas, classFormulas(counts, measured.classes[classId], (value) => texts.number(value), texts.t("undefined")));
  }

  /** @param {string[]} names @param {number} classId */
  #choose(names, classId) {
    if (this.#names !== names.join()) {
      this.#names = names.join();
      const before = this.#classes.element;
      this.#classes = this.#radios(names);
      before.replaceWith(this.#classes.element);
    }
    this.#classes.show(String(classId));
  }

  /** @param {string[]} names */
  #radios(names) {
    return radios(this.#texts.t("outcome.choose"), "class", Object.fromEntries(names.entries()), (id) => emit(this, "class", Number(id)));
  }
}

customElements.define("outcome-view", OutcomeView);
