import { h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { radios } from "../shell/controls.js";
import { figure } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { greyPixels, valuePixels } from "./pictures.js";
import { softmax } from "../shell/softmax.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/** What a map of a class shows. */
export const MAPS = /** @type {const} */ (["score", "probability", "onehot"]);

/**
 * The network's answer as it is: one map for each class, of scores, of probabilities, or of the one-hot code of the most probable class. Event:
 * `position` of the maps.
 */
export class ClassMaps extends HTMLElement {
  #texts;
  #choice;
  #grid = h("div", { className: "figures small" });
  #scale = h("p", { className: "hint" });
  #line = h("p", { className: "readout", role: "status" });
  /** @type {{view: MapView, caption: HTMLElement}[]} */ #maps = [];
  /** @type {ClassOf[]} */ #classes = [];
  /** @type {Answer | null} */ #answer = null;

  /** @param {import("../shell/text.js").Texts} texts @param {(maps: string) => void} choose */
  constructor(texts, choose) {
    super();
    this.#texts = texts;
    this.#choice = radios(texts.t("maps.show"), "maps", Object.fromEntries(MAPS.map((kind) => [kind, texts.t(`maps.kinds.${kind}`)])), choose);
    this.append(h("div", { className: "settings" }, this.#choice.element), this.#grid, this.#scale, this.#line);
  }

  /**
   * @param {Answer} answer
   * @param {ClassOf[]} classes
   * @param {string} kind one of MAPS
   */
  show(answer, classes, kind) {
    this.#answer = answer;
    if (classes !== this.#classes) this.#build(classes);
    this.#choice.show(kind);
    const [low, high] = kind === "score" ? extremes(answer.scores) : [0, 1];
    this.#maps.forEach(({ view }, id) => view.showPixels(pixelsOf(answer, id, { kind, low, high })));
    this.#scale.textContent = this.#texts.t(`maps.scales.${kind}`, { low, high });
  }

  /** @param {{x: number, y: number}} position a pixel of the answer */
  place(position) {
    if (!this.#answer) return;
    const probabilities = softmax(this.#answer.at(position));
    this.#maps.forEach(({ view, caption }, id) => {
      view.position = position;
      caption.textContent = this.#texts.percent(probabilities[id]);
    });
    const sum = probabilities.reduce((total, value) => total + value, 0);
    this.#line.textContent = this.#texts.t("maps.line", { ...position, count: probabilities.length, sum: this.#texts.percent(sum) });
  }

  /** @param {ClassOf[]} classes */
  #build(classes) {
    this.#classes = classes;
    this.#maps = classes.map(({ label }) => ({
      view: new MapView(this.#texts.t("maps.alt", { class: label }), { canMove: true }),
      caption: h("span", { className: "value" }),
    }));
    this.#grid.replaceChildren(...this.#maps.map(({ view, caption }, id) => figure(view, swatch(classes[id]), " ", caption)));
  }
}

/**
 * All maps of an answer in one scale, so that they can be compared.
 * @param {Answer} answer
 * @param {number} id
 * @param {{kind: string, low: number, high: number}} how
 */
function pixelsOf(answer, id, { kind, low, high }) {
  const { width, height } = answer;
  if (kind === "onehot") return greyPixels(Uint8Array.from(answer.ids, (best) => (best === id ? 255 : 0)), width, height);
  const maps = kind === "score" ? answer.scores : answer.probabilities;
  return valuePixels(answer.plane(maps, id), { width, height, low, high });
}

/** @param {Float32Array} values */
function extremes(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

customElements.define("class-maps", ClassMaps);
