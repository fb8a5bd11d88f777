import { cssColour, h } from "../../dom.js";
import { readable } from "../../format.js";
import { MapView } from "../shell/map-view.js";
import { scroller } from "../shell/figure.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {import("../shell/lab-types.d.ts").ModelInfo["classes"]} Classes */
/** @typedef {{mask: Uint8Array, ms: number}} Run */

/** How much of the class's colour lies over the photo. */
const OPACITY = 0.65;
/** @type {[number, number, number]} */
const CHANGED = [255, 210, 0];

/** The mask of the network as it is, the one of the changed network, and where they differ. */
export class MaskComparison extends HTMLElement {
  #texts;
  #views;
  #readout = h("p", { className: "readout", role: "status" });
  #areas = h("tbody", {});

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const view = (/** @type {string} */ key) => new MapView(texts.t(`masks.${key}`));
    this.#views = { before: view("before"), after: view("after"), changed: view("changed") };
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(`masks.${key}`);
    const figures = Object.entries(this.#views);
    const head = h("thead", {}, h("tr", {}, ...["class", "areaBefore", "areaAfter"].map((key) => h("th", { scope: "col" }, t(key)))));
    const table = h("table", {}, h("caption", { className: "visually-hidden" }, t("areas")), head, this.#areas);
    this.append(
      this.#readout,
      ...figures.map(([key, view]) => h("figure", { className: key }, view, h("figcaption", {}, t(key)))),
      scroller(t("areas"), table),
    );
  }

  /** What there is before the network has answered. @param {Photo} photo */
  showPhoto({ canvas }) {
    for (const view of Object.values(this.#views)) view.showPicture(canvas);
    this.#readout.textContent = "";
  }

  /**
   * @param {Photo} photo
   * @param {Classes} classes
   * @param {Run} before
   * @param {Run} after
   */
  show(photo, classes, before, after) {
    this.#views.before.showPixels(coloured(photo, before.mask, classes));
    this.#views.after.showPixels(coloured(photo, after.mask, classes));
    const differs = (/** @type {number} */ i) => before.mask[i] !== after.mask[i];
    this.#views.changed.showPixels(painted(photo, (i, grey) => (differs(i) ? CHANGED : [grey, grey, grey])));
    const pixels = before.mask.length;
    const changed = countChanged(before.mask, after.mask);
    const texts = this.#texts;
    this.#readout.textContent = texts.t("masks.readout", {
      changed, pixels, share: texts.percent(changed / pixels), before: Math.round(before.ms), after: Math.round(after.ms),
    });
    const [areasBefore, areasAfter] = [before, after].map(({ mask }) => areas(mask, classes.length));
    const rows = classes.flatMap(({ name, colour }, id) => {
      const [first, second] = [areasBefore[id] / pixels, areasAfter[id] / pixels];
      if (first === 0 && second === 0) return [];
      const swatch = h("span", { className: "swatch" });
      swatch.style.background = cssColour(colour);
      return [h("tr", {}, h("th", { scope: "row" }, swatch, readable(name)), ...[first, second].map((fraction) => h("td", {}, share(texts, fraction))))];
    });
    this.#areas.replaceChildren(...rows);
  }
}

customElements.define("mask-comparison", MaskComparison);

/** What is there is not nothing, however little. @param {import("../shell/text.js").Texts} texts @param {number} fraction */
const share = (texts, fraction) => (fraction > 0 && fraction < 0.0005 ? `<${texts.percent(0.001)}` : texts.percent(fraction));

/**
 * @param {ArrayLike<number>} before
 * @param {ArrayLike<number>} after
 */
export function countChanged(before, after) {
  let changed = 0;
  for (let i = 0; i < before.length; i++) if (before[i] !== after[i]) changed++;
  return changed;
}

/** Pixels of each class. @param {Uint8Array} mask @param {number} classes */
function areas(mask, classes) {
  const counts = new Array(classes).fill(0);
  for (const id of mask) counts[id]++;
  return counts;
}

/** @param {Photo} photo @param {Uint8Array} mask @param {Classes} classes */
function coloured(photo, mask, classes) {
  return painted(photo, (i) => {
    const colour = classes[mask[i]]?.colour ?? [0, 0, 0];
    return colour.map((value, channel) => value * OPACITY + photo.rgba[4 * i + channel] * (1 - OPACITY));
  });
}

/**
 * @param {Photo} photo
 * @param {(index: number, grey: number) => number[]} colour of a pixel; `grey` is the photo's, dimmed
 */
function painted({ width, height, rgba }, colour) {
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const grey = 0.5 * (0.299 * rgba[4 * i] + 0.587 * rgba[4 * i + 1] + 0.114 * rgba[4 * i + 2]);
    const [red, green, blue] = colour(i, grey);
    pixels.data[4 * i] = red;
    pixels.data[4 * i + 1] = green;
    pixels.data[4 * i + 2] = blue;
    pixels.data[4 * i + 3] = 255;
  }
  return pixels;
}
