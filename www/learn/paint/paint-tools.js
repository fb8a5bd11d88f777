import { h } from "../../dom.js";
import { swatch } from "./cell-looks.js";

/** @typedef {import("./cell-looks.js").Look} Look */

/** Cells on a side; odd, so that there is one in the middle. */
const SIZES = [1, 3, 5];

/** What the grids' brush paints and how large it is; the list of classes says how each looks. Texts: `paint.brush`, `paint.size`, `paint.cells`. */
export class PaintTools extends HTMLElement {
  #texts;
  #name;
  #classes = h("fieldset", { className: "brushes" });
  #size;
  /** @type {Look[]} */ #looks = [];
  classId = 1;
  size = SIZES[0];

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {string} [name] of the radio buttons; another for each brush of a page
   */
  constructor(texts, name = "brush") {
    super();
    this.#texts = texts;
    this.#name = name;
    const choose = (/** @type {Event} */ event) => (this.size = Number(/** @type {HTMLSelectElement} */ (event.target).value));
    const options = SIZES.map((size) => h("option", { value: String(size) }, texts.t("paint.cells", { size })));
    this.#size = h("label", {}, texts.t("paint.size"), h("select", { onchange: choose }, ...options));
    this.#classes.addEventListener("change", (event) => (this.classId = Number(/** @type {HTMLInputElement} */ (event.target).value)));
  }

  connectedCallback() {
    this.classList.add("settings");
    this.replaceChildren(this.#classes, this.#size);
  }

  /** @param {Look[]} looks of the classes, in their order */
  show(looks) {
    if (looks === this.#looks) return;
    this.#looks = looks;
    this.classId = Math.min(this.classId, looks.length - 1);
    const choice = (/** @type {Look} */ look, /** @type {number} */ id) =>
      h("label", {}, h("input", { type: "radio", name: this.#name, value: String(id), checked: id === this.classId }), swatch(look), `${id + 1} ${look.name}`);
    this.#classes.replaceChildren(h("legend", {}, this.#texts.t("paint.brush")), ...looks.map(choice));
  }
}

customElements.define("paint-tools", PaintTools);
