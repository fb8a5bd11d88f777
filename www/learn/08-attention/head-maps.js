import { emit, h } from "../../dom.js";
import { MapView, scaleColour } from "../shell/map-view.js";

/** @typedef {import("./heads.js").Head} Head */
/** @typedef {import("./heads.js").StageHeads} StageHeads */
/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {{grey: Uint8ClampedArray, width: number, height: number}} Backdrop */

/** Pixels of the longer side of a map as it is drawn. */
const DRAWN_SIDE = 192;
/** How much of a share's colour lies over the photo. */
const OPACITY = 0.75;

/** One head's shares over the photo, and what they say. */
class HeadFigure {
  #texts;
  #name;
  #view = new MapView("");
  #caption = h("figcaption", {});
  #button;

  /** @param {import("../shell/text.js").Texts} texts @param {string} name @param {() => void} choose */
  constructor(texts, name, choose) {
    this.#texts = texts;
    this.#name = name;
    this.#button = h("button", { type: "button", className: "toggle", "aria-pressed": "false", onclick: choose }, name);
    this.element = h("figure", {}, this.#view, this.#button, this.#caption);
  }

  /**
   * @param {Head} head
   * @param {{backdrop: Backdrop, keys: {width: number, height: number}, point: {x: number, y: number}, most: number, isChosen: boolean}} how
   *   `most` is the share that is drawn brightest
   */
  show({ shares, largest, entropy, distance }, { backdrop, keys, point, most, isChosen }) {
    this.#view.showPixels(over(backdrop, shares, keys, most));
    this.#view.position = { x: point.x * backdrop.width - 0.5, y: point.y * backdrop.height - 0.5 };
    const texts = this.#texts;
    const said = texts.t("heads.figure", { largest: texts.percent(largest), entropy: texts.number(hundredths(entropy)), distance: Math.round(distance) });
    this.#view.label = `${this.#name}: ${said}`;
    this.#caption.textContent = said;
    this.#button.ariaPressed = String(isChosen);
  }
}

/** Each head of each stage. Event: `head` ({stage, head}), the one to look at closely. */
export class HeadMaps extends HTMLElement {
  #texts;
  /** By stage. @type {HeadFigure[][]} */ #figures = [];
  /** @type {HTMLElement[]} */ #titles = [];
  /** @type {Photo | null} */ #photo = null;
  /** @type {Backdrop | null} */ #backdrop = null;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  /**
   * @param {Photo} photo
   * @param {StageHeads[]} stages
   * @param {{point: {x: number, y: number}, chosen: {stage: number, head: number}, hasSharedScale: boolean}} how
   */
  show(photo, stages, { point, chosen, hasSharedScale }) {
    if (this.#figures.length === 0) this.#build(stages);
    if (!this.#backdrop || photo !== this.#photo) [this.#photo, this.#backdrop] = [photo, backdropOf(photo)];
    const backdrop = this.#backdrop;
    const mostOfAll = Math.max(...stages.flatMap(({ heads }) => heads.map(({ largest }) => largest)));
    stages.forEach(({ stage: { number, queries, keys, reduction }, heads }, s) => {
      this.#titles[s].textContent = this.#texts.t(reduction === 1 ? "heads.stageWhole" : "heads.stage", { number, queries: `${queries.width}×${queries.height}`, keys: `${keys.width}×${keys.height}`, reduction });
      heads.forEach((head, i) => {
        const isChosen = chosen.stage === s && chosen.head === i;
        this.#figures[s][i].show(head, { backdrop, keys, point, most: hasSharedScale ? mostOfAll : head.largest, isChosen });
      });
    });
  }

  /** @param {StageHeads[]} stages */
  #build(stages) {
    this.#titles = stages.map(() => h("h3", {}));
    this.#figures = stages.map(({ stage: { number }, heads }, stage) =>
      heads.map((_, head) => new HeadFigure(this.#texts, this.#texts.t("heads.name", { stage: number, head: head + 1 }), () => emit(this, "head", { stage, head }))),
    );
    this.replaceChildren(...this.#figures.flatMap((figures, s) => [this.#titles[s], h("div", { className: "heads" }, ...figures.map(({ element }) => element))]));
  }
}

customElements.define("head-maps", HeadMaps);

/** @param {number} value */
const hundredths = (value) => Math.round(value * 100) / 100;

/** The photo in grey, as small as maps are drawn. @param {Photo} photo @returns {Backdrop} */
function backdropOf({ canvas }) {
  const scale = DRAWN_SIDE / Math.max(canvas.width, canvas.height);
  const [width, height] = [canvas.width, canvas.height].map((side) => Math.max(1, Math.round(side * scale)));
  const small = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
  context.drawImage(canvas, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  return { grey, width, height };
}

/**
 * Cells as they are: what lies between keys was not attended to.
 * @param {Backdrop} backdrop
 * @param {Float32Array} shares
 * @param {{width: number, height: number}} keys
 * @param {number} most
 */
function over({ grey, width, height }, shares, keys, most) {
  const pixels = new ImageData(width, height);
  const colours = Array.from(shares, (share) => scaleColour(share / most));
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * keys.height) / height) * keys.width;
    for (let x = 0; x < width; x++) {
      const colour = colours[row + Math.floor((x * keys.width) / width)];
      const at = 4 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) pixels.data[at + channel] = colour[channel] * OPACITY + grey[at / 4] * (1 - OPACITY);
      pixels.data[at + 3] = 255;
    }
  }
  return pixels;
}
