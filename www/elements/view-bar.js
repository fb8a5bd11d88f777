import { emit, h } from "../dom.js";

/** @typedef {import("../types.js").View["background"]} Background */

/** What a keyer takes out best. @type {[number, number, number]} */
const GREEN = [0, 177, 64];

/** @type {[name: string, value: Background][]} */
const BACKGROUNDS = [
  ["as it is", "photo"],
  ["blurred", "blur"],
  ["grey", "grey"],
  ["green", GREEN],
  ["a picture", "picture"],
  ["cut out", "none"],
];

/**
 * How the result is shown: opacity of the colours, before/after, outline, borders, background.
 *
 * Events: `view` (part of a View), `choose-backdrop`.
 */
export class ViewBar extends HTMLElement {
  #opacity = h("input", {
    type: "range",
    id: "opacity",
    min: "0",
    max: "100",
    oninput: () => emit(this, "view", { opacity: this.#opacity.valueAsNumber / 100 }),
  });
  #value = h("output", { htmlFor: "opacity" });
  #fine = h("button", { type: "button", className: "toggle", onclick: () => emit(this, "view", { fineEdges: !this.#view?.fineEdges }) }, "Fine edges");
  #outline = h("button", { type: "button", className: "toggle", onclick: () => emit(this, "view", { outlined: !this.#view?.outlined }) }, "Outline");
  #compare = h("button", { type: "button", className: "toggle", onclick: () => this.#toggleCompare() }, "Before / after");
  #background = h(
    "select",
    { id: "background", onchange: () => this.#chooseBackground() },
    ...BACKGROUNDS.map(([name]) => h("option", {}, name)),
  );
  #hasBackdrop = false;
  /** @type {import("../types.js").View | null} */ #view = null;

  connectedCallback() {
    const label = h("label", { htmlFor: "opacity" }, "Colour");
    const background = h("div", { className: "choice" }, h("label", { htmlFor: "background" }, "Background"), this.#background);
    this.append(h("div", { className: "opacity" }, label, this.#opacity, this.#value), this.#compare, this.#outline, this.#fine, background);
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
    this.#outline.setAttribute("aria-pressed", String(view.outlined));
    this.#fine.setAttribute("aria-pressed", String(view.fineEdges));
    this.#background.selectedIndex = BACKGROUNDS.findIndex(([, value]) => String(value) === String(view.background));
    for (const control of [this.#opacity, this.#compare, this.#outline, this.#fine, this.#background]) control.disabled = !isUsable;
  }

  /** There is a picture to stand behind. */
  showBackdrop() {
    if (!this.#hasBackdrop) this.#background.append(h("option", {}, "another picture…"));
    this.#hasBackdrop = true;
  }

  #chooseBackground() {
    const background = BACKGROUNDS[this.#background.selectedIndex]?.[1];
    // The last option, which is no background, asks for another picture.
    const isAsked = !background || (background === "picture" && !this.#hasBackdrop);
    emit(this, isAsked ? "choose-backdrop" : "view", isAsked ? undefined : { background });
  }

  #toggleCompare() {
    emit(this, "view", { split: this.#view?.split === null ? 0.5 : null });
  }
}

customElements.define("view-bar", ViewBar);
