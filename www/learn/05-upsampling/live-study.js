import { emit, h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { slider } from "../shell/controls.js";
import { doubling, kernelOf, onPooled } from "./methods.js";
import { runRecipe } from "./run-recipe.js";
import { FACTOR, METHODS } from "./state.js";

/** @typedef {import("./state.js").Settings} Settings */
/** @typedef {import("../shell/lab.js").LiveModel} LiveModel */
/** @typedef {{name: string, channels: number, height: number, width: number}} Layer */

/** Of the crop; enlarged are half as many. */
const [TALLEST, WIDEST] = [48, 64];

/**
 * One channel of a feature map of a live network, pooled, and enlarged again by every method: what each brings back. Event: `change-of`
 * (Partial<State>).
 */
export class LiveStudy extends HTMLElement {
  #texts;
  #lab;
  #whole;
  #box = h("span", { className: "crop", hidden: true });
  #views;
  #layerSelect;
  #channel;
  #status = h("p", { className: "readout", role: "status" });
  /** @type {LiveModel | null} */ #model = null;
  /** @type {Layer[]} */ #layers = [];
  /** The one whose channels are looked through. @type {(Layer & {data: Float32Array}) | null} */ #kept = null;

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {import("../shell/lab.js").Lab} lab
   */
  constructor(texts, lab) {
    super();
    this.#texts = texts;
    this.#lab = lab;
    this.#whole = new MapView(texts.t("live.wholeLabel"), { canMove: true });
    this.#whole.addEventListener("position", (event) => {
      const kept = this.#kept;
      const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
      if (kept) emit(this, "change-of", { x: (x + 0.5) / kept.width, y: (y + 0.5) / kept.height });
    });
    this.#views = ["before", "pooled", ...METHODS].map((name) => ({ name, view: new MapView(""), caption: h("figcaption") }));
    this.#layerSelect = h("select", { onchange: () => emit(this, "change-of", { layer: this.#layerSelect.selectedIndex }) });
    this.#channel = slider(texts.t("live.channel"), { min: 0, max: 0, step: 1 }, (channel) => emit(this, "change-of", { channel }));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(`live.${key}`);
    this.append(
      h("div", { className: "settings" }, h("label", {}, t("layer"), this.#layerSelect), this.#channel.element),
      h(
        "div",
        { className: "live" },
        h("figure", { className: "whole" }, this.#whole, h("figcaption", {}, t("whole"))),
        h("div", { className: "maps" }, ...this.#views.map(({ view, caption }) => h("figure", {}, view, caption))),
      ),
      this.#status,
    );
    this.#whole.append(this.#box);
  }

  /**
   * Runs the network on a photo, keeping a few maps of different sizes.
   * @param {LiveModel} model
   * @param {import("../shell/photo.js").Photo} photo
   */
  async read(model, photo) {
    // Until the network has run there is nothing to show.
    this.#model = null;
    const { nodes } = await model.describe(await model.sizeFor(photo));
    const layers = offered(nodes);
    await model.setTaps(layers.map(({ name }) => name));
    await model.run(photo);
    [this.#model, this.#layers, this.#kept] = [model, layers, null];
    this.#layerSelect.replaceChildren(...layers.map(({ name, channels, height, width }) => h("option", {}, this.#texts.t("live.layerName", { name, channels, height, width }))));
  }

  /**
   * @param {Settings} settings
   * @param {{layer: number, channel: number, x: number, y: number}} where `x` and `y` are 0..1
   */
  async show(settings, where) {
    if (!this.#model || this.#layers.length === 0) return;
    const layer = this.#layers[within(where.layer, this.#layers.length)];
    if (this.#kept?.name !== layer.name) this.#kept = { ...layer, data: (await this.#model.value(layer.name)).data };
    const { channels, height, width, data } = this.#kept;
    const channel = within(where.channel, channels);
    const map = data.subarray(channel * height * width, (channel + 1) * height * width);
    this.#layerSelect.selectedIndex = this.#layers.indexOf(layer);
    this.#channel.setMost(channels - 1);
    this.#channel.show(channel, String(channel));
    this.#whole.showValues(map, { width, height });

    const crop = { width: even(width, WIDEST), height: even(height, TALLEST) };
    const [left, top] = [start(where.x, width, crop.width), start(where.y, height, crop.height)];
    this.#whole.position = { x: within(where.x * width, width), y: within(where.y * height, height) };
    const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${(100 * part) / whole}%`;
    Object.assign(this.#box.style, { left: percent(left, width), top: percent(top, height), width: percent(crop.width, width), height: percent(crop.height, height) });
    this.#box.hidden = false;
    const before = Float32Array.from({ length: crop.width * crop.height }, (_, i) => map[(top + Math.floor(i / crop.width)) * width + left + (i % crop.width)]);
    await this.#enlargeAll(before, crop, settings, layer.name, channel);
  }

  /**
   * @param {Float32Array} before
   * @param {{width: number, height: number}} crop
   * @param {Settings} settings
   * @param {string} name of the layer
   * @param {number} channel
   */
  async #enlargeAll(before, crop, settings, name, channel) {
    const texts = this.#texts;
    const small = { width: crop.width / FACTOR, height: crop.height / FACTOR };
    const [low, high] = [Math.min(...before), Math.max(...before)];
    const values = await runRecipe(this.#lab, onPooled(doubled(settings)), before, crop);
    const errors = [];
    for (const { name, view, caption } of this.#views) {
      const { data } = name === "before" ? { data: before } : values[name];
      const size = name === "pooled" ? small : crop;
      const method = METHODS.find((method) => method === name);
      view.showValues(data, { ...size, low, high });
      const title = texts.t(method ? `methods.${method}.title` : `live.${name}`);
      view.label = texts.t("live.mapLabel", { title, ...size });
      caption.textContent = title;
      if (!method) continue;
      const error = Math.sqrt(data.reduce((sum, value, i) => sum + (value - before[i]) ** 2, 0) / before.length);
      errors.push({ title, error });
      caption.textContent = texts.t("live.error", { title, error: texts.number(error, 3) });
    }
    const best = errors.reduce((least, other) => (other.error < least.error ? other : least));
    // As many places as tell apart the ends of the range.
    const places = Math.min(Math.max(2 - Math.floor(Math.log10(high - low || 1)), 0), 6);
    const end = (/** @type {number} */ value) => texts.number(Number(value.toFixed(places)), 8);
    this.#status.textContent = texts.t("live.result", { layer: name, channel, method: best.title, error: texts.number(best.error, 3), low: end(low), high: end(high) });
  }
}

/** The kernel that doubles the map exactly, with weights whose sum keeps its mean. @param {Settings} settings */
function doubled({ kernel, weights, expand }) {
  const weight = kernelOf(weights, kernel);
  const sum = weight.reduce((total, value) => total + value, 0);
  return { weight: weight.map((value) => (value * FACTOR ** 2) / sum), how: doubling(kernel), expand };
}

/**
 * The map with most channels of each size on the way down, largest first.
 * @param {import("../shell/lab-types.d.ts").NodeDescription[]} nodes
 * @returns {Layer[]}
 */
function offered(nodes) {
  /** @type {Map<number, Layer>} */
  const bySize = new Map();
  let smallest = Infinity;
  for (const { name, op, shape } of nodes) {
    const [, channels, height, width] = shape;
    // The way up makes maps larger again, and thinner; tiny maps are beside the way.
    const isOnTheWay = op === "activation" && height <= smallest && height >= 2 * FACTOR && width >= 2 * FACTOR;
    if (!isOnTheWay || channels < (bySize.get(height)?.channels ?? 0)) continue;
    smallest = height;
    bySize.set(height, { name, channels, height, width });
  }
  return [...bySize.values()];
}

/** @param {number} index @param {number} count */
const within = (index, count) => Math.min(Math.max(Math.floor(index), 0), count - 1);

/** @param {number} side @param {number} most */
const even = (side, most) => 2 * Math.floor(Math.min(side, most) / 2);

/** First row or column of a crop around a position 0..1. @param {number} position @param {number} side @param {number} length */
const start = (position, side, length) => Math.min(Math.max(Math.round(position * side - length / 2), 0), side - length);

customElements.define("live-study", LiveStudy);
