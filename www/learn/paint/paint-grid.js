import { emit, h } from "../../dom.js";
import { fillCells, outlineCell, outlineCells, scaleFor } from "./cell-looks.js";

/** @typedef {import("./cell-looks.js").Look} Look */

/** What a brush paints, and how large it is. @typedef {{classId: number, size: number}} Brush */

const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/**
 * A grid of class ids that mouse, finger and keyboard paint: arrow keys move a cursor, with Shift they paint on their way, a digit paints
 * the class at that place in the list, the space bar what the brush has. Events: `stroke` (Uint8Array, a new copy) while something is
 * painted, `painted` (the same) when a stroke has come to its end, `cursor` ({x, y}).
 */
export class PaintGrid extends HTMLElement {
  #canvas = h("canvas", { width: 1, height: 1, role: "application", tabIndex: 0 });
  #isEditable;
  /** @type {Brush} */ #brush;
  #size = { width: 1, height: 1, scale: 1 };
  /** @type {Uint8Array} */ #cells = new Uint8Array(1);
  /** @type {Look[]} */ #looks = [];
  /** @type {CanvasImageSource | null} */ #photo = null;
  /** @type {((cell: number) => boolean) | null} */ #isOutlined = null;
  /** In the middle until it is moved. @type {{x: number, y: number} | null} */ #at = null;
  #willDraw = false;
  /** Where the pointer was last in this stroke. @type {{x: number, y: number} | null} */ #from = null;

  /**
   * @param {string} label says what is seen and which keys there are
   * @param {Brush} brush is looked at with each touch
   * @param {{isEditable?: boolean}} [options] otherwise only the cursor moves
   */
  constructor(label, brush, { isEditable = true } = {}) {
    super();
    this.#brush = brush;
    this.#isEditable = isEditable;
    const canvas = this.#canvas;
    canvas.ariaLabel = label;
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    canvas.addEventListener("pointerdown", (event) => {
      // A second finger does not paint from where the first one is, and a menu's button not at all.
      if (!event.isPrimary || event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.#from = null;
      this.#onPointer(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#onPointer(event);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => /** @type {PointerEvent} */ (event).isPrimary && this.#end());
  }

  connectedCallback() {
    this.replaceChildren(this.#canvas);
  }

  /** Whether it can be painted just now. @param {boolean} isEditable */
  set isEditable(isEditable) {
    this.#isEditable = isEditable;
  }

  /** @param {string} label */
  set label(label) {
    this.#canvas.ariaLabel = label;
  }

  get cells() {
    return this.#cells;
  }

  /**
   * Cells and how they look, over a photo if there is one.
   * @param {Uint8Array} cells row by row
   * @param {{width: number, height: number, looks: Look[], photo?: CanvasImageSource | null}} how
   */
  show(cells, { width, height, looks, photo = null }) {
    this.#cells = cells;
    this.#looks = looks;
    this.#photo = photo;
    this.#size = { width, height, scale: scaleFor(width, height) };
    this.#draw();
  }

  /** Draws lines around some cells, or none. @param {((cell: number) => boolean) | null} isInside */
  outline(isInside) {
    this.#isOutlined = isInside;
    this.#draw();
  }

  /** Moves the cursor; no event follows. @param {{x: number, y: number}} cursor */
  set cursor(cursor) {
    this.#at = this.#within(cursor);
    this.#draw();
  }

  get cursor() {
    return this.#within(this.#at ?? { x: this.#size.width >> 1, y: this.#size.height >> 1 });
  }

  /** Once, after all that changes now. */
  #draw() {
    if (this.#willDraw) return;
    this.#willDraw = true;
    queueMicrotask(() => {
      this.#willDraw = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    const { width, height, scale } = this.#size;
    const canvas = this.#canvas;
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.style.aspectRatio = `${width} / ${height}`;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    if (this.#photo) context.drawImage(this.#photo, 0, 0, canvas.width, canvas.height);
    fillCells(context, this.#size, (cell) => this.#looks[this.#cells[cell]]);
    if (this.#isOutlined) outlineCells(context, this.#size, this.#isOutlined);
    outlineCell(context, scale, this.cursor);
  }

  /** @param {{x: number, y: number}} position */
  #within({ x, y }) {
    const { width, height } = this.#size;
    return { x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1) };
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const box = this.#canvas.getBoundingClientRect();
    const { width, height } = this.#size;
    const to = this.#within({ x: Math.floor(((event.clientX - box.left) / box.width) * width), y: Math.floor(((event.clientY - box.top) / box.height) * height) });
    const from = this.#from ?? to;
    if (this.#from && from.x === to.x && from.y === to.y) return;
    this.#from = to;
    // A fast pointer leaves cells out.
    const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    const between = Array.from({ length: steps }, (_, i) => ({
      x: Math.round(from.x + ((to.x - from.x) * (i + 1)) / steps),
      y: Math.round(from.y + ((to.y - from.y) * (i + 1)) / steps),
    }));
    this.#paint(between, this.#brush.classId);
    this.#move(to);
  }

  #end() {
    if (!this.#from) return;
    this.#from = null;
    if (this.#isEditable) emit(this, "painted", this.#cells);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const by = ARROWS[event.key];
    const digit = Number(event.key) - 1;
    const isDigit = Number.isInteger(digit) && digit >= 0 && digit < this.#looks.length;
    if ((!by && !isDigit && event.key !== " ") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (by) this.#move({ x: this.cursor.x + by[0], y: this.cursor.y + by[1] });
    if (!this.#isEditable || (by && !event.shiftKey)) return;
    this.#paint([this.cursor], isDigit ? digit : this.#brush.classId);
    emit(this, "painted", this.#cells);
  }

  /** @param {{x: number, y: number}} position */
  #move(position) {
    const { x, y } = this.#within(position);
    if (x === this.cursor.x && y === this.cursor.y) return;
    this.cursor = { x, y };
    emit(this, "cursor", { x, y });
  }

  /** @param {{x: number, y: number}[]} places @param {number} classId */
  #paint(places, classId) {
    if (!this.#isEditable) return;
    const { width, height } = this.#size;
    const cells = this.#cells.slice();
    const reach = (this.#brush.size - 1) / 2;
    for (const { x, y } of places) {
      for (let row = Math.max(y - reach, 0); row <= Math.min(y + reach, height - 1); row++) {
        cells.fill(classId, row * width + Math.max(x - reach, 0), row * width + Math.min(x + reach, width - 1) + 1);
      }
    }
    this.#cells = cells;
    this.#draw();
    emit(this, "stroke", cells);
  }
}

customElements.define("paint-grid", PaintGrid);
