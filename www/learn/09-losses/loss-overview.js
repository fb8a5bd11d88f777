import { emit, h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { LOSSES, gradientOf } from "./loss-list.js";
import { numberText } from "./small-number.js";

/** @typedef {import("./loss-list.js").LossKey} LossKey */

/** Every loss's value with the map of its gradient, side by side; one of them is chosen. Event: `loss` (its key). */
export class LossOverview extends HTMLElement {
  #texts;
  /**
   * All numbers behind what is shown, for who asks in the console, and for tests.
   * @type {{shown: import("./loss-list.js").Case, parameters: import("./loss-list.js").Parameters, evaluation: import("./evaluation.js").Evaluation} | null}
   */
  latest = null;
  /** @type {Map<LossKey, {radio: HTMLInputElement, map: MapView, value: HTMLOutputElement, most: HTMLElement, figure: HTMLElement}>} */ #parts = new Map();

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(key);
    const figures = LOSSES.map((key) => {
      const radio = h("input", { type: "radio", name: "loss", value: key, onchange: () => emit(this, "loss", key) });
      const map = new MapView(t("overview.map"));
      const value = h("output", { className: "readout" });
      const most = h("span");
      const figure = h("figure", { "data-loss": key }, h("label", {}, radio, ` ${t(`losses.${key}`)}`), map, h("figcaption", {}, value, h("br"), most));
      this.#parts.set(key, { radio, map, value, most, figure });
      return figure;
    });
    const legend = h("legend", {}, t("overview.choose"));
    this.append(h("fieldset", { className: "figures" }, legend, ...figures));
  }

  /** @param {LossKey} chosen */
  choose(chosen) {
    for (const [key, { radio, figure }] of this.#parts) {
      radio.checked = key === chosen;
      figure.classList.toggle("chosen", key === chosen);
    }
  }

  /**
   * @param {import("./loss-list.js").Case} of
   * @param {import("./evaluation.js").Evaluation} evaluation
   * @param {{x: number, y: number}} position
   */
  show({ truth, width, height }, { losses }, position) {
    for (const [key, { map, value, most, figure }] of this.#parts) {
      const loss = losses[key];
      const gradient = gradientOf(loss, truth);
      const { most: largest } = map.showSigned(gradient, { width, height });
      map.position = position;
      map.label = this.#texts.t("overview.label", { loss: this.#texts.t(`losses.${key}`) });
      value.textContent = numberText(this.#texts, loss.value);
      most.textContent = this.#texts.t("overview.most", { value: numberText(this.#texts, largest) });
      figure.dataset.value = String(loss.value);
    }
  }
}

customElements.define("loss-overview", LossOverview);
