import { emit, h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { scroller } from "../shell/figure.js";
import { twoNearest } from "./border.js";
import { formulasAt, generalFormulas } from "./loss-formulas.js";
import { balancedWeights, gradientOf } from "./loss-list.js";
import { ParameterSliders } from "./parameter-sliders.js";
import { probabilitiesAt } from "./scores.js";
import { numberPart, numberText } from "./small-number.js";

/** @typedef {import("./loss-list.js").LossKey} LossKey */
/** @typedef {import("./loss-list.js").Case} Case */

/**
 * One loss: its sliders, its maps, its formula in general and with the chosen pixel's numbers. Events: `position` ({x, y}), `of` (whose score
 * the gradient is by: "true" or a class id), and those of its sliders.
 */
export class LossDetail extends HTMLElement {
  #texts;
  #name = h("h3");
  #about = h("p");
  #sliders;
  #gradient;
  #share;
  #weight;
  #gradientCaption = h("figcaption");
  #shareFigure;
  #shareCaption = h("figcaption");
  #weightFigure;
  #weightCaption = h("figcaption");
  #by = h("select", { onchange: () => emit(this, "of", this.#by.value) });
  #pixel = h("p", { className: "pixel", role: "status" });
  #general = h("div", { className: "formulas" });
  #here = h("div", { className: "formulas" });

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#sliders = new ParameterSliders(texts);
    this.#gradient = new MapView("", { canMove: true });
    this.#share = new MapView("", { canMove: true });
    this.#weight = new MapView("", { canMove: true });
    this.#shareFigure = h("figure", { className: "share" }, this.#share, this.#shareCaption);
    this.#weightFigure = h("figure", { className: "weight" }, this.#weight, this.#weightCaption);
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(key);
    const by = h("label", {}, t("detail.by"), this.#by);
    const gradient = h("figure", { className: "gradient" }, this.#gradient, this.#gradientCaption);
    const titled = (/** @type {string} */ title, /** @type {HTMLElement} */ formulas) => h("div", {}, h("h4", {}, t(title)), scroller(t(title), formulas));
    this.append(
      this.#name, this.#about, this.#sliders,
      h("div", { className: "figures" }, gradient, this.#shareFigure, this.#weightFigure),
      h("div", { className: "settings" }, by),
      titled("detail.general", this.#general), this.#pixel, titled("detail.here", this.#here),
    );
  }

  /**
   * @param {LossKey} key
   * @param {Case} of
   * @param {import("./loss-list.js").Parameters} parameters completed
   * @param {import("./evaluation.js").Evaluation} evaluation
   * @param {{position: {x: number, y: number}, by: string}} view
   */
  show(key, of, parameters, { losses }, { position, by }) {
    const loss = losses[key];
    this.dataset.loss = key;
    this.#name.textContent = this.#texts.t(`losses.${key}`);
    this.#about.textContent = this.#texts.t(`about.${key}`);
    this.#sliders.show(key, parameters, of);
    this.#showBy(of, by);
    this.#showMaps(of, loss, position, of.looks[Number(by)] ? Number(by) : undefined);
    if (this.#general.dataset.loss !== key) this.#general.replaceChildren(...generalFormulas(key));
    this.#general.dataset.loss = key;
    this.#showPixel(key, of, parameters, loss, position);
  }

  /** @param {Case} of @param {string} by */
  #showBy({ looks }, by) {
    const choices = [["true", this.#texts.t("detail.byTrue")], ...looks.map(({ name }, id) => [String(id), name])];
    if (this.#by.options.length !== choices.length) this.#by.replaceChildren(...choices.map(([value, name]) => h("option", { value }, name)));
    this.#by.value = looks[Number(by)] ? by : "true";
  }

  /**
   * @param {Case} of
   * @param {import("../shell/lab-types.d.ts").EvaluatedLoss} loss
   * @param {{x: number, y: number}} position
   * @param {number | undefined} classId whose score the gradient is by
   */
  #showMaps({ truth, width, height, looks }, loss, position, classId) {
    const t = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => this.#texts.t(key, values);
    const n = (/** @type {number} */ value) => numberText(this.#texts, value);
    const at = position.y * width + position.x;
    const gradient = gradientOf(loss, truth, classId);
    const { most } = this.#gradient.showSigned(gradient, { width, height });
    const score = classId === undefined ? t("detail.trueScore") : t("detail.scoreOf", { name: looks[classId].name });
    this.#gradient.label = t("detail.gradientLabel", { score });
    this.#gradientCaption.textContent = t("detail.gradient", { score, most: n(most), here: n(gradient[at]) });
    this.#gradient.position = position;

    this.#shareFigure.hidden = loss.perPixel === null;
    if (loss.perPixel) {
      const { high } = this.#share.showValues(loss.perPixel, { width, height, low: 0 });
      this.#share.label = t("detail.shareLabel");
      this.#shareCaption.textContent = t("detail.share", { most: n(high), here: n(loss.perPixel[at]) });
      this.#share.position = position;
    }
    this.#weightFigure.hidden = loss.weights === null;
    if (loss.weights) {
      const { high } = this.#weight.showValues(loss.weights, { width, height, low: 0 });
      this.#weight.label = t("detail.weightLabel");
      this.#weightCaption.textContent = t("detail.weight", { most: n(high), here: n(loss.weights[at]) });
      this.#weight.position = position;
    }
  }

  /**
   * @param {LossKey} key
   * @param {Case} of
   * @param {import("./loss-list.js").Parameters} parameters
   * @param {import("../shell/lab-types.d.ts").EvaluatedLoss} evaluated
   * @param {{x: number, y: number}} position
   */
  #showPixel(key, of, parameters, evaluated, { x, y }) {
    const { truth, predicted, scores, looks, width } = of;
    const pixel = y * width + x;
    const trueClass = truth[pixel];
    const probabilities = probabilitiesAt(scores, looks.length, pixel);
    const distances = trueClass === 0 ? twoNearest(truth, width, pixel) : null;
    const balance = balancedWeights(truth, looks.length)[trueClass];
    const n = (/** @type {number} */ value) => numberPart(this.#texts, value);
    this.#pixel.textContent = this.#texts.t("detail.pixel", {
      column: x + 1,
      row: y + 1,
      truth: looks[trueClass].name,
      predicted: looks[predicted[pixel]].name,
      probability: numberText(this.#texts, probabilities[trueClass]),
      classes: looks.length,
      pixels: truth.length,
    });
    const lines = formulasAt(key, { pixel, trueClass, probabilities, of, parameters, evaluated, balance, distances }, n);
    for (const { math, computed, value } of lines) {
      math.setAttribute("data-computed", String(computed));
      math.setAttribute("data-value", String(value));
    }
    this.#here.replaceChildren(...lines.map(({ math }) => math));
  }
}

customElements.define("loss-detail", LossDetail);
