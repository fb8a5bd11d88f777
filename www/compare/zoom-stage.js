import { emit, h } from "../dom.js";
import { WHOLE, isSame, moved, zoomed } from "./zoom.js";

/** Longest side of a canvas, in device pixels: four of them have to fit into a phone's memory. */
const MOST_SIDE = 2048;
/** The engine paints anew when the zoom has stood still for so long; until then the browser enlarges what there is. */
const SETTLED_MS = 150;
/** Zoom by one turn of a wheel's notch, and by one press of a key. */
const WHEEL = 0.0015;
const KEY_FACTOR = 1.5;
/** What an arrow key moves, of the window. */
const KEY_STEP = 0.15;
/** Of a wheel that counts lines. */
const LINE_PIXELS = 16;

/**
 * A picture behind a window that can be zoomed and moved: by wheel, fingers, mouse and keys. It follows `showZoom` only, so
 * that several stages can show the same place.
 *
 * Events: `zoom` (a Zoom that is wanted), `canvas-size` ({width, height}).
 */
export class ZoomStage extends HTMLElement {
  #plain = h("canvas", { className: "plain", "aria-hidden": "true" });
  /** @type {HTMLCanvasElement | null} */ #painted = null;
  #frame = h("div", { className: "frame", hidden: true }, this.#plain);
  #size = { width: 1, height: 1 };
  /** Of the whole picture on the screen. */ #box = { width: 1, height: 1 };
  #zoom = WHOLE;
  #name = "Picture";
  /** Fingers, or the pressed mouse. @type {Map<number, {x: number, y: number}>} */ #pointers = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #settling;

