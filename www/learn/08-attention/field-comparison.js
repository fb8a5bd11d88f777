import { h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { scroller } from "../shell/figure.js";

/** @typedef {import("../shell/lab.js").Lab} Lab */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} Node */
/** @typedef {import("./heads.js").Run} Run */

/** Of the catalogue; its encoder is a ResNet-18, half as wide as usual. */
const CONVOLUTIONAL = "unet";
const LINES = [[], [8, 5], [2, 4], [14, 5, 3, 5]];

/**
 * The last map of each stride in a network's encoder, which ends where a map is enlarged.
 * @param {import("../shell/lab-types.d.ts").Description} description
 * @param {number[]} strides
 */
export function encoderMaps({ nodes }, strides) {
  const encoder = nodes.slice(0, nodes.findIndex(({ op }) => op === "resize"));
  return strides.map((stride) => {
    const map = encoder.findLast(({ field: [, across] }) => across.jump === stride);
    if (!map) throw new Error(`the encoder has no map of stride ${stride}`);
    return map;
  });
}

/** How far a convolutional network sees at the depth of each stage, around the query. */
export class FieldComparison extends HTMLElement {
  #texts;
  #lab;
  #view;
  #rows = h("tbody", {});
  /** By stage. @type {Node[]} */ #maps = [];
  #size = "";

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {Lab} lab
   */
  constructor(texts, lab) {
    super();
    this.#texts = texts;
    this.#lab = lab;
    this.#view = new MapView(texts.t("fields.picture"));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(`fields.${key}`);
    const head = h("tr", {}, ...["stage", "stride", "before", "attention", "convolution", "line"].map((key) => h("th", { scope: "col" }, t(key))));
    const table = h("table", {}, h("caption", { className: "visually-hidden" }, t("table")), h("thead", {}, head), this.#rows);
    this.append(h("div", { className: "fields-grid" }, h("figure", {}, this.#view, h("figcaption", {}, t("picture"))), scroller(t("table"), table)));
  }

  /**
   * @param {Run} run
   * @param {{x: number, y: number}} point fractions of the photo
   */
  async show({ photo, description, stages }, point) {
    const { size } = description;
    if (String(size) !== this.#size) {
      this.#maps = encoderMaps(await this.#convolutional(size), stages.map(({ stride }) => stride));
      this.#size = String(size);
    }
    this.#view.showPicture(photo.canvas);
    this.#view.position = { x: point.x * photo.width - 0.5, y: point.y * photo.height - 0.5 };
    const context = /** @type {CanvasRenderingContext2D} */ (this.#view.canvas.getContext("2d"));
    this.#maps.forEach((map, i) => drawField(context, map, photo, size, point, i));
    const texts = this.#texts;
    const across = (/** @type {Node} */ { field: [, { size }] }) => (size === null ? texts.t("fields.whole") : texts.t("fields.pixels", { pixels: size }));
    const rows = stages.map(({ number, stride, blocks: [{ attention, queries }] }, i) => {
      const line = this.#texts.raw("fields.lines")[i];
      const cells = [texts.t("fields.pixels", { pixels: stride }), across(queries), across(attention), across(this.#maps[i]), line];
      return h("tr", {}, h("th", { scope: "row" }, texts.number(number)), ...cells.map((cell) => h("td", {}, cell)));
    });
    this.#rows.replaceChildren(...rows);
  }

  /** @param {[number, number]} size */
  async #convolutional(size) {
    const entry = (await this.#lab.entries()).find(({ id }) => id === CONVOLUTIONAL);
    if (!entry) throw new Error(`the catalogue has no ${CONVOLUTIONAL}`);
    const { name, scale, classes } = entry.architecture;
    return this.#lab.describeGraph(await this.#lab.zooGraph(name, { classes, ...(scale === undefined ? {} : { scale }) }), size);
  }
}

customElements.define("field-comparison", FieldComparison);

/**
 * The field of the value at the query's place, on the photo.
 * @param {CanvasRenderingContext2D} context
 * @param {Node} map
 * @param {{width: number, height: number}} photo
 * @param {[number, number]} size of the network's input
 * @param {{x: number, y: number}} point
 * @param {number} line its kind
 */
function drawField(context, { field: [down, across], shape: [, , rows, columns] }, photo, [height, width], point, line) {
  /** @param {import("../shell/lab-types.d.ts").Field} field @param {number} fraction @param {number} cells @param {number} scale */
  const span = ({ first, jump, size }, fraction, cells, scale) => {
    const cell = Math.min(Math.floor(fraction * cells), cells - 1);
    return size === null ? null : { from: ((first ?? 0) + cell * (jump ?? 1)) * scale, length: size * scale };
  };
  const x = span(across, point.x, columns, photo.width / width);
  const y = span(down, point.y, rows, photo.height / height);
  if (!x || !y) return;
  const thickness = Math.max(2, photo.width / 200);
  // A dark line under a light one is seen on any photo.
  for (const [colour, wide] of /** @type {const} */ ([["#000", 2.2], ["#ffea46", 1]])) {
    context.strokeStyle = colour;
    context.lineWidth = thickness * wide;
    context.setLineDash(LINES[line % LINES.length].map((length) => (length * photo.width) / 500));
    context.strokeRect(x.from, y.from, x.length, y.length);
  }
  context.setLineDash([]);
}
