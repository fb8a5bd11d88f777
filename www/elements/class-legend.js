import { cssColour, emit, h } from "../dom.js";
import { percent, readable } from "../format.js";

/** @typedef {{row: HTMLLIElement, toggle: HTMLButtonElement, solo: HTMLButtonElement, id: number}} Row */

/** The classes found: colour, name, share of the picture; each can be hidden or shown alone. Event: `view` (part of a View). */
export class ClassLegend extends HTMLElement {
  #list = h("ul");
  #none = h("p", { className: "hint" }, "The classes found in your photo appear here.");
  /** @type {Row[]} */ #rows = [];
  /** @type {import("../types.js").View | null} */ #view = null;

  connectedCallback() {
    this.append(h("h2", {}, "Classes"), this.#none, this.#list);
  }

  /** @param {import("../types.js").FoundClass[]} classes */
  showClasses(classes) {
    const found = classes.filter(({ pixels }) => pixels > 0);
    this.#show(found.sort((a, b) => b.pixels - a.pixels));
  }

  /**
   * Of a live picture areas are not measured: every class the model knows, in its own order.
   * @param {import("../types.js").ModelInfo["classes"]} classes
   */
  showNames(classes) {
    this.#show(classes);
  }

  /** @param {(import("../types.js").ModelInfo["classes"][number] & {fraction?: number})[]} classes */
  #show(classes) {
    this.#none.hidden = classes.length > 0;
    this.#rows = classes.map((entry) => this.#row(entry));
    this.#list.replaceChildren(...this.#rows.map(({ row }) => row));
    if (this.#view) this.showView(this.#view);
  }

  /** @param {import("../types.js").View} view */
  showView(view) {
    this.#view = view;
    for (const { row, toggle, solo, id } of this.#rows) {
      const isShown = view.solo === null ? !view.hidden.includes(id) : view.solo === id;
      row.classList.toggle("off", !isShown);
      toggle.setAttribute("aria-pressed", String(isShown));
      solo.setAttribute("aria-pressed", String(view.solo === id));
    }
  }

  /**
   * @param {import("../types.js").ModelInfo["classes"][number] & {fraction?: number}} entry
   * @returns {Row}
   */
  #row({ id, name, colour, fraction }) {
    const swatch = h("span", { className: "swatch" });
    swatch.style.setProperty("--colour", cssColour(colour));
    const label = readable(name);
    const toggle = h(
      "button",
      { type: "button", className: "class", onclick: () => this.#toggle(id), "data-class": name },
      swatch,
      h("span", { className: "name" }, label),
    );
    if (fraction !== undefined) {
      const bar = h("span", { className: "bar" });
      bar.style.setProperty("--colour", cssColour(colour));
      bar.style.setProperty("--share", String(fraction));
      toggle.append(h("span", { className: "share" }, percent(fraction)), bar);
    }
    const solo = h("button", { type: "button", className: "solo", onclick: () => this.#solo(id), "aria-label": `Only ${label}` }, "Only");
    return { row: h("li", {}, toggle, solo), toggle, solo, id };
  }

  /** @param {number} id */
  #toggle(id) {
    const { hidden = [], solo = null } = this.#view ?? {};
    // Out of "only this one": everything else is hidden, which is what the visitor saw.
    const before = solo === null ? hidden : this.#rows.map((row) => row.id).filter((other) => other !== solo);
    const after = before.includes(id) ? before.filter((other) => other !== id) : [...before, id];
    emit(this, "view", { hidden: after, solo: null });
  }

  /** @param {number} id */
  #solo(id) {
    emit(this, "view", { solo: this.#view?.solo === id ? null : id });
  }
}

customElements.define("class-legend", ClassLegend);
