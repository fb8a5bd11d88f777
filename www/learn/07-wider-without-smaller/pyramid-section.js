import { h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { slider } from "../shell/controls.js";
import { differences, showDifferences } from "./changes.js";
import { newest } from "../shell/newest.js";
import { pyramidOf } from "./pyramid.js";

/** @typedef {import("./wider-without-smaller.js").Shared} Shared */
/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {ReturnType<typeof pyramidOf>} Pyramid */

const NETWORK = "pspnet";

/** What pyramid pooling averages, and what the answer is without some of it. */
export class PyramidSection {
  #lesson;
  #inTurn;
  /** @type {Photo | null} */ #photo = null;
  /** @type {import("../shell/lab-types.d.ts").Tensor[]} the pooled maps, then the features */ #maps = [];
  /** @type {Pyramid | null} */ #pyramid = null;
  #channel;
  #mapFigures = h("div", { className: "figures maps" });
  /** @type {MapView[]} */ #mapViews = [];
  #ticks = h("fieldset", { className: "branches" });
  /** By input of the concatenation. @type {Map<number, HTMLInputElement>} */ #inputs = new Map();
  #views;
  #changed = h("p", { className: "readout changed", role: "status" });
  #alone = h("ul", { className: "alone" });

  /** @param {Shared} lesson @param {ReturnType<typeof import("./turns.js").makeTurns>} inTurn */
  constructor(lesson, inTurn) {
    this.#lesson = lesson;
    this.#inTurn = inTurn;
    const { texts } = lesson;
    const view = (/** @type {string} */ key) => new MapView(texts.t(`pyramidFigures.${key}`));
    this.#views = { before: view("before"), after: view("after"), changes: view("changes") };
    const figures = Object.entries(this.#views).map(([key, map]) => h("figure", {}, map, h("figcaption", {}, texts.t(`pyramidFigures.${key}`))));
    this.#channel = slider(texts.t("channel"), { min: 0, max: 100, step: 1 }, (channel) => lesson.state.set({ channel }));
    const settings = h("div", { className: "settings" }, this.#channel.element);
    lesson.section("pyramid", settings, this.#mapFigures, this.#ticks, h("div", { className: "figures" }, ...figures), this.#changed, this.#alone);
    lesson.state.onChange((changed) => {
      if (changed.has("channel")) this.#showMaps();
      if (changed.has("off")) void this.#answer();
    });
  }

  /** @param {Photo} photo */
  async take(photo) {
    this.#photo = photo;
    await this.#pool();
    await this.#answer();
  }

  /** The pooled maps, and what each branch alone is worth. */
  #pool = newest(() =>
    this.#lesson.work(async () => {
      const photo = this.#photo;
      if (!photo) return;
      const model = await this.#lesson.lab.model(NETWORK);
      await this.#inTurn(async () => {
        await model.setEdits([]);
        const pyramid = pyramidOf(await model.describe(await model.sizeFor(photo)));
        const names = [...pyramid.branches.map(({ pool }) => pool), pyramid.features.name];
        await model.setTaps(names);
        const whole = await model.run(photo);
        const maps = [];
        for (const name of names) maps.push(await model.value(name));
        if (!this.#pyramid) this.#build(pyramid);
        this.#maps = maps;
        this.#showMaps();
        const items = [];
        for (const { input, bins } of pyramid.branches) {
          await model.setEdits([{ kind: "scale", node: pyramid.join, input, factor: 0 }]);
          const { share } = differences(whole.mask, (await model.run(photo)).mask);
          items.push(h("li", { "data-bins": bins }, this.#lesson.t("branchAlone", { bins, share: this.#lesson.texts.percent(share) })));
        }
        await model.setEdits([]);
        this.#alone.replaceChildren(...items);
      });
    }),
  );

  #answer = newest(() =>
    this.#lesson.work(async () => {
      const { texts, state } = this.#lesson;
      const [photo, pyramid] = [this.#photo, this.#pyramid];
      if (!photo || !pyramid) return;
      const off = state.values.off.filter((bins) => bins === 0 || pyramid.branches.some((branch) => branch.bins === bins));
      for (const [bins, input] of this.#inputs) input.checked = !off.includes(bins);
      const model = await this.#lesson.lab.model(NETWORK);
      await this.#inTurn(async () => {
        await model.setEdits([]);
        const before = await model.run(photo);
        const paintedBefore = await model.paint({}, photo.width, photo.height);
        const cut = [...pyramid.branches, { input: pyramid.features.input, bins: 0 }].filter(({ bins }) => off.includes(bins));
        await model.setEdits(cut.map(({ input }) => ({ kind: "scale", node: pyramid.join, input, factor: 0 })));
        const after = await model.run(photo);
        const paintedAfter = await model.paint({}, photo.width, photo.height);
        await model.setEdits([]);
        this.#views.before.showPixels(paintedBefore);
        this.#views.after.showPixels(paintedAfter);
        const { differs, share } = differences(before.mask, after.mask);
        showDifferences(this.#views.changes, differs, photo);
        this.#changed.textContent = texts.t("pixelsChanged", { share: texts.percent(share) });
      });
    }),
  );

  /** @param {Pyramid} pyramid */
  #build(pyramid) {
    const { texts, state } = this.#lesson;
    this.#pyramid = pyramid;
    // The features are the grid of no bins in addresses.
    const parts = [...pyramid.branches.map(({ bins }) => bins), 0];
    const ticks = parts.map((bins) => {
      const input = h("input", { type: "checkbox", checked: true });
      input.addEventListener("change", () => state.set({ off: parts.filter((part) => this.#inputs.get(part)?.checked === false) }));
      this.#inputs.set(bins, input);
      return h("label", {}, input, texts.t(bins === 0 ? "featuresTick" : "binsTick", { bins }));
    });
    this.#ticks.replaceChildren(h("legend", {}, texts.t("branches")), h("div", { className: "settings" }, ...ticks));
    this.#mapViews = parts.map((bins) => new MapView(texts.t(bins === 0 ? "featuresMap" : "binsMap", { bins })));
    this.#mapFigures.replaceChildren(...this.#mapViews.map((view, index) => h("figure", {}, view, h("figcaption", {}, texts.t(parts[index] === 0 ? "featuresMap" : "binsMap", { bins: parts[index] })))));
  }

  /** One channel of all maps, in the same colours. */
  #showMaps() {
    if (this.#maps.length === 0) return;
    const { texts, state } = this.#lesson;
    const channels = this.#maps[0].shape[1];
    const channel = Math.min(Math.max(Math.trunc(state.values.channel), 0), channels - 1);
    this.#channel.setMost(channels - 1);
    this.#channel.show(channel, texts.t("channelOf", { channel: channel + 1, count: channels }));
    const planes = this.#maps.map(({ shape: [, , height, width], data }) => ({ height, width, values: data.subarray(channel * height * width, (channel + 1) * height * width) }));
    const { values: features } = planes[planes.length - 1];
    const [low, high] = features.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [Infinity, -Infinity]);
    const [, , height, width] = this.#maps[this.#maps.length - 1].shape;
    planes.forEach(({ values, ...size }, index) => {
      const view = this.#mapViews[index];
      view.showValues(values, { ...size, low, high });
      // A grid of averages covers the whole photo, whatever the number of its cells.
      view.style.setProperty("--aspect", `${width} / ${height}`);
    });
  }
}
