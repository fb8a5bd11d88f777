import { emit, h } from "../../dom.js";

/** Dark to light in perceived steps, blue to yellow, also for people who do not tell red from green. @type {[number, number, number][]} */
const SCALE = [
  [0, 32, 77],
  [60, 77, 110],
  [124, 123, 120],
  [187, 175, 113],
  [255, 234, 70],
];

/** @param {number} share 0..1 @returns {[number, number, number]} */
export function scaleColour(share) {
  const at = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const low = Math.min(Math.floor(at), SCALE.length - 2);
  const [from, to] = [SCALE[low], SCALE[low + 1]];
  return /** @type {[number, number, number]} */ ([0, 1, 2].map((i) => Math.round(from[i] + (to[i] - from[i]) * (at - low))));
}

/**
 * A map of numbers, classes or a picture on a canvas, with a position that mouse, finger and arrow keys move. Event: `position`
 * ({x, y}, whole numbers in the map).
 */
export class MapView extends HTMLElement {
  #canvas = h("canvas", { width: 1, height: 1, role: "img" });
  #mark = h("span", { className: "mark", hidden: true });
  #size = { width: 1, height: 1 };
  /** @type {{x: number, y: number} | null} */ #at = null;
  #canMove;

  /**
   * @param {string} label
   * @param {{canMove?: boolean}} [options] whether a position can be chosen
   */
  constructor(label, { canMove = false } = {}) {
    super();
    this.#canMove = canMove;
    this.#canvas.ariaLabel = label;
    if (!canMove) return;
    this.#canvas.tabIndex = 0;
    this.#canvas.role = "application";
    this.#canvas.addEventListener("keydown", (event) => this.#onKey(event));
    this.#canvas.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary) return;
      this.#canvas.setPointerCapture(event.pointerId);
      this.#onPointer(event);
    });
    this.#canvas.addEventListener("pointermove", (event) => {
      if (this.#canvas.hasPointerCapture(event.pointerId)) this.#onPointer(event);
    });
  }

  connectedCallback() {
    this.replaceChildren(this.#canvas, this.#mark);
  }

  /** What a screen reader says of it. @param {string} label */
  set label(label) {
    this.#canvas.ariaLabel = label;
  }

  get canvas() {
    return this.#canvas;
  }

  /**
   * Numbers as colours, from `low` to `high`: the map's own extremes unless given. With `signed`, blue below and yellow above zero.
   * @param {ArrayLike<number>} values `[height, width]`
   * @param {{width: number, height: number, low?: number, high?: number}} how
   */
  showValues(values, { width, height, low, high }) {
    let [least, most] = [low ?? Infinity, high ?? -Infinity];
    for (let i = 0; i < values.length; i++) {
      if (low === undefined && values[i] < least) least = values[i];
      if (high === undefined && values[i] > most) most = values[i];
    }
    const span = most > least ? most - least : 1;
    this.#draw(width, height, (i) => scaleColour((values[i] - least) / span));
    return { low: least, high: most };
  }

  /**
   * Numbers of either sign: white at zero, blue below, red above, as deep as `most`, the largest magnitude unless given.
   * @param {ArrayLike<number>} values `[height, width]`
   * @param {{width: number, height: number, most?: number}} how
   */
  showSigned(values, { width, height, most }) {
    let largest = most ?? 0;
    if (most === undefined) for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
    const share = (/** @type {number} */ i) => (largest > 0 ? Math.min(Math.abs(values[i]) / largest, 1) : 0);
    this.#draw(width, height, (i) => {
      const rest = Math.round(255 * (1 - share(i)));
      return values[i] < 0 ? [rest, Math.round(rest + (255 - rest) * 0.4), 255] : [255, rest, rest];
    });
    return { most: largest };
  }

  /**
   * Class ids in their colours; ids beyond are left empty.
   * @param {ArrayLike<number>} ids `[height, width]`
   * @param {{width: number, height: number, colours: [number, number, number][]}} how
   */
  showClasses(ids, { width, height, colours }) {
    this.#draw(width, height, (i) => colours[ids[i]] ?? null);
  }

  /** A picture as it is. @param {CanvasImageSource & {width: number, height: number}} picture */
  showPicture(picture) {
    const { width, height } = picture;
    this.#resize(width, height);
    this.#context.drawImage(picture, 0, 0);
  }

  /** @param {ImageData} pixels */
  showPixels(pixels) {
    this.#resize(pixels.width, pixels.height);
    this.#context.putImageData(pixels, 0, 0);
  }

  /** For what lies over a map: boxes, profiles. */
  get #context() {
    return /** @type {CanvasRenderingContext2D} */ (this.#canvas.getContext("2d"));
  }

  /**
   * Moves the mark; no event follows.
   * @param {{x: number, y: number} | null} position in the map
   */
  set position(position) {
    this.#at = position;
    this.#mark.hidden = !position;
    if (!position) return;
    const { width, height } = this.#size;
    this.#mark.style.left = `${((position.x + 0.5) / width) * 100}%`;
    this.#mark.style.top = `${((position.y + 0.5) / height) * 100}%`;
  }

  /**
   * @param {number} width
   * @param {number} height
   * @param {(index: number) => [number, number, number] | null} colour
   */
  #draw(width, height, colour) {
    this.#resize(width, height);
    const pixels = new ImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const rgb = colour(i);
      if (rgb) pixels.data.set([...rgb, 255], 4 * i);
    }
    this.#context.putImageData(pixels, 0, 0);
  }

  /** @param {number} width @param {number} height */
  #resize(width, height) {
    this.#canvas.width = width;
    this.#canvas.height = height;
    this.style.setProperty("--aspect", `${width} / ${height}`);
    if (width === this.#size.width && height === this.#size.height) return;
    this.#size = { width, height };
    // A small map has visible cells.
    this.classList.toggle("coarse", Math.max(width, height) < 200);
    this.position = this.#at;
  }

  /** @param {PointerEvent} event */
  #onPointer(event) {
    const box = this.#canvas.getBoundingClientRect();
    const { width, height } = this.#size;
    this.#moveTo(Math.floor(((event.clientX - box.left) / box.width) * width), Math.floor(((event.clientY - box.top) / box.height) * height));
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const by = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] })[event.key];
    if (!by) return;
    event.preventDefault();
    const { width, height } = this.#size;
    const far = event.shiftKey ? Math.max(1, Math.round(Math.max(width, height) / 16)) : 1;
    const { x, y } = this.#at ?? { x: width >> 1, y: height >> 1 };
    this.#moveTo(x + by[0] * far, y + by[1] * far);
  }

  /** @param {number} x @param {number} y */
  #moveTo(x, y) {
    if (!this.#canMove) return;
    const { width, height } = this.#size;
    const position = { x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1) };
    if (this.#at && position.x === this.#at.x && position.y === this.#at.y) return;
    this.position = position;
    emit(this, "position", position);
  }
}

customElements.define("map-view", MapView);
