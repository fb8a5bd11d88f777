import { h } from "../dom.js";
import { MapView } from "../learn/shell/map-view.js";

/** @typedef {import("../learn/shell/lab-types.d.ts").NodeDescription} NodeDescription */
/** @typedef {import("../learn/shell/lab.js").LiveModel} LiveModel */
/** @typedef {import("../learn/shell/text.js").Texts} Texts */
/** @typedef {import("../learn/shell/photo.js").Photo} Photo */

/** Channels and filters that are drawn at once. */
const SHOWN = 16;

/** A node of a network: what it is, costs and sees, its maps on a photo, its weights. */
export class NodeDetail extends HTMLElement {
  #texts;
  /** How often something else was shown. */
  #turn = 0;

  /** @param {Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  /**
   * Figures and options.
   * @param {NodeDescription} node
   * @param {{parameters: number, macs: number}} whole the network
   */
  show(node, whole) {
    this.#turn++;
    const { t, number, percent } = bound(this.#texts);
    const [, c, height, width] = node.shape;
    const share = (/** @type {number} */ part, /** @type {number} */ all) => (all > 0 ? ` (${percent(part / all)})` : "");
    const [vertical, horizontal] = node.field.map(({ size }) => (size === null ? t("whole") : number(Math.round(size * 100) / 100)));
    const jump = node.field[0].jump;
    const facts = [
      [t("operation"), node.op],
      [t("shape"), `${number(c)} × ${number(height)} × ${number(width)}`],
      [t("field"), `${vertical} × ${horizontal}`],
      ...(jump === null ? [] : [[t("jump"), number(jump)]]),
      [t("parameters"), `${number(node.parameters)}${share(node.parameters, whole.parameters)}`],
      [t("macs"), `${number(node.macs)}${share(node.macs, whole.macs)}`],
      ...Object.entries(node.options).map(([key, value]) => [key, typeof value === "object" ? JSON.stringify(value) : String(value)]),
    ];
    const list = h("dl", { className: "facts" }, ...facts.map(([term, fact]) => h("div", {}, h("dt", {}, term), h("dd", {}, fact))));
    this.replaceChildren(h("h2", {}, node.name), list);
  }

  /**
   * Its maps in the model's last run, and its weights.
   * @param {NodeDescription} node
   * @param {LiveModel} model
   * @param {Photo} photo
   */
  async showValues(node, model, photo) {
    const { t } = bound(this.#texts);
    const turn = this.#turn;
    await model.setTaps([node.name]);
    await model.run(photo);
    const { shape, data } = await model.value(node.name);
    const kernel = node.weights.find((weight) => weight.shape.length === 4);
    const weights = kernel && (await model.weight(kernel.name));
    // Another node, or the same on another photo, may have been chosen meanwhile.
    if (turn !== this.#turn) return;
    const [, c, height, width] = shape;
    const maps = Array.from({ length: Math.min(c, SHOWN) }, (_, channel) => {
      const view = new MapView(t("channel", { channel }));
      const plane = data.subarray(channel * height * width, (channel + 1) * height * width);
      const { low, high } = view.showValues(plane, { width, height });
      return h("figure", {}, view, h("figcaption", {}, t("channelRange", { channel, low, high })));
    });
    this.append(h("h3", {}, t("maps", { shown: maps.length, all: c })), h("div", { className: "maps" }, ...maps));
    if (!kernel || !weights) return;
    const [out, per, kh, kw] = weights.shape;
    const filters = Array.from({ length: Math.min(out, SHOWN) }, (_, filter) => {
      const view = new MapView(t("filter", { filter }));
      // A filter's kernels side by side: a few in a row, many in a square.
      const columns = per <= 4 ? per : Math.ceil(Math.sqrt(per));
      const rows = Math.ceil(per / columns);
      const picture = new Float32Array(rows * kh * columns * kw);
      for (let k = 0; k < per; k++) {
        for (let i = 0; i < kh * kw; i++) {
          const y = Math.floor(k / columns) * kh + Math.floor(i / kw);
          picture[y * columns * kw + (k % columns) * kw + (i % kw)] = weights.data[(filter * per + k) * kh * kw + i];
        }
      }
      view.showSigned(picture, { width: columns * kw, height: rows * kh });
      return h("figure", {}, view, h("figcaption", {}, t("filter", { filter })));
    });
    this.append(h("h3", {}, t("weights", { shown: filters.length, all: out, shape: `${out} × ${per} × ${kh} × ${kw}` })), h("div", { className: "maps" }, ...filters));
  }
}

/** @param {Texts} texts */
const bound = (texts) => ({
  t: texts.t.bind(texts),
  number: (/** @type {number} */ value) => texts.number(value),
  percent: (/** @type {number} */ value) => texts.percent(value),
});

customElements.define("node-detail", NodeDetail);
