import { emit, h } from "../dom.js";

/** How the result is shown: opacity of the colours, before/after, cut-out. Event: `view` (part of a View). */
export class ViewBar extends HTMLElement {
  #opacity = h("input", {
    type: "range",
    id: "opacity",
    min: "0",
    max: "100",
    oninput: () => emit(this, "view", { opacity: this.#opacity.valueAsNumber / 100 }),
  });
  #value = h("output", { htmlFor: "opacity" });
  #compare = h("button", { type: "button", className: "toggle", onclick: () => this.#toggleCompare() }, "Before / after");
  #cutOut = h("button", { type: "button", className: "toggle", onclick: () => this.#toggleCutOut() }, "Cut-out");
  /** @type {import("../types.js").View | null} */ #view = null;

  connectedCallback() {
    const label = h("label", { htmlFor: "opacity" }, "Colour");
    this.append(h("div", { className: "opacity" }, label, this.#opacity, this.#value), this.#compare, this.#cutOut);
  }

  /**
   * @param {import("../types.js").View} view
   * @param {boolean} isUsable
   */
  show(view, isUsable) {
    this.#view = view;
    const value = Math.round(view.opacity * 100);
    this.#opacity.valueAsNumber = value;
    this.#value.textContent = `${value} %`;
    this.#compare.setAttribute("aria-pressed", String(view.split !== null));
    this.#cutOut.setAttribute("aria-pressed", String(view.background === "none"));
    for (const control of [this.#opacity, this.#compare, this.#cutOut]) control.disabled = !isUsable;
  }

  #toggleCompare() {
    emit(this, "view", { split: this.#view?.split === null ? 0.5 : null });
  }

  #toggleCutOut() {
    emit(this, "view", { background: this.#view?.background === "none" ? "photo" : "none" });
  }
}

customElements.define("view-bar", ViewBar);
