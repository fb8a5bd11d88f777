import { emit, h } from "../../dom.js";

/**
 * A grid of numbers, each cell labelled by its row and column; editable unless it says otherwise. Arrow keys move among its cells. Events: `edit`
 * ({row, column, value}), `cell` ({row, column} or null) when a mouse or the focus comes to a cell, a finger taps it, or a mouse leaves.
 */
export class NumberGrid extends HTMLElement {
  #label;
  #format;
  #isEditable;
  /** @type {HTMLElement[][]} */ #cells = [];
  #columns = 0;

  /**
   * @param {string} label
   * @param {{isEditable?: boolean, format?: (value: number) => string}} [options]
   */
  constructor(label, { isEditable = false, format = (value) => String(Math.round(value * 1000) / 1000) } = {}) {
    super();
    this.#label = label;
    this.#isEditable = isEditable;
    this.#format = format;
    this.role = "group";
    this.ariaLabel = label;
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("pointerleave", ({ pointerType }) => pointerType !== "touch" && emit(this, "cell", null));
  }

  /**
   * @param {ArrayLike<number>} values row by row
   * @param {number} columns
   */
  show(values, columns) {
    const rows = values.length / columns;
    if (rows !== this.#cells.length || columns !== this.#columns) this.#build(rows, columns);
    this.#cells.flat().forEach((cell, i) => {
      const text = this.#format(values[i]);
      if (cell instanceof HTMLInputElement) {
        if (document.activeElement !== cell || Number(cell.value) !== values[i]) cell.value = text;
      } else {
        cell.textContent = text;
        cell.ariaLabel = `${this.#name(Math.floor(i / columns), i % columns)}: ${text}`;
      }
    });
  }

  /**
   * Marks cells, such as a patch and the value that it makes: `className` by cell, none for the others.
   * @param {(row: number, column: number) => string} classOf
   */
  mark(classOf) {
    this.#cells.forEach((row, r) => row.forEach((cell, c) => (cell.className = `cell ${classOf(r, c)}`)));
  }

  /** @param {number} rows @param {number} columns */
  #build(rows, columns) {
    this.#columns = columns;
    this.style.setProperty("--columns", String(columns));
    this.#cells = Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => this.#cell(row, column)));
    this.replaceChildren(...this.#cells.flat());
  }

  /** @param {number} row @param {number} column */
  #name(row, column) {
    return `${this.#label} ${row + 1}, ${column + 1}`;
  }

  /** @param {number} row @param {number} column @returns {HTMLElement} */
  #cell(row, column) {
    const label = this.#name(row, column);
    const come = () => emit(this, "cell", { row, column });
    // A finger leaves at once: what it has tapped stays.
    const hover = (/** @type {PointerEvent} */ { pointerType }) => pointerType !== "touch" && come();
    if (!this.#isEditable) {
      // Can be reached, so that what belongs to it can be seen without a mouse.
      return h("span", { className: "cell", tabIndex: row + column === 0 ? 0 : -1, role: "img", "aria-label": label, onpointerenter: hover, onclick: come, onfocus: come });
    }
    const input = h("input", { className: "cell", type: "number", step: "any", "aria-label": label, tabIndex: row + column === 0 ? 0 : -1, onpointerenter: hover, onclick: come, onfocus: come });
    input.addEventListener("input", () => {
      if (input.value !== "" && Number.isFinite(Number(input.value))) emit(this, "edit", { row, column, value: Number(input.value) });
    });
    return input;
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const by = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] })[event.key];
    const row = this.#cells.findIndex((cells) => cells.includes(/** @type {HTMLElement} */ (event.target)));
    if (!by || row < 0) return;
    event.preventDefault();
    const column = this.#cells[row].indexOf(/** @type {HTMLElement} */ (event.target));
    const next = this.#cells[row + by[0]]?.[column + by[1]];
    if (!next) return;
    for (const cell of this.#cells.flat()) cell.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

customElements.define("number-grid", NumberGrid);
