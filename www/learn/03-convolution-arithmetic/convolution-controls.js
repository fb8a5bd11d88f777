import { emit, h } from "../../dom.js";
import { slider } from "../shell/controls.js";
import { PRESETS, RANGES, presetOf } from "./settings.js";

/** @typedef {import("./settings.js").Parameter} Parameter */
/** @typedef {import("./settings.js").State} State */

/** The hyper-parameters, and the presets that set them all. Events: `change-of` (Partial<State>), `preset` (its name). */
export class ConvolutionControls extends HTMLElement {
  #texts;
  #preset;
  /** @type {Map<string, HTMLInputElement>} */ #operations = new Map();
  /** @type {Map<Parameter, ReturnType<typeof slider>>} */ #sliders = new Map();

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const options = Object.keys(PRESETS).map((name) => h("option", { value: name }, texts.t(`presets.${name}`)));
    const own = h("option", { value: "", disabled: true }, texts.t("ownSettings"));
    this.#preset = h("select", { onchange: () => emit(this, "preset", this.#preset.value) }, own, ...options);
  }

  connectedCallback() {
    if (this.firstChild) return;
    const operations = ["conv2d", "conv_transpose2d"].map((op) => {
      const input = h("input", { type: "radio", name: "operation", value: op, onchange: () => emit(this, "change-of", { op }) });
      this.#operations.set(op, input);
      return h("label", {}, input, h("code", {}, op));
    });
    const sliders = /** @type {Parameter[]} */ (Object.keys(RANGES)).map((name) => this.#slider(name));
    this.append(
      h("label", { className: "preset" }, this.#texts.t("preset"), this.#preset),
      h("fieldset", { className: "operation" }, h("legend", { className: "visually-hidden" }, this.#texts.t("operation")), ...operations),
      h("div", { className: "sliders" }, ...sliders),
    );
  }

  /** @param {Parameter} name */
  #slider(name) {
    const [min, max] = RANGES[name];
    // Hyper-parameters have PyTorch's names in every language; the size of the input is none.
    const text = name === "size" ? h("span", {}, this.#texts.t("inputSize")) : h("code", {}, name);
    const made = slider(text, { min, max, step: 1 }, (value) => emit(this, "change-of", { [name]: value }));
    made.element.classList.add("slider");
    this.#sliders.set(name, made);
    return made.element;
  }

  /** @param {State} state @param {import("./settings.js").Settings} settings */
  show(state, settings) {
    this.#preset.value = presetOf(state) ?? "";
    for (const [op, input] of this.#operations) input.checked = (op === "conv_transpose2d") === settings.isTransposed;
    for (const [name, { element, input, show }] of this.#sliders) {
      show(settings[name], String(settings[name]));
      input.disabled = name === (settings.isTransposed ? "dilation" : "output_padding");
      element.classList.toggle("off", input.disabled);
    }
  }
}

customElements.define("convolution-controls", ConvolutionControls);
