/** Cells on a canvas: a colour and a mark for each kind, so that nobody needs to tell colours apart. */
import { h } from "../../dom.js";

/** @typedef {"plain" | "dots" | "stripes"} Mark */

/**
 * How a kind of cell looks, and what it is called.
 * @typedef {object} Look
 * @property {string} name
 * @property {[number, number, number]} colour
 * @property {Mark} mark
 * @property {number} [opacity] 0..1, over a photo
 */

/** Marks repeat after so many pixels of the canvas, whatever the size of the cells. */
const TILE = 10;

/** Whether a pixel of a tile is of the mark. @type {Record<Mark, (x: number, y: number) => boolean>} */
const MARKS = {
  plain: () => false,
  dots: (x, y) => (x - 5) ** 2 + (y - 5) ** 2 < 5,
  stripes: (x, y) => (x + y) % TILE < 3,
};

/** Okabe and Ito's colours, told apart by people of any colour vision. @type {Pick<Look, "colour" | "mark">[]} */
const CLASS_LOOKS = [
  { colour: [214, 214, 208], mark: "plain" },
  { colour: [86, 180, 233], mark: "dots" },
  { colour: [230, 159, 0], mark: "stripes" },
];

/** @param {string[]} names of at most three classes @returns {Look[]} */
export const classLooks = (names) => names.map((name, id) => ({ name, ...CLASS_LOOKS[id] }));

/** The first class, the background, leaves the photo as it is. @param {string[]} names @returns {Look[]} */
export const photoLooks = (names) => classLooks(names).map((look, id) => ({ ...look, opacity: id === 0 ? 0 : 0.6 }));

/** About as many pixels as a screen shows of a grid. */
const CANVAS_SIDE = 480;

/** Pixels of the canvas for a cell. @param {number} width @param {number} height */
export const scaleFor = (width, height) => Math.max(1, Math.round(CANVAS_SIDE / Math.max(width, height)));

/** Tiles that were drawn. @type {Map<string, CanvasPattern>} */
const patterns = new Map();

/** @param {Look} look */
function patternOf({ colour, mark }) {
  const key = `${colour} ${mark}`;
  const known = patterns.get(key);
  if (known) return known;
  const canvas = h("canvas", { width: TILE, height: TILE });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = new ImageData(TILE, TILE);
  for (let i = 0; i < TILE ** 2; i++) {
    // Marks are darker than their ground.
    const brightness = MARKS[mark](i % TILE, Math.floor(i / TILE)) ? 0.55 : 1;
    pixels.data.set([...colour.map((channel) => channel * brightness), 255], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
  const pattern = /** @type {CanvasPattern} */ (context.createPattern(canvas, "repeat"));
  patterns.set(key, pattern);
  return pattern;
}

/**
 * Draws cells over what is there; none where there is no look.
 * @param {CanvasRenderingContext2D} context
 * @param {{width: number, height: number, scale: number}} size
 * @param {(cell: number) => Look | null | undefined} lookOf
 */
export function fillCells(context, { width, height, scale }, lookOf) {
  for (let y = 0; y < height; y++) {
    for (let from = 0; from < width; ) {
      const look = lookOf(y * width + from);
      let to = from + 1;
      while (to < width && lookOf(y * width + to) === look) to++;
      if (look && look.opacity !== 0) {
        context.globalAlpha = look.opacity ?? 1;
        context.fillStyle = patternOf(look);
        context.fillRect(from * scale, y * scale, (to - from) * scale, scale);
      }
      from = to;
    }
  }
  context.globalAlpha = 1;
}

/**
 * Draws lines around those cells, white in black, seen on every colour.
 * @param {CanvasRenderingContext2D} context
 * @param {{width: number, height: number, scale: number}} size
 * @param {(cell: number) => boolean} isInside
 */
export function outlineCells(context, { width, height, scale }, isInside) {
  const path = new Path2D();
  const line = (/** @type {number} */ x0, /** @type {number} */ y0, /** @type {number} */ x1, /** @type {number} */ y1) => {
    path.moveTo(x0 * scale, y0 * scale);
    path.lineTo(x1 * scale, y1 * scale);
  };
  const isIn = (/** @type {number} */ x, /** @type {number} */ y) => x >= 0 && y >= 0 && x < width && y < height && isInside(y * width + x);
  for (let y = 0; y <= height; y++) {
    for (let x = 0; x <= width; x++) {
      if (isIn(x, y) !== isIn(x, y - 1)) line(x, y, x + 1, y);
      if (isIn(x, y) !== isIn(x - 1, y)) line(x, y, x, y + 1);
    }
  }
  strokeTwice(context, path);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} scale
 * @param {{x: number, y: number}} cell
 */
export function outlineCell(context, scale, { x, y }) {
  const path = new Path2D();
  path.rect(x * scale, y * scale, scale, scale);
  strokeTwice(context, path);
}

/** @param {CanvasRenderingContext2D} context @param {Path2D} path */
function strokeTwice(context, path) {
  context.lineCap = "square";
  for (const [colour, thickness] of /** @type {const} */ ([["#000", 6], ["#fff", 2.5]])) {
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.stroke(path);
  }
}

/** A look beside its name. @param {Look} look */
export function swatch(look) {
  const canvas = h("canvas", { width: 40, height: 40, className: "look", "aria-hidden": "true" });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  fillCells(context, { width: 1, height: 1, scale: 40 }, () => ({ ...look, opacity: 1 }));
  return canvas;
}
