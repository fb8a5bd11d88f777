import { emit, h } from "../../dom.js";
import { LIMITS, MOST_LAYERS } from "./stack.js";

/** @typedef {import("./stack.js").Layer} Layer */
/** @typedef {keyof typeof LIMITS} Option */

const OPTIONS = /** @type {Option[]} */ (Object.keys(LIMITS));

/** One layer's options, and its place in the stack. Event: `stack` ({layers, selected}). */
export class LayerEditor extends HTMLElement {
  #texts;
  /** @type {Layer[]} */ #layers = [];
  #selected = 0;
  #legend = h("legend");
  #kind;
  /** @type {Record<Option, HTMLInputElement>} */ #inputs;
  #buttons;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const kinds = /** @type {const} */ (["conv2d", "max_pool2d"]);
    this.#kind = h("select", { onchange: () => this.#change() }, ...kinds.map((kind) => h("option", { value: kind }, texts.t(`kinds.${kind}`))));
    const input = (/** @type {Option} */ option) =>
      h("input", { type: "number", min: LIMITS[option][0], max: LIMITS[option][1], step: 1, required: true, name: option, oninput: () => this.#change() });
    this.#inputs = { kernel: input("kernel"), stride: input("stride"), padding: input("padding"), dilation: input("dilation") };
    const button = (/** @type {string} */ key, /** @type {() => void} */ act) => h("button", { type: "button", className: "plain", onclick: act }, texts.t(`editor.${key}`));
    this.#buttons = { add: button("add", () => this.#add()), remove: button("remove", () => this.#remove()), earlier: button("earlier", () => this.#move(-1)), later: button("later", () => this.#move(1)) };
  }

  connectedCallback() {
    const label = (/** @type {Option} */ option) => h("label", {}, this.#texts.t(`options.${option}`), this.#inputs[option]);
    const kind = h("label", {}, this.#texts.t("options.kind"), this.#kind);
    this.replaceChildren(
      h("fieldset", {}, this.#legend, h("div", { className: "settings" }, kind, ...OPTIONS.map(label)), h("div", { className: "settings" }, ...Object.values(this.#buttons))),
    );
  }

  /** @param {Layer[]} layers @param {number} selected */
  show(layers, selected) {
    this.#layers = layers;
    this.#selected = selected;
    const layer = layers[selected];
    this.#legend.textContent = this.#texts.t("editor.layer", { index: selected + 1, count: layers.length });
    this.#kind.value = layer.kind;
    for (const option of OPTIONS) {
      const input = this.#inputs[option];
      // What is being typed stays as it is typed.
      if (document.activeElement !== input || (input.value !== "" && Number(input.value) !== layer[option])) input.value = String(layer[option]);
    }
    this.#inputs.dilation.disabled = layer.kind === "max_pool2d";
    this.#buttons.add.disabled = layers.length >= MOST_LAYERS;
    this.#buttons.remove.disabled = layers.length === 1;
    this.#buttons.earlier.disabled = selected === 0;
    this.#buttons.later.disabled = selected === layers.length - 1;
  }

  #change() {
    const kind = /** @type {Layer["kind"]} */ (this.#kind.value);
    if (kind === "max_pool2d") this.#inputs.dilation.value = "1";
    if (!OPTIONS.every((option) => this.#inputs[option].validity.valid)) return;
    const value = (/** @type {Option} */ option) => Number(this.#inputs[option].value);
    const layer = { kind, kernel: value("kernel"), stride: value("stride"), padding: value("padding"), dilation: value("dilation") };
    this.#tell(this.#layers.with(this.#selected, layer), this.#selected);
  }

  #add() {
    this.#tell(this.#layers.toSpliced(this.#selected + 1, 0, { ...this.#layers[this.#selected] }), this.#selected + 1);
  }

  #remove() {
    this.#tell(this.#layers.toSpliced(this.#selected, 1), Math.max(0, this.#selected - 1));
  }

  /** @param {-1 | 1} by */
  #move(by) {
    const layers = [...this.#layers];
    const [moved] = layers.splice(this.#selected, 1);
    layers.splice(this.#selected + by, 0, moved);
    this.#tell(layers, this.#selected + by);
  }

  /** @param {Layer[]} layers @param {number} selected */
  #tell(layers, selected) {
    emit(this, "stack", { layers, selected });
  }
}

customElements.define("layer-editor", LayerEditor);
