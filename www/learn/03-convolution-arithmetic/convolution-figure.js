import { emit, h } from "../../dom.js";
import { NumberGrid } from "../shell/number-grid.js";
import { leftOver, sizeOf, termsOf } from "./arithmetic.js";
import { RANGES } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("../shell/text.js").Texts} Texts */
/** @typedef {{channel: number, row: number, column: number}} Cell */

/**
 * Input, kernels and output as grids; a cell of the output marks what it is made of, a cell of the input what it goes into. Events: `edited`
 * ({which, plane, row, column, value}), `look` (an output Cell, or null when the pointer leaves), `choose` (an output Cell), `reach` (an
 * input Cell).
 */
export class ConvolutionFigure extends HTMLElement {
  #texts;
  #inputs;
  #kernels;
  #outputs;
  #hint;
  /** @type {Settings | null} */ #settings = null;

  /** @param {Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const many = (/** @type {number} */ count, /** @type {(index: number) => Plane} */ make) => Array.from({ length: count }, (_, index) => make(index));
    const [channels, planes] = [RANGES.in_channels[1], RANGES.out_channels[1]];
    this.#inputs = many(channels, (index) => this.#input(index));
    this.#kernels = many(channels * planes, (index) => this.#kernel(index));
    this.#outputs = many(planes, (index) => this.#output(index));
    this.#hint = h("p", { className: "hint invalid-hint", hidden: true }, texts.t("noOutput"));
  }

  connectedCallback() {
    const column = (/** @type {Plane[]} */ planes, /** @type {HTMLElement[]} */ ...more) => h("div", { className: "planes" }, ...planes.map((plane) => plane.figure), ...more);
    this.replaceChildren(column(this.#inputs), column(this.#kernels), column(this.#outputs, this.#hint));
  }

  /**
   * What can be edited; the output stays as it is until there is another.
   * @param {Settings} settings
   */
  showSettings(settings) {
    this.#settings = settings;
    const { size, isTransposed, in_channels, out_channels, groups, kernel_size, input, weight } = settings;
    const border = isTransposed ? 0 : settings.padding;
    const padded = size + 2 * border;
    this.#inputs.forEach(({ figure, grid, caption }, channel) => {
      figure.hidden = channel >= in_channels;
      if (figure.hidden) return;
      const at = (/** @type {number} */ i) => ({ row: Math.floor(i / padded) - border, column: (i % padded) - border });
      const isInside = (/** @type {{row: number, column: number}} */ { row, column }) => row >= 0 && column >= 0 && row < size && column < size;
      const values = Array.from({ length: padded * padded }, (_, i) => (isInside(at(i)) ? input[(channel * size + at(i).row) * size + at(i).column] : 0));
      grid.show(values, padded);
      [...grid.children].forEach((cell, i) => {
        const { row, column } = at(i);
        /** @type {HTMLInputElement} */ (cell).readOnly = !isInside({ row, column });
        cell.ariaLabel = this.#texts.t(isInside({ row, column }) ? "inputCell" : "paddingCell", { channel: channel + 1, row: row + 1, column: column + 1 });
      });
      caption.textContent = this.#texts.t(border ? "inputCaptionPadded" : "inputCaption", { channel: channel + 1, size, padded });
    });
    const channels = Math.max(1, Math.floor(in_channels / groups));
    const area = kernel_size * kernel_size;
    this.#kernels.forEach(({ figure, grid, caption }, plane) => {
      figure.hidden = plane >= out_channels * channels;
      if (figure.hidden) return;
      grid.show(weight.slice(plane * area, (plane + 1) * area), kernel_size);
      const [to, from] = [Math.floor(plane / channels), plane % channels];
      // The channels that a group reads are numbered within the group.
      const outputs = Math.max(1, out_channels / groups);
      const whole = Math.min(Math.floor(to / outputs) * channels + from, in_channels - 1);
      // PyTorch keeps a transposed convolution's weight with the input's channels first.
      const [first, second] = isTransposed ? [whole, to % outputs] : [to, from];
      caption.textContent = this.#texts.t("kernelCaption", { first, second, to: to + 1, from: whole + 1 });
    });
  }

  /** @param {Float32Array | null} output none where the settings are invalid */
  showOutput(output) {
    const { out_channels } = /** @type {Settings} */ (this.#settings);
    const side = output ? Math.round(Math.sqrt(output.length / out_channels)) : 0;
    this.#hint.hidden = Boolean(output);
    this.#outputs.forEach(({ figure, grid, caption }, channel) => {
      figure.hidden = !output || channel >= out_channels;
      if (figure.hidden || !output) return;
      const values = output.subarray(channel * side * side, (channel + 1) * side * side);
      grid.show(values, side);
      [...grid.children].forEach((cell, i) => {
        cell.ariaLabel = this.#texts.t("outputCell", { channel: channel + 1, row: Math.floor(i / side) + 1, column: (i % side) + 1, value: cell.textContent });
      });
      caption.textContent = this.#texts.t("outputCaption", { channel: channel + 1, size: side });
    });
  }

  /** An output cell, its patch and its part of the kernels. @param {Cell | null} cell */
  mark(cell) {
    const settings = this.#settings;
    if (!settings) return;
    const terms = cell && sizeOf(settings) > 0 ? termsOf(settings, cell) : [];
    const border = settings.isTransposed ? 0 : settings.padding;
    const has = (/** @type {(term: import("./arithmetic.js").Term) => boolean} */ test) => (terms.some(test) ? "patch" : "");
    this.#markInputs((channel, row, column) => has((term) => term.channel === channel && term.row === row && term.column === column), border);
    this.#kernels.forEach(({ grid }, plane) =>
      grid.mark((row, column) => has((term) => term.plane === plane && term.kernelRow === row && term.kernelColumn === column)),
    );
    this.#outputs.forEach(({ grid }, channel) => grid.mark((row, column) => (cell && cell.channel === channel && cell.row === row && cell.column === column ? "made" : "")));
  }

  /**
   * An input cell and the output cells that it goes into.
   * @param {Cell} from
   * @returns {number} how many
   */
  markReach(from) {
    const settings = this.#settings;
    if (!settings) return 0;
    const border = settings.isTransposed ? 0 : settings.padding;
    let count = 0;
    this.#markInputs((channel, row, column) => (channel === from.channel && row === from.row && column === from.column ? "made" : ""), border);
    this.#kernels.forEach(({ grid }) => grid.mark(() => ""));
    this.#outputs.slice(0, settings.out_channels).forEach(({ grid }, channel) =>
      grid.mark((row, column) => {
        const isReached = termsOf(settings, { channel, row, column }).some((term) => term.channel === from.channel && term.row === from.row && term.column === from.column);
        count += Number(isReached);
        return isReached ? "patch" : "";
      }),
    );
    return count;
  }

  /** @param {(channel: number, row: number, column: number) => string} classOf @param {number} border */
  #markInputs(classOf, border) {
    const { size, ...rest } = /** @type {Settings} */ (this.#settings);
    const end = size + border - leftOver({ size, ...rest });
    this.#inputs.forEach(({ grid }, channel) =>
      grid.mark((gridRow, gridColumn) => {
        const [row, column] = [gridRow - border, gridColumn - border];
        const isPadding = row < 0 || column < 0 || row >= size || column >= size;
        return [classOf(channel, row, column), isPadding ? "padding" : "", row >= end || column >= end ? "unread" : ""].join(" ");
      }),
    );
  }

  /** @typedef {{figure: HTMLElement, grid: NumberGrid, caption: HTMLElement}} Plane @param {NumberGrid} grid @param {string} name @returns {Plane} */
  #plane(grid, name) {
    const caption = h("figcaption");
    return { grid, caption, figure: h("figure", { className: name, hidden: true }, caption, grid) };
  }

  /** @param {number} channel */
  #input(channel) {
    const grid = new NumberGrid(this.#texts.t("inputGrid", { channel: channel + 1 }), { isEditable: true });
    const border = () => (this.#settings && !this.#settings.isTransposed ? this.#settings.padding : 0);
    grid.addEventListener("edit", (event) => {
      const { row, column, value } = /** @type {CustomEvent} */ (event).detail;
      emit(this, "edited", { which: "input", plane: channel, row: row - border(), column: column - border(), value });
    });
    grid.addEventListener("cell", (event) => {
      const at = /** @type {CustomEvent<{row: number, column: number} | null>} */ (event).detail;
      emit(this, at ? "reach" : "look", at && { channel, row: at.row - border(), column: at.column - border() });
    });
    grid.addEventListener("focusout", () => emit(this, "look", null));
    return this.#plane(grid, "input");
  }

  /** @param {number} plane */
  #kernel(plane) {
    const grid = new NumberGrid(this.#texts.t("kernelGrid", { plane: plane + 1 }), { isEditable: true });
    grid.addEventListener("edit", (event) => emit(this, "edited", { which: "weight", plane, .../** @type {CustomEvent} */ (event).detail }));
    return this.#plane(grid, "kernel");
  }

  /** @param {number} channel */
  #output(channel) {
    const format = (/** @type {number} */ value) => this.#texts.number(Math.round(value * 1000) / 1000, 6);
    const grid = new NumberGrid(this.#texts.t("outputGrid", { channel: channel + 1 }), { format });
    const cellOf = (/** @type {EventTarget | null} */ target) => {
      const index = [...grid.children].indexOf(/** @type {Element} */ (target));
      const side = Math.sqrt(grid.children.length);
      return index < 0 ? null : { channel, row: Math.floor(index / side), column: index % side };
    };
    grid.addEventListener("cell", (event) => {
      const at = /** @type {CustomEvent<{row: number, column: number} | null>} */ (event).detail;
      emit(this, "look", at && { channel, ...at });
    });
    for (const type of ["focusin", "click"]) {
      grid.addEventListener(type, (event) => {
        const cell = cellOf(event.target);
        if (cell) emit(this, "choose", cell);
      });
    }
    return this.#plane(grid, "output");
  }
}

customElements.define("convolution-figure", ConvolutionFigure);