  connectedCallback() {
    this.role = "application";
    this.ariaRoleDescription = "zoomable picture";
    this.setAttribute("aria-describedby", "zoom-keys");
    this.append(this.#frame);
    new ResizeObserver(() => this.#fit()).observe(this);
    this.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("dblclick", (event) => this.#want(zoomed(this.#zoom, 2, this.#placeOf(event.clientX, event.clientY))));
    this.addEventListener("pointerdown", (event) => this.#onPress(event));
    this.addEventListener("pointermove", (event) => this.#onMove(event));
    for (const type of /** @type {const} */ (["pointerup", "pointercancel"])) {
      this.addEventListener(type, (event) => {
        this.#pointers.delete(event.pointerId);
        this.classList.toggle("is-held", this.#pointers.size > 0);
      });
    }
  }

  /** A canvas for a new engine, or for a drawing, in place of the old one. */
  newCanvas() {
    const canvas = h("canvas", { className: "painted", hidden: true, "aria-hidden": "true" });
    this.#painted?.remove();
    this.#frame.append(canvas);
    this.#painted = canvas;
    return canvas;
  }

  /** @param {boolean} isShown whether the canvas has something of this picture on it */
  showPainted(isShown) {
    if (this.#painted) this.#painted.hidden = !isShown;
  }

  /**
   * @param {import("../types.js").Picture | {width: number, height: number} | null} picture without a bitmap for a live one
   */
  showPicture(picture) {
    this.#frame.hidden = picture === null;
    if (!picture) {
      this.removeAttribute("tabindex");
      this.style.removeProperty("--aspect");
      return;
    }
    const { width, height } = picture;
    this.#size = { width, height };
    this.tabIndex = 0;
    this.showName(this.#name);
    this.style.setProperty("--aspect", `${width} / ${height}`);
    const scale = "bitmap" in picture ? Math.min(1, MOST_SIDE / Math.max(width, height)) : 0;
    this.#plain.width = Math.max(1, Math.round(width * scale));
    this.#plain.height = Math.max(1, Math.round(height * scale));
    const context = this.#plain.getContext("2d");
    if (context && "bitmap" in picture) {
      // As the engine does where a picture is see-through.
      context.fillStyle = "white";
      context.fillRect(0, 0, this.#plain.width, this.#plain.height);
      context.drawImage(picture.bitmap, 0, 0, this.#plain.width, this.#plain.height);
    }
    this.#fit();
  }

  /** @param {string} name for who cannot see it */
  showName(name) {
    this.#name = name;
    this.ariaLabel = `${name}, ${this.#size.width} by ${this.#size.height} pixels`;
  }

  /** @param {import("./zoom.js").Zoom} zoom */
  showZoom(zoom) {
    this.#zoom = zoom;
    this.#place();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#announceSize(), SETTLED_MS);
  }

  /** Largest frame of the picture's shape inside this element. */
  #fit() {
    if (this.#frame.hidden || this.clientWidth === 0) return;
    const scale = Math.min(this.clientWidth / this.#size.width, this.clientHeight / this.#size.height);
    this.#box = { width: Math.max(1, Math.floor(this.#size.width * scale)), height: Math.max(1, Math.floor(this.#size.height * scale)) };
    this.#frame.style.width = `${this.#box.width}px`;
    this.#frame.style.height = `${this.#box.height}px`;
    this.#place();
    this.#announceSize();
  }

  /** The window's middle is this element's. */
  #place() {
    const { zoom, x, y } = this.#zoom;
    const [left, top] = [(0.5 - x) * zoom * this.#box.width, (0.5 - y) * zoom * this.#box.height];
    this.#frame.style.transform = `translate(${left}px, ${top}px) scale(${zoom})`;
    // A finger on the whole picture scrolls the page; there is nothing to move.
    this.classList.toggle("is-zoomed", zoom > 1);
  }

  /** Tells the engine how large its canvas is on this screen; sharper than that it need not be. */
  #announceSize() {
    if (this.#frame.hidden) return;
    const { width, height } = this.#box;
    const scale = Math.min(window.devicePixelRatio * this.#zoom.zoom, MOST_SIDE / Math.max(width, height));
    emit(this, "canvas-size", { width: Math.round(width * scale), height: Math.round(height * scale) });
  }

  /**
   * @param {import("./zoom.js").Zoom} zoom
   * @returns {boolean} whether that is another one
   */
  #want(zoom) {
    if (this.#frame.hidden || isSame(zoom, this.#zoom)) return false;
    return emit(this, "zoom", zoom);
  }

  /**
   * Where in the window a point of the screen lies.
   * @param {number} clientX
   * @param {number} clientY
   */
  #placeOf(clientX, clientY) {
    const box = this.getBoundingClientRect();
    return {
      across: (clientX - box.left - box.width / 2) / this.#box.width + 0.5,
      down: (clientY - box.top - box.height / 2) / this.#box.height + 0.5,
    };
  }

  /** @param {WheelEvent} event */
  #onWheel(event) {
    const turned = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1);
    const factor = Math.exp(-turned * WHEEL * (event.ctrlKey ? 5 : 1));
    // With nothing left to zoom the wheel scrolls the page, as ever; with Ctrl the browser would enlarge it.
    if (this.#want(zoomed(this.#zoom, factor, this.#placeOf(event.clientX, event.clientY))) || event.ctrlKey) event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => import("./zoom.js").Zoom>} */
    const keys = {
      "+": () => zoomed(this.#zoom, KEY_FACTOR),
      "=": () => zoomed(this.#zoom, KEY_FACTOR),
      "-": () => zoomed(this.#zoom, 1 / KEY_FACTOR),
      0: () => WHOLE,
      ArrowLeft: () => moved(this.#zoom, -KEY_STEP, 0),
      ArrowRight: () => moved(this.#zoom, KEY_STEP, 0),
      ArrowUp: () => moved(this.#zoom, 0, -KEY_STEP),
      ArrowDown: () => moved(this.#zoom, 0, KEY_STEP),
    };
    const key = keys[event.key];
    if (key && this.#want(key())) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #onPress(event) {
    if (this.#frame.hidden || event.button !== 0) return;
    this.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.classList.add("is-held");
  }

  /** What lay under the fingers stays under them. @param {PointerEvent} event */
  #onMove(event) {
    if (!this.#pointers.has(event.pointerId)) return;
    const before = gestureOf([...this.#pointers.values()]);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const after = gestureOf([...this.#pointers.values()]);
    const factor = before.spread > 0 ? after.spread / before.spread : 1;
    const shifted = moved(this.#zoom, (before.x - after.x) / this.#box.width, (before.y - after.y) / this.#box.height);
    this.#want(zoomed(shifted, factor, this.#placeOf(after.x, after.y)));
  }
}

/**
 * The middle of some points, and how far from it they are on average.
 * @param {{x: number, y: number}[]} points
 */
function gestureOf(points) {
  const mean = (/** @type {number[]} */ numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  return { x, y, spread: mean(points.map((point) => Math.hypot(point.x - x, point.y - y))) };
}

customElements.define("zoom-stage", ZoomStage);
