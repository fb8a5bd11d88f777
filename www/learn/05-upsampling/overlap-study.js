import { emit, h } from "../../dom.js";
import { slider } from "../shell/controls.js";
import { labelledGrid } from "./labelled-grid.js";
import { RANGES, WEIGHTS } from "./state.js";

/** @typedef {import("./state.js").Settings} Settings */

/** A transposed convolution: its kernel, how many copies of it overlap in each output cell, and its output. Event: `change-of` (Partial<State>). */
export class OverlapStudy extends HTMLElement {
  #texts;
  #kernel;
  #counts;
  #output;
  #verdict = h("p", { className: "readout", role: "status" });
  #sliders;
  #weights;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#kernel = labelledGrid(texts, "overlapKernel");
    this.#counts = labelledGrid(texts, "overlapCounts");
    this.#output = labelledGrid(texts, "overlapOutput");
    this.#sliders = { kernel: this.#slider("kernel"), stride: this.#slider("stride") };
    const options = WEIGHTS.map((kind) => h("option", { value: kind }, texts.t(`weightKinds.${kind}`)));
    this.#weights = h("select", { onchange: () => emit(this, "change-of", { weights: this.#weights.value }) }, ...options);
  }

  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      h("div", { className: "settings" }, this.#sliders.kernel.element, this.#sliders.stride.element, h("label", {}, this.#texts.t("weightKind"), this.#weights)),
      h("div", { className: "side-by-side" }, this.#kernel.figure, this.#counts.figure, this.#output.figure),
      this.#verdict,
    );
  }

  /** @param {"kernel" | "stride"} key */
  #slider(key) {
    const [min, max] = RANGES[key];
    const name = h("code", {}, key === "kernel" ? "kernel_size" : key);
    return slider(name, { min, max, step: 1 }, (value) => emit(this, "change-of", { [key]: value }));
  }

  /** @param {Settings} settings @param {number[]} weight */
  showSettings(settings, weight) {
    for (const key of /** @type {const} */ (["kernel", "stride"])) this.#sliders[key].show(settings[key], String(settings[key]));
    this.#weights.value = settings.weights;
    this.#kernel.show(weight, settings.kernel);
  }

  /**
   * @param {Settings} settings
   * @param {{counts: ArrayLike<number>, output: ArrayLike<number>, least: number, most: number}} computed `least` and `most` overlap inside
   */
  show({ kernel, stride }, { counts, output, least, most }) {
    const side = Math.sqrt(counts.length);
    this.#counts.show(counts, side);
    this.#output.show(output, side);
    const key = least === most ? "overlapEven" : least === 0 ? "overlapGaps" : "overlapUneven";
    this.#verdict.textContent = this.#texts.t(key, { kernel, stride, least, most });
  }
}

customElements.define("overlap-study", OverlapStudy);
