import { emit, h } from "../../dom.js";
import { fillCells, outlineCells, scaleFor } from "../paint/cell-looks.js";
import { LessonSteps } from "../shell/steps.js";
import { scroller } from "../shell/figure.js";
import { radios } from "../shell/controls.js";
import { MEASURES, valueOf, wayOf } from "./evaluation.js";
import { bar } from "./sight-table.js";
import { numberText } from "./small-number.js";

/** @typedef {import("./evaluation.js").Evaluation} Evaluation */

/** From perfect to all wrong. */
export const STEPS = 9;

/** The truth going wrong step by step, and how far each measure has come. Events: `step` (0..STEPS - 1, of the buttons), `order`. */
export class WrongSteps extends HTMLElement {
  #texts;
  #steps;
  #orders;
  #canvas = h("canvas", { role: "img" });
  #caption = h("span", { role: "status" });
  #bars = h("table", { className: "bars" });

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#steps = new LessonSteps(texts);
    const orders = { spread: texts.t("wrong.spread"), rare: texts.t("wrong.rare") };
    this.#orders = radios(texts.t("wrong.order"), "order", orders, (order) => emit(this, "order", order));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(key);
    const figure = h("figure", {}, this.#canvas, h("figcaption", {}, this.#caption));
    this.append(this.#orders.element, this.#steps, h("div", { className: "beside" }, figure, scroller(t("wrong.bars"), this.#bars)));
  }

  /**
   * Where the controls stand; at once, so that a second press goes on from there.
   * @param {number} step
   * @param {string} order
   */
  stand(step, order) {
    this.#steps.show(step, STEPS);
    this.#orders.show(order);
  }

  /**
   * @param {import("./loss-list.js").Case} of with the prediction of this step
   * @param {{evaluation: Evaluation, perfect: Evaluation, wrong: Evaluation}} evaluations
   */
  show(of, evaluations) {
    const texts = this.#texts;
    const isWrong = (/** @type {number} */ cell) => of.truth[cell] !== of.predicted[cell];
    const wrong = of.truth.filter((_, cell) => isWrong(cell)).length;
    this.#caption.textContent = texts.t("wrong.caption", { count: wrong, pixels: of.truth.length });
    this.#canvas.ariaLabel = texts.t("wrong.label");
    this.#draw(of, isWrong);
    this.#bars.replaceChildren(
      h("caption", {}, texts.t("wrong.bars")),
      h("tbody", {}, ...MEASURES.map((key) => {
        const way = wayOf(key, evaluations);
        const cells = [h("td", { className: "wide" }, bar(way)), h("td", {}, texts.percent(way)), h("td", {}, numberText(texts, valueOf(evaluations.evaluation, key)))];
        return h("tr", { "data-measure": key, "data-way": String(way) }, h("th", { scope: "row" }, texts.t(`losses.${key}`)), ...cells);
      })),
    );
  }

  /** @param {import("./loss-list.js").Case} of @param {(cell: number) => boolean} isWrong */
  #draw({ predicted, width, height, looks }, isWrong) {
    const size = { width, height, scale: scaleFor(width, height) };
    this.#canvas.width = width * size.scale;
    this.#canvas.height = height * size.scale;
    const context = /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
    fillCells(context, size, (cell) => looks[predicted[cell]]);
    outlineCells(context, size, isWrong);
  }
}

customElements.define("wrong-steps", WrongSteps);
