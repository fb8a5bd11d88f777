import { emit, h } from "../dom.js";
import { WHOLE, isSame, moved, zoomed } from "./zoom.js";

/** @typedef {import("./zoom.js").Zoom} Zoom */

const FACTOR = 1.5;
/** What a button moves, of the window. */
const STEP = 0.25;

/** @type {[sign: string, name: string, act: (zoom: Zoom) => Zoom][]} */
const BUTTONS = [
  ["−", "Zoom out", (zoom) => zoomed(zoom, 1 / FACTOR)],
  ["+", "Zoom in", (zoom) => zoomed(zoom, FACTOR)],
  ["Whole", "Show the whole picture", () => WHOLE],
  ["←", "Move left", (zoom) => moved(zoom, -STEP, 0)],
  ["→", "Move right", (zoom) => moved(zoom, STEP, 0)],
  ["↑", "Move up", (zoom) => moved(zoom, 0, -STEP)],
  ["↓", "Move down", (zoom) => moved(zoom, 0, STEP)],
];

/** Zoom and place of all panes, for those without a wheel. Event: `zoom` (a Zoom). */
export class ZoomBar extends HTMLElement {
  #value = h("output", { "aria-label": "Zoom" });
  #zoom = WHOLE;
  #buttons = BUTTONS.map(([sign, name, act]) => ({
    act,
    button: h("button", { type: "button", className: "plain", title: name, "aria-label": name, onclick: () => emit(this, "zoom", act(this.#zoom)) }, sign),
  }));

  connectedCallback() {
    this.role = "group";
    this.ariaLabel = "Zoom and place, of all pictures";
    const [out, ...others] = this.#buttons.map(({ button }) => button);
    this.append(...(out ? [out] : []), this.#value, ...others);
    this.show(WHOLE);
  }

  /** @param {Zoom} zoom */
  show(zoom) {
    this.#zoom = zoom;
    this.#value.textContent = `${Math.round(zoom.zoom * 100)} %`;
    // Disabled, a button would lose the keyboard's focus.
    for (const { act, button } of this.#buttons) button.setAttribute("aria-disabled", String(isSame(act(zoom), zoom)));
  }
}

customElements.define("zoom-bar", ZoomBar);
