import { emit, h } from "../../dom.js";
import { MapView, scaleColour } from "../shell/map-view.js";
import { svg } from "../shell/svg.js";

/** @typedef {import("./measured-field.js").Box} Box */
/** @typedef {{width: number, height: number}} Size */

const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] });

/**
 * The photo as the network sees it, with one value of a layer: mouse, finger and arrow keys choose it. Its theoretical field is a box, its
 * measured one a glow. Event: `cell` ({x, y} in the layer's map).
 */
export class PhotoField extends HTMLElement {
  #view;
  #overlay = svg("svg", { class: "overlay", preserveAspectRatio: "none", "aria-hidden": "true" });
  /** @type {Size} the network's input */ #size = { width: 1, height: 1 };
  /** @type {Size} the layer's map */ #map = { width: 1, height: 1 };
  #cell = { x: 0, y: 0 };
  /** @type {HTMLCanvasElement | null} */ #photo = null;

  /** @param {string} label */
  constructor(label) {
    super();
    this.#view = new MapView(label, { canMove: true });
    // Arrows go from value to value, not from pixel to pixel.
    this.addEventListener("keydown", (event) => this.#onKey(event), { capture: true });
    this.#view.addEventListener("position", (event) => {
      event.stopPropagation();
      const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
      this.#go({ x: Math.floor((x * this.#map.width) / this.#size.width), y: Math.floor((y * this.#map.height) / this.#size.height) });
    });
  }

  connectedCallback() {
    this.replaceChildren(this.#view, this.#overlay);
  }

  /** @param {string} label what a screen reader says */
  set label(label) {
    this.#view.label = label;
  }

  /** @param {HTMLCanvasElement} photo @param {Size} size of the network's input */
  showPhoto(photo, { width, height }) {
    if (this.#photo === photo && this.#size.width === width && this.#size.height === height) return;
    this.#photo = photo;
    this.#size = { width, height };
    this.showHeat(null);
    this.#overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.style.setProperty("--width", String(width));
    this.style.setProperty("--height", String(height));
  }

  /**
   * The measured field over the photo; its fourth root, so that the faint parts are seen.
   * @param {Float32Array | null} weights of the network's input
   */
  showHeat(weights) {
    const { width, height } = this.#size;
    const canvas = h("canvas", { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.imageSmoothingQuality = "high";
    if (weights) context.filter = "grayscale(1) brightness(0.55)";
    if (this.#photo) context.drawImage(this.#photo, 0, 0, width, height);
    if (weights) {
      context.filter = "none";
      context.drawImage(glow(weights, width, height), 0, 0);
    }
    this.#view.showPicture(canvas);
  }

  /**
   * @param {Size} map of the layer
   * @param {{x: number, y: number}} cell
   * @param {Box} box what it reads
   * @param {Box} middle its middle half
   */
  showField(map, cell, box, middle) {
    this.#map = map;
    this.#cell = cell;
    const { width, height } = this.#size;
    const own = { from: (cell.x * width) / map.width, to: ((cell.x + 1) * width) / map.width - 1 };
    const down = { from: (cell.y * height) / map.height, to: ((cell.y + 1) * height) / map.height - 1 };
    const rectangles = [
      ...rectangle(box, "box"),
      ...rectangle(middle, "middle"),
      ...rectangle({ x: own, y: down, isWhole: false }, "cell"),
    ];
    this.#overlay.replaceChildren(...rectangles);
    // The view tells of a click where its position is not.
    this.#view.position = { x: Math.round((own.from + own.to) / 2), y: Math.round((down.from + down.to) / 2) };
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const { width, height } = this.#map;
    const far = event.shiftKey ? Math.max(1, Math.round(Math.max(width, height) / 16)) : 1;
    this.#go({ x: this.#cell.x + by[0] * far, y: this.#cell.y + by[1] * far });
  }

  /** @param {{x: number, y: number}} wanted */
  #go({ x, y }) {
    const { width, height } = this.#map;
    emit(this, "cell", { x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1) });
  }
}

/** A dark line with a light one in it, seen on any photo. @param {Box} box @param {string} name */
function rectangle({ x, y }, name) {
  const at = { x: x.from, y: y.from, width: Math.max(x.to - x.from + 1, 0), height: Math.max(y.to - y.from + 1, 0) };
  return ["under", "over"].map((layer) => svg("rect", { ...at, class: `${name} ${layer}` }));
}

/** @param {Float32Array} weights @param {number} width @param {number} height */
function glow(weights, width, height) {
  let most = 0;
  for (const weight of weights) most = Math.max(most, weight);
  const pixels = new ImageData(width, height);
  weights.forEach((weight, index) => {
    const share = most > 0 ? (weight / most) ** 0.25 : 0;
    // The scale's dark end would be taken for the photo.
    if (share > 0) pixels.data.set([...scaleColour(0.4 + 0.6 * share), Math.round(255 * share)], 4 * index);
  });
  const canvas = h("canvas", { width, height });
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(pixels, 0, 0);
  return canvas;
}

customElements.define("photo-field", PhotoField);
