import { h } from "../../dom.js";
import { formula, row } from "../shell/formula.js";
import { MapView } from "../shell/map-view.js";
import { areas } from "./answer.js";
import { radios } from "../shell/controls.js";
import { figure, scroller } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { LUMA, greyPixels, greyPlane, overlayPixels, planesOf } from "./pictures.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/** Planes of a photo in colour. */
const COLOURS = /** @type {const} */ (["red", "green", "blue"]);
/** Blue and orange are told apart by all; drawn over the photo where the two answers differ. @type {[number, number, number]} */
const DIFFERS = [230, 97, 1];

/** The share of the pixels that have one class in colour and another in grey. @param {Answer} colour @param {Answer} grey */
export function shareChanged(colour, grey) {
  let changed = 0;
  for (let i = 0; i < colour.ids.length; i++) if (colour.ids[i] !== grey.ids[i]) changed++;
  return changed / colour.ids.length;
}

/** What goes in: three planes of numbers, or one; what the network says of either; what the first convolution has to do with it. */
export class InputPlanes extends HTMLElement {
  #texts;
  #choice;
  /** @type {import("../shell/photo.js").Photo | null} */ #photo = null;
  #planes = h("div", { className: "figures" });
  #luma = h("div");
  #line = h("p", { className: "readout", role: "status" });
  #rows = h("tbody");
  #where;
  #firstLayer = h("p");
  /** @type {{view: MapView, values: Uint8Array, caption: HTMLElement, name: string}[]} */ #views = [];
  /** Sides of the photo. */
  #size = { width: 1, height: 1 };

  /** @param {import("../shell/text.js").Texts} texts @param {(isGrey: boolean) => void} choose */
  constructor(texts, choose) {
    super();
    this.#texts = texts;
    this.#choice = radios(texts.t("planes.choose"), "input", { rgb: texts.t("planes.rgb"), grey: texts.t("planes.grey") }, (value) => choose(value === "grey"));
    this.#where = new MapView(texts.t("planes.whereAlt"));
    const columns = ["class", "inColour", "inGrey"].map((column) => h("th", { scope: "col" }, texts.t(`planes.columns.${column}`)));
    const table = h("table", {}, h("caption", { className: "visually-hidden" }, texts.t("planes.table")), h("thead", {}, h("tr", {}, ...columns)), this.#rows);
    this.append(
      h("div", { className: "settings" }, this.#choice.element),
      this.#planes,
      scroller(texts.t("planes.luma"), this.#luma),
      this.#line,
      h("div", { className: "figures" }, figure(this.#where, texts.t("planes.where")), scroller(texts.t("planes.table"), table)),
      this.#firstLayer,
    );
  }

  /**
   * The photo's planes; they need no network.
   * @param {import("../shell/photo.js").Photo} photo
   * @param {boolean} isGrey
   */
  showPhoto(photo, isGrey) {
    const text = this.#texts.t.bind(this.#texts);
    this.#choice.show(isGrey ? "grey" : "rgb");
    const names = isGrey ? ["grey"] : COLOURS;
    const values = isGrey ? [greyPlane(photo)] : planesOf(photo);
    this.#size = photo;
    this.#views = names.map((name, i) => {
      const view = new MapView(text("planes.alt", { plane: text(`planes.names.${name}`) }), { canMove: true });
      view.showPixels(greyPixels(values[i], photo.width, photo.height));
      return { view, values: values[i], caption: h("figcaption"), name: text(`planes.names.${name}`) };
    });
    this.#planes.replaceChildren(...this.#views.map(({ view, caption }) => h("figure", {}, view, caption)));
    this.#photo = photo;
  }

  /** @param {{x: number, y: number}} share of the photo's sides */
  place({ x, y }) {
    const { width, height } = this.#size;
    const at = { x: Math.min(Math.floor(x * width), width - 1), y: Math.min(Math.floor(y * height), height - 1) };
    const index = at.y * width + at.x;
    for (const { view, values, caption, name } of this.#views) {
      view.position = at;
      caption.textContent = this.#texts.t("planes.value", { plane: name, ...at, value: values[index] });
    }
    this.#showLuma(index);
  }

  /** @param {number} index of a pixel */
  #showLuma(index) {
    if (!this.#photo) return;
    const n = (/** @type {number} */ value) => this.#texts.number(value);
    const rgba = this.#photo.rgba;
    const terms = LUMA.flatMap((weight, channel) => [...(channel === 0 ? [] : ["+"]), row(n(weight), "·", n(rgba[4 * index + channel]))]);
    const grey = LUMA.reduce((total, weight, channel) => total + weight * rgba[4 * index + channel], 0);
    const names = ["R", "G", "B"].flatMap((name, channel) => [...(channel === 0 ? [] : ["+"]), row(n(LUMA[channel]), name)]);
    this.#luma.replaceChildren(formula("Y", "=", row(...names), "=", row(...terms), "=", n(Math.round(grey * 10) / 10)));
  }

  /**
   * @param {{colour: Answer, grey: Answer, classes: ClassOf[], pixels: ImageData, firstLayer: import("../shell/lab-types.d.ts").NodeDescription}} about
   *   `pixels` is the photo at the network's size
   */
  showAnswers({ colour, grey, classes, pixels, firstLayer }) {
    const { texts, rows } = { texts: this.#texts, rows: [colour, grey].map(({ ids, classes: count }) => areas(ids, count)) };
    const differs = colour.ids.map((id, i) => (id === grey.ids[i] ? 1 : 0));
    this.#where.showPixels(overlayPixels(pixels, differs, [DIFFERS], 0.9));
    this.#line.textContent = texts.t("planes.changed", { share: texts.percent(shareChanged(colour, grey)) });
    this.#rows.replaceChildren(
      ...classes.map((each, id) => h("tr", {}, h("th", { scope: "row" }, swatch(each)), ...rows.map((shares) => h("td", {}, texts.percent(shares[id]))))),
    );
    const [out, planes, height, width] = firstLayer.weights[0].shape;
    this.#firstLayer.textContent = texts.t("planes.firstLayer", {
      out, planes, height, width,
      weights: out * planes * height * width,
      fewer: out * height * width,
    });
  }
}

customElements.define("input-planes", InputPlanes);
