import { h } from "../../dom.js";
import { scroller } from "../shell/figure.js";
import { figuresOf } from "./figures.js";

/** @typedef {import("../shell/text.js").Texts} Texts */
/** @typedef {import("./figures.js").Figures} Figures */
/** @typedef {import("./edit-view.js").Network} Network */

/**
 * A large number, shortened for people, whole for programs.
 * @param {Texts} texts
 * @param {number} value
 */
export function shortNumber(texts, value) {
  const [unit, size] = value >= 1e12 ? ["trillions", 1e12] : value >= 1e9 ? ["billions", 1e9] : value >= 1e6 ? ["millions", 1e6] : ["ones", 1];
  return h("data", { value: String(value), title: size === 1 ? "" : texts.number(value) }, texts.t(`numbers.${unit}`, { value: texts.number(value / /** @type {number} */ (size)) }));
}

/** Small changes in percent, others as a factor. @param {Texts} texts @param {number} factor */
function change(texts, factor) {
  const part = factor - 1;
  if (Math.abs(part) > 0.1) return texts.t("figures.times", { factor: texts.number(factor, 3) });
  return `${part > 0 ? "+" : "−"}${texts.t("figures.percent", { percent: texts.number(100 * Math.abs(part), 2) })}`;
}

/** @param {Texts} texts @param {Figures["field"]} field */
export function fieldText(texts, [vertical, horizontal]) {
  if (vertical === null || horizontal === null) return texts.t("figures.whole");
  const [height, width] = [vertical, horizontal].map(Math.round);
  return texts.t("figures.pixels", { size: height === width ? texts.number(height) : `${texts.number(height)} × ${texts.number(width)}` });
}

/** What an edit does to a network's figures. */
export class FiguresTable extends HTMLElement {
  #texts;

  /** @param {Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  /** @param {Network} before @param {Network} after */
  show(before, after) {
    const texts = this.#texts;
    const [from, to] = [figuresOf(before.description), figuresOf(after.description)];
    const [height, width] = after.description.size;
    /** @param {string} key @param {(figures: Figures) => string | Node} text @param {string} change */
    const row = (key, text, change) => h("tr", { className: key }, h("th", { scope: "row" }, texts.t(`figures.${key}`)), h("td", {}, text(from)), h("td", {}, text(to)), h("td", {}, change));
    const times = (/** @type {number} */ a, /** @type {number} */ b) => (a === b ? "=" : change(texts, b / a));
    const [a, b] = [from.field[0], to.field[0]];
    const rows = [
      row("parameters", ({ parameters }) => shortNumber(texts, parameters), times(from.parameters, to.parameters)),
      row("macs", ({ macs }) => shortNumber(texts, macs), times(from.macs, to.macs)),
      row("field", ({ field }) => fieldText(texts, field), a === null || b === null ? (a === b ? "=" : "") : times(a, b)),
      row("joins", ({ joins }) => texts.number(joins), from.joins === to.joins ? "=" : `${to.joins > from.joins ? "+" : "−"}${Math.abs(to.joins - from.joins)}`),
      row("smallest", ({ smallest }) => smallest.join(" × "), String(from.smallest) === String(to.smallest) ? "=" : ""),
    ];
    const head = h("tr", {}, ...[texts.t("figures.figure"), before.name, after.name, texts.t("figures.change")].map((text) => h("th", { scope: "col" }, text)));
    const caption = texts.t("figures.caption", { height, width, before: before.name, after: after.name });
    const table = h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...rows));
    this.replaceChildren(scroller(texts.t("figures.title"), table), h("p", { className: "hint" }, texts.t("figures.rule")));
  }
}

customElements.define("figures-table", FiguresTable);
