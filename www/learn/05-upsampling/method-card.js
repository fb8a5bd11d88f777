import { emit, h } from "../../dom.js";
import { NumberGrid } from "../shell/number-grid.js";

/** @typedef {import("./state.js").Method} Method */
/** @typedef {import("./sources.js").Source} Source */
/** @typedef {{row: number, column: number}} Cell */

/** One method's output, and what one of its cells is made of. Events: `look` ({method, row, column} or null), `choose` ({method, row, column}). */
export class MethodCard extends HTMLElement {
  #texts;
  #grid;
  #side = 1;
  #explained = h("p", { className: "explained" });

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {Method} method
   */
  constructor(texts, method) {
    super();
    this.#texts = texts;
    this.method = method;
    this.#grid = new NumberGrid(texts.t(`methods.${method}.title`), { format: (value) => short(texts, value) });
    this.#grid.addEventListener("cell", (event) => {
      const at = /** @type {CustomEvent<Cell | null>} */ (event).detail;
      emit(this, "look", at && { method, ...at });
    });
    for (const type of ["focusin", "click"]) {
      this.#grid.addEventListener(type, ({ target }) => {
        const index = [...this.#grid.children].indexOf(/** @type {Element} */ (target));
        if (index >= 0) emit(this, "choose", { method, row: Math.floor(index / this.#side), column: index % this.#side });
      });
    }
  }

  connectedCallback() {
    const { title, text } = this.#texts.raw(`methods.${this.method}`);
    this.replaceChildren(h("figure", {}, h("figcaption", {}, h("h3", {}, title), text), this.#grid, this.#explained));
  }

  /** @param {ArrayLike<number>} values @param {number} side */
  show(values, side) {
    this.#side = side;
    this.#grid.show(values, side);
    shade(this.#grid, values);
    nameCells(this.#grid, this.#texts, this.#texts.t(`methods.${this.method}.title`), side);
  }

  /**
   * @param {Cell | null} cell none where this output has none
   * @param {boolean} isChosen whether it is this method's cell that is looked at
   * @param {string} explanation
   */
  mark(cell, isChosen, explanation) {
    this.#grid.mark((row, column) => (cell && row === cell.row && column === cell.column ? "made" : ""));
    this.#explained.textContent = explanation;
    this.classList.toggle("chosen", isChosen);
  }
}

/** @param {import("../shell/text.js").Texts} texts @param {number} value */
export const short = (texts, value) => texts.number(Math.round(value * 100) / 100, 6);

/** Patterns are seen before numbers are read: larger values on a deeper ground. @param {NumberGrid} grid @param {ArrayLike<number>} values */
export function shade(grid, values) {
  const all = Array.from(values);
  const [least, most] = [Math.min(0, ...all), Math.max(0, ...all)];
  [...grid.children].forEach((cell, i) => /** @type {HTMLElement} */ (cell).style.setProperty("--share", String(most > least ? (values[i] - least) / (most - least) : 0)));
}

/** A screen reader says a cell's value with its place. @param {NumberGrid} grid @param {import("../shell/text.js").Texts} texts @param {string} name @param {number} side */
export function nameCells(grid, texts, name, side) {
  [...grid.children].forEach((cell, i) => {
    cell.ariaLabel = texts.t("cellLabel", { name, row: Math.floor(i / side) + 1, column: (i % side) + 1, value: cell.textContent });
  });
}

/**
 * How a cell comes about, in one sentence with its numbers.
 * @param {import("../shell/text.js").Texts} texts
 * @param {Cell} cell
 * @param {Source[]} sources
 * @param {number[]} values of the grid
 * @param {number} value what the lab computed
 */
export function explain(texts, { row, column }, sources, values, value) {
  const side = Math.sqrt(values.length);
  const place = { row: row + 1, column: column + 1, value: short(texts, value) };
  if (sources.length === 0) return texts.t("madeOfNothing", place);
  const [first] = sources;
  if (sources.length === 1 && first.weight === 1) return texts.t("copied", { ...place, fromRow: first.row + 1, fromColumn: first.column + 1 });
  const factor = (/** @type {number} */ number) => (number < 0 ? `(${texts.number(number)})` : texts.number(number));
  const products = sources.map((source) => `${factor(source.weight)} · ${factor(values[source.row * side + source.column])}`);
  return texts.t("made", { ...place, sum: products.join(" + ") });
}

customElements.define("method-card", MethodCard);
