import { emit, h } from "../../dom.js";
import { STATIONS } from "./stations.js";

/** The stations as a line, the name of the one that is shown, and buttons to its neighbours. Event: `station` (id). */
export class StationLine extends HTMLElement {
  #buttons;
  #back;
  #forward;
  #heading = h("h3", {});
  #status = h("p", { className: "hint", role: "status" });
  #texts;
  #at = 0;

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {Record<string, number>} years by station
   */
  constructor(texts, years) {
    super();
    this.#texts = texts;
    this.#buttons = STATIONS.map(({ id, name }, i) =>
      h("button", { type: "button", className: "stop", onclick: () => this.#go(i) }, h("span", { className: "year" }, String(years[id])), " ", name),
    );
    const step = (/** @type {string} */ key, /** @type {number} */ by) => h("button", { type: "button", className: "plain", onclick: () => this.#go(this.#at + by) }, texts.t(key));
    this.#back = step("line.back", -1);
    this.#forward = step("line.forward", 1);
  }

  connectedCallback() {
    if (this.firstChild) return;
    const stops = h("ol", { role: "list" }, ...this.#buttons.map((button) => h("li", {}, button)));
    this.append(h("nav", { "aria-label": this.#texts.t("line.label") }, stops), h("div", { className: "steps" }, this.#heading, this.#status, this.#back, this.#forward));
    document.addEventListener("keydown", (event) => this.#onKey(event));
    this.#scrollToCurrent();
  }

  /** Shows where it stands; no event follows. @param {string} id */
  show(id) {
    this.#at = STATIONS.findIndex((station) => station.id === id);
    this.#buttons.forEach((button, i) => {
      if (i === this.#at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    this.#back.disabled = this.#at === 0;
    this.#forward.disabled = this.#at === STATIONS.length - 1;
    this.#heading.textContent = STATIONS[this.#at].name;
    this.#status.textContent = this.#texts.t("line.of", { station: this.#at + 1, count: STATIONS.length });
    this.#scrollToCurrent();
  }

  /** Within the line only: the page stays where it is. */
  #scrollToCurrent() {
    const list = this.querySelector("ol");
    const button = this.#buttons[this.#at];
    if (!list || list.scrollWidth <= list.clientWidth) return;
    list.scrollLeft += button.getBoundingClientRect().left - list.getBoundingClientRect().left - (list.clientWidth - button.clientWidth) / 2;
  }

  /** @param {number} to */
  #go(to) {
    if (STATIONS[to]) emit(this, "station", STATIONS[to].id);
  }

  /** Arrows, where no control of the page needs them, and the keys of a presenter's remote. @param {KeyboardEvent} event */
  #onKey(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 }[event.key];
    const isRemote = event.key.startsWith("Page");
    if (!by || event.ctrlKey || event.metaKey || event.altKey || (isRemote && !document.documentElement.classList.contains("presenting"))) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea, .scroll")) return;
    event.preventDefault();
    this.#go(this.#at + by);
  }
}

customElements.define("station-line", StationLine);
