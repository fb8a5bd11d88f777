import { emit, h } from "../dom.js";
import "./compare-handle.js";

/** @typedef {import("./compare-handle.js").CompareHandle} CompareHandle */

/** Of the picture's width: a step of the pixel cursor, by keyboard. */
const CURSOR_STEP = 0.01;

/**
 * The picture, as large as it fits: the plain photo, the engine's canvas over it, a pixel cursor, the before/after handle.
 *
 * Events: `probe` ({x, y} in pixels of the photo, `isSpoken`), `canvas-size` ({width, height}), `compare` (split).
 */
export class PhotoStage extends HTMLElement {
  #plain = h("canvas", { className: "plain", "aria-hidden": "true" });
  /** @type {HTMLCanvasElement | null} */ #painted = null;
  #cursor = h("div", { className: "cursor", hidden: true, "aria-hidden": "true" });
  #handle = /** @type {CompareHandle} */ (document.createElement("compare-handle"));
  #surface = h("div", {
    className: "surface",
    tabIndex: 0,
    role: "application",
    "aria-roledescription": "pixel probe",
    "aria-label": "Picture",
    "aria-describedby": "stage-keys",
  });
  #halves = h("div", { className: "halves", hidden: true }, h("span", {}, "as it comes"), h("span", {}, "steady"));
  #frame = h("div", { className: "frame", hidden: true });
  /** Size of the photo. */ #size = { width: 1, height: 1 };
  /** @type {{x: number, y: number} | null} */ #at = null;
  #isMirrored = false;
  #isSizeKept = false;

  connectedCallback() {
    const keys = h("p", { id: "stage-keys", className: "visually-hidden" });
    keys.textContent = "Arrow keys move a cursor that tells the class of the pixel under it; with Shift by one pixel.";
    this.#frame.append(this.#plain, this.#halves, this.#surface, this.#cursor, this.#handle, keys);
    this.append(this.#frame);
    new ResizeObserver(() => this.#fit()).observe(this);
    this.#surface.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this.#pointAt(event));
    this.#surface.addEventListener("click", (event) => this.#pointAt(event));
    this.#surface.addEventListener("keydown", (event) => this.#moveCursor(event));
  }

  /** What the engine paints on, if there is one. */
  get canvas() {
    return this.#painted;
  }

  /** A canvas for a new engine, in place of the old one. */
  newCanvas() {
    const canvas = h("canvas", { className: "painted", hidden: true, "aria-hidden": "true" });
    this.#painted?.remove();
    this.#plain.after(canvas);
    this.#painted = canvas;
    return canvas;
  }

  /**
   * Shows a photo without its mask, or the empty stage.
   * @param {import("../workbench.js").Photo | null} photo
   */
  showPhoto(photo) {
    if (!photo) {
      this.#frame.hidden = true;
      this.style.removeProperty("--aspect");
      return;
    }
    const { bitmap, width, height } = photo.picture;
    this.#open({ width, height }, "Picture");
    const scale = Math.min(1, 2048 / Math.max(width, height));
    this.#plain.width = Math.max(1, Math.round(width * scale));
    this.#plain.height = Math.max(1, Math.round(height * scale));
    const context = this.#plain.getContext("2d");
    if (context) {
      // As the engine does where a picture is see-through.
      context.fillStyle = "white";
      context.fillRect(0, 0, this.#plain.width, this.#plain.height);
      context.drawImage(bitmap, 0, 0, this.#plain.width, this.#plain.height);
    }
    this.#fit();
  }

  /**
   * Makes room for a live picture; the engine's canvas has all of it.
   * @param {{width: number, height: number}} size
   */
  showLive(size) {
    this.#plain.width = 1;
    this.#plain.height = 1;
    this.#open(size, "Live picture");
    this.#fit();
  }

  /** @param {boolean} isShown whether the engine's canvas has this photo's result */
  showMask(isShown) {
    if (this.#painted) this.#painted.hidden = !isShown;
  }

  /** @param {boolean} areCompared whether the right half's mask is kept steady and the left one's is not */
  showHalves(areCompared) {
    this.#halves.hidden = !areCompared;
  }

  /** @param {import("../types.js").View} view */
  showView({ split, background, mirrored }) {
    this.#isMirrored = mirrored;
    this.#handle.show(split);
    // A cut-out is transparent: what would shine through is the photo.
    this.#plain.hidden = background === "none";
  }

  /**
   * @param {{width: number, height: number}} size
   * @param {string} name
   */
  #open({ width, height }, name) {
    this.#frame.hidden = false;
    this.#cursor.hidden = true;
    this.#at = null;
    this.#size = { width, height };
    this.style.setProperty("--aspect", `${width} / ${height}`);
    this.#surface.setAttribute("aria-label", `${name}, ${width} by ${height} pixels`);
  }

  /** Largest frame of the photo's shape inside this element. */
  #fit() {
    if (this.#frame.hidden) return;
    const style = getComputedStyle(this);
    const room = {
      width: this.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
      height: this.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
    };
    const scale = Math.min(room.width / this.#size.width, room.height / this.#size.height);
    const width = Math.max(1, Math.floor(this.#size.width * scale));
    const height = Math.max(1, Math.floor(this.#size.height * scale));
    this.#frame.style.width = `${width}px`;
    this.#frame.style.height = `${height}px`;
    this.announceSize();
  }

  /**
   * A video has one size: while it is recorded the canvas keeps its own, whatever becomes of the page.
   * @param {boolean} isKept
   */
  keepSize(isKept) {
    this.#isSizeKept = isKept;
    this.announceSize();
  }

  /** Of the canvas on this screen, in device pixels. */
  canvasSize() {
    const { width, height } = this.#frame.getBoundingClientRect();
    const ratio = window.devicePixelRatio;
    return { width: Math.round(width * ratio), height: Math.round(height * ratio) };
  }

  /** Tells the engine how large its canvas is on this screen. */
  announceSize() {
    if (!this.#frame.hidden && !this.#isSizeKept) emit(this, "canvas-size", this.canvasSize());
  }

  /** @param {MouseEvent} event */
  #pointAt(event) {
    const box = this.#surface.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    this.#probe(this.#isMirrored ? 1 - across : across, (event.clientY - box.top) / box.height, false);
  }

  /** @param {KeyboardEvent} event */
  #moveCursor(event) {
    /** @type {Record<string, [number, number]>} */
    const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], Enter: [0, 0] };
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    const { width, height } = this.#size;
    const step = event.shiftKey ? 1 : Math.max(1, Math.round(width * CURSOR_STEP));
    const { x, y } = this.#at ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
    const isFirst = this.#at === null;
    const move = isFirst ? 0 : step;
    const across = this.#isMirrored ? -direction[0] : direction[0];
    this.#probe((x + 0.5 + across * move) / width, (y + 0.5 + direction[1] * move) / height, true);
  }

  /**
   * @param {number} across fraction of the picture's own width
   * @param {number} down fraction of the height
   * @param {boolean} isSpoken a screen reader hears the answer
   */
  #probe(across, down, isSpoken) {
    const { width, height } = this.#size;
    const x = Math.min(width - 1, Math.max(0, Math.floor(across * width)));
    const y = Math.min(height - 1, Math.max(0, Math.floor(down * height)));
    this.#at = { x, y };
    this.#cursor.hidden = false;
    const left = (x + 0.5) / width;
    this.#cursor.style.left = `${(this.#isMirrored ? 1 - left : left) * 100}%`;
    this.#cursor.style.top = `${((y + 0.5) / height) * 100}%`;
    emit(this, "probe", { x, y, isSpoken });
  }
}

customElements.define("photo-stage", PhotoStage);
