import { emit, h } from "../../dom.js";
import { scroller } from "../shell/figure.js";

/** @typedef {import("./stack.js").Layer} Layer */
/** @typedef {import("./stack.js").Field} Field */

const COLUMNS = /** @type {const} */ (["layer", "side", "size", "jump", "start", "centre", "pixels", "recurrence"]);

/** @typedef {typeof COLUMNS[number]} Column */

/**
 * A stack's fields, layer by layer: what the lab computes, and whether the recurrences give the same. Event: `select` (index of a layer).
 */
export class StackTable extends HTMLElement {
  #texts;
  #body = h("tbody");
  /** @type {{row: HTMLTableRowElement, name: HTMLElement, cells: Record<Column, HTMLTableCellElement>}[]} */ #rows = [];

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    const heads = COLUMNS.map((column) => h("th", { scope: "col" }, this.#texts.t(`columns.${column}`)));
    const table = h("table", {}, h("thead", {}, h("tr", {}, ...heads)), this.#body);
    this.replaceChildren(scroller(this.#texts.t("tableLabel"), table));
  }

  /**
   * @param {Layer[]} layers
   * @param {Field[]} expected by the recurrences: of the input, then of each layer
   * @param {{computed: Field[] | null, sides: number[], position: number, selected: number}} how `computed` by the lab, none if it could not or has not yet
   */
  show(layers, expected, { computed, sides, position, selected }) {
    if (this.#rows.length !== expected.length) {
      this.#rows = expected.map((_, index) => this.#row(index - 1));
      this.#body.replaceChildren(...this.#rows.map(({ row }) => row));
    }
    this.#rows.forEach(({ row, name, cells }, index) => {
      row.classList.toggle("selected", index - 1 === selected);
      if (index > 0) name.setAttribute("aria-pressed", String(index - 1 === selected));
      name.textContent = index === 0 ? this.#texts.t("input") : this.#name(layers[index - 1], index);
      const field = computed?.[index];
      const isThere = position < (sides[index] ?? 0);
      const of = (/** @type {(field: Field) => string} */ text) => (field ? text(field) : "…");
      cells.side.textContent = sides[index] === undefined ? "…" : this.#number(sides[index]);
      cells.size.textContent = of((field) => this.#number(field.size));
      cells.jump.textContent = of((field) => this.#number(field.jump));
      cells.start.textContent = of((field) => this.#number(field.start));
      cells.centre.textContent = of((field) => (isThere ? this.#number(field.start + position * field.jump) : "–"));
      cells.pixels.textContent = of(({ first, jump, size }) => (isThere ? this.#pixels(first + position * jump, size) : "–"));
      cells.recurrence.textContent = this.#comparison(expected[index], field);
    });
  }

  /** @param {number} index of the layer; -1 is the input */
  #row(index) {
    const name = index < 0 ? h("span") : h("button", { type: "button", className: "quiet", onclick: () => emit(this, "select", index) });
    const head = h("th", { scope: "row" }, name);
    const cells = /** @type {Record<Column, HTMLTableCellElement>} */ (Object.fromEntries(COLUMNS.map((column) => [column, column === "layer" ? head : h("td", { className: column })])));
    return { row: h("tr", {}, ...Object.values(cells)), name, cells };
  }

  /** @param {Layer} layer @param {number} index */
  #name({ kind, ...options }, index) {
    return `${index}. ${this.#texts.t(`layerNames.${kind}`, options)}`;
  }

  /** @param {number} first @param {number} size */
  #pixels(first, size) {
    return this.#texts.t("fromTo", { from: this.#number(first), to: this.#number(first + size - 1) });
  }

  /** @param {Field} expected @param {Field | undefined} computed */
  #comparison(expected, computed) {
    const values = { size: this.#number(expected.size), jump: this.#number(expected.jump), start: this.#number(expected.start) };
    const numbers = this.#texts.t("recurrenceValues", values);
    if (!computed) return numbers;
    const isEqual = (/** @type {keyof Field} */ key) => expected[key] === computed[key];
    const verdict = isEqual("size") && isEqual("jump") && isEqual("start") && isEqual("first") ? "equal" : "different";
    return `${numbers} ${this.#texts.t(verdict)}`;
  }

  /** @param {number} value */
  #number(value) {
    return this.#texts.number(value, 8);
  }
}

customElements.define("stack-table", StackTable);
