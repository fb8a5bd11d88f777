import { cssColour, h } from "../dom.js";
import { duration, megabytes, percent, readable } from "../format.js";
import { keyOf } from "./shared-classes.js";

/** @typedef {{letter: string, name: string, pane: import("./pane.js").Pane}} Column */

/** What each pane found, class by class, and how long it took: a row where the names agree, a column for each pane. */
export class AreaTable extends HTMLElement {
  #head = h("tr");
  #areas = h("tbody");
  #times = h("tbody");

  connectedCallback() {
    const caption = h("caption", {}, "Areas of the classes, in per cent of the picture, and times");
    const table = h("table", {}, caption, h("thead", {}, this.#head), this.#areas, this.#times);
    // A narrow window with long names: whoever has no mouse scrolls it with the arrow keys.
    this.append(h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Table of areas and times" }, table));
    this.hidden = true;
  }

  /** @param {Column[]} columns */
  show(columns) {
    this.hidden = columns.every(({ pane }) => pane.areas === null);
    if (this.hidden) return;
    const names = columns.map(({ letter, name }) => h("th", { scope: "col" }, letter, h("span", { className: "name" }, name)));
    this.#head.replaceChildren(h("th", { scope: "col" }, "Class"), ...names);
    this.#areas.replaceChildren(...rowsOf(columns).map(({ name, colour, cells }) => row(classHead(name, colour), cells)));
    const timed = (/** @type {"network" | "total"} */ key) => columns.map(({ pane }) => shownTime(pane, key));
    const sizes = columns.map(({ pane }) => (pane.model && pane.areas ? `${megabytes(pane.model.bytes)}, ${pane.model.precision}` : absent("no result")));
    this.#times.replaceChildren(row(["Network"], timed("network")), row(["In all"], timed("total")), row(["File"], sizes));
  }
}

/**
 * Largest first, by the pane that saw most of it.
 * @param {Column[]} columns
 */
function rowsOf(columns) {
  /** @type {Map<string, {name: string, colour: [number, number, number], most: number}>} */
  const found = new Map();
  for (const { name, colour, fraction } of columns.flatMap(({ pane }) => pane.areas ?? [])) {
    const most = Math.max(fraction, found.get(keyOf(name))?.most ?? 0);
    found.set(keyOf(name), { name, colour, most });
  }
  const sorted = [...found].sort(([, a], [, b]) => b.most - a.most);
  return sorted.map(([key, { name, colour }]) => ({ name, colour, cells: columns.map(({ pane }) => areaIn(pane, key)) }));
}

/**
 * @param {import("./pane.js").Pane} pane
 * @param {string} key
 */
function areaIn({ areas, model }, key) {
  if (!areas || !model) return absent("no result");
  if (!model.classes.some(({ name }) => keyOf(name) === key)) return absent("not a class of this model");
  return percent(areas.find(({ name }) => keyOf(name) === key)?.fraction ?? 0);
}

/**
 * @param {import("./pane.js").Pane} pane
 * @param {"network" | "total"} key
 */
function shownTime({ result, report, isFirstRun }, key) {
  if (report) return duration(key === "total" ? report.upload + report.network + report.paint : report.network);
  if (!result) return absent("no result");
  const { compile, [key]: ms } = result.timings;
  // What compiling takes is no part of what a picture takes.
  return `${duration(key === "total" ? ms - compile : ms)}${isFirstRun ? " (first run)" : ""}`;
}

/** @param {string} why a sign says nothing to who hears it */
const absent = (why) => h("span", { title: why }, h("span", { "aria-hidden": "true" }, "–"), h("span", { className: "visually-hidden" }, why));

/**
 * @param {string} name
 * @param {[number, number, number]} colour
 */
function classHead(name, colour) {
  const swatch = h("span", { className: "swatch" });
  swatch.style.setProperty("--colour", cssColour(colour));
  return [swatch, readable(name)];
}

/**
 * @param {(Node | string)[]} head
 * @param {(Node | string)[]} cells
 */
const row = (head, cells) => h("tr", {}, h("th", { scope: "row" }, ...head), ...cells.map((cell) => h("td", {}, cell)));

customElements.define("area-table", AreaTable);
