import { emit, h } from "../dom.js";
import { saveFile } from "../save-file.js";

/** @typedef {"mask" | "overlay" | "cut-out" | "json"} Kind */

/** @type {[Kind, string, string][]} */
const KINDS = [
  ["mask", "Mask", "PNG of class ids"],
  ["overlay", "Overlay", "PNG, coloured"],
  ["cut-out", "Cut-out", "PNG, transparent"],
  ["json", "Report", "JSON"],
];

/** Files to take away. Event: `export` (Kind). */
export class ExportMenu extends HTMLElement {
  #buttons = KINDS.map(([kind, label, what]) =>
    h(
      "button",
      { type: "button", className: "plain", disabled: true, "data-export": kind, onclick: () => emit(this, "export", kind) },
      h("span", { className: "name" }, label),
      h("span", { className: "what" }, what),
    ),
  );

  connectedCallback() {
    this.append(h("h2", {}, "Save"), h("div", { className: "grid" }, ...this.#buttons));
  }

  /** @param {boolean} isUsable */
  show(isUsable) {
    for (const button of this.#buttons) button.disabled = !isUsable;
  }

  /**
   * Hands a file to the visitor.
   * @param {Blob} blob
   * @param {string} name
   */
  save(blob, name) {
    saveFile(blob, name);
  }
}

customElements.define("export-menu", ExportMenu);
