import { h } from "../../dom.js";
import { formula } from "../shell/formula.js";
import { MapView } from "../shell/map-view.js";
import { scroller } from "../shell/figure.js";
import { slider } from "../shell/controls.js";
import { differences, showDifferences } from "./changes.js";
import { dilatedGroups, editsFor, furthest, sizeOf, widest } from "./dilated-network.js";
import { newest } from "../shell/newest.js";

/** @typedef {import("./wider-without-smaller.js").Shared} Shared */
/** @typedef {import("./dilated-network.js").Group} Group */
/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/photo.js").Photo} Photo */

export const NETWORKS = ["people", "deeplabv3", "enet"];
const LARGEST_RATE = 48;

/** A live network whose dilations are changed: what it can see then, and its answer. */
export class DilationSection {
  #lesson;
  #inTurn;
  /** @type {Photo | null} */ #photo = null;
  #network;
  #rates = h("fieldset", { className: "rates" });
  /** @type {{id: string, groups: Group[], sliders: ReturnType<typeof slider>[]}} */ #shown = { id: "", groups: [], sliders: [] };
  #body = h("tbody");
  #reach = h("p", { className: "readout reach", role: "status" });
  #changed = h("p", { className: "readout changed", role: "status" });
  #views;

  /** @param {Shared} lesson @param {ReturnType<typeof import("./turns.js").makeTurns>} inTurn */
  constructor(lesson, inTurn) {
    this.#lesson = lesson;
    this.#inTurn = inTurn;
    const { texts, state } = lesson;
    this.#network = h("select", { onchange: () => state.set({ network: this.#network.value, rates: [] }) }, ...NETWORKS.map((id) => h("option", { value: id }, texts.t(`networks.${id}`))));
    const view = (/** @type {string} */ key) => new MapView(texts.t(`dilationFigures.${key}`));
    this.#views = { before: view("before"), after: view("after"), changes: view("changes") };
    const figures = Object.entries(this.#views).map(([key, map]) => h("figure", {}, map, h("figcaption", {}, texts.t(`dilationFigures.${key}`))));
    const heads = ["rate", "layer", "before", "after"].map((column) => h("th", { scope: "col" }, texts.t(`rateColumns.${column}`)));
    const table = scroller(texts.t("rateTable"), h("table", { className: "fields" }, h("thead", {}, h("tr", {}, ...heads)), this.#body));
    const trained = h("button", { type: "button", className: "plain", onclick: () => state.set({ rates: [] }) }, texts.t("asTrained"));
    const settings = h("div", { className: "settings" }, h("label", {}, texts.shell("model"), this.#network), trained);
    lesson.section("dilation", settings, this.#rates, table, this.#reach, h("div", { className: "figures" }, ...figures), this.#changed);
    lesson.state.onChange((changed) => {
      if (["network", "rates"].some((key) => changed.has(key))) void this.update();
    });
  }

  /** @param {Photo} photo */
  take(photo) {
    this.#photo = photo;
    return this.update();
  }

  update = newest(() => this.#lesson.work(() => this.#update()));

  async #update() {
    const { lab, state } = this.#lesson;
    const photo = this.#photo;
    if (!photo) return;
    const id = NETWORKS.includes(state.values.network) ? state.values.network : NETWORKS[0];
    const model = await lab.model(id);
    await this.#inTurn(async () => {
      await model.setEdits([]);
      const size = await model.sizeFor(photo);
      const trained = await model.describe(size);
      const groups = dilatedGroups(trained);
      const rates = ratesOf(groups, state.values.rates);
      if (this.#shown.id !== id) this.#build(id, groups);
      this.#network.value = id;
      this.#shown.sliders.forEach(({ show }, index) => show(rates[index], this.#lesson.texts.number(rates[index])));
      const before = await model.run(photo);
      const paintedBefore = await model.paint({}, photo.width, photo.height);
      await model.setEdits(editsFor(groups, rates));
      const edited = await model.describe(size);
      this.#showFields(groups, trained, edited);
      const after = await model.run(photo);
      const paintedAfter = await model.paint({}, photo.width, photo.height);
      await model.setEdits([]);
      this.#views.before.showPixels(paintedBefore);
      this.#views.after.showPixels(paintedAfter);
      const { differs, share } = differences(before.mask, after.mask);
      showDifferences(this.#views.changes, differs, photo);
      this.#changed.textContent = this.#lesson.t("pixelsChanged", { share: this.#lesson.texts.percent(share) });
    });
  }

  /** @param {string} id @param {Group[]} groups */
  #build(id, groups) {
    const { texts, state } = this.#lesson;
    const sliders = groups.map(({ rate, names }, index) => {
      const made = slider(texts.t("trainedRate", { rate, count: names.length }), { min: 1, max: LARGEST_RATE, step: 1 }, (value) => {
        made.show(value, texts.number(value));
        state.set({ rates: ratesOf(groups, state.values.rates).with(index, value) });
      });
      return made;
    });
    this.#rates.replaceChildren(h("legend", {}, texts.t("rates")), h("div", { className: "settings" }, ...sliders.map(({ element }) => element)));
    this.#shown = { id, groups, sliders };
  }

  /** @param {Group[]} groups @param {Description} trained @param {Description} edited */
  #showFields(groups, trained, edited) {
    const { texts } = this.#lesson;
    const n = (/** @type {number} */ value) => (value < Infinity ? texts.number(value, 6) : texts.t("whole"));
    const rows = groups.map((group) => {
      const { name } = widest(trained, group);
      const [before, after] = [trained, edited].map(({ nodes }) => nodes.find((node) => node.name === name)).filter((node) => node !== undefined);
      const input = edited.nodes[after.inputs[0]];
      const { size: from, jump } = input.field[1];
      const rate = after.options.dilation[1];
      const sum =
        from === null || jump === null
          ? n(sizeOf(after))
          : formula("r", "=", n(from), "+", n(rate), "·", "(", after.options.kernel[1], "−", 1, ")", "·", n(jump), "=", n(sizeOf(after)));
      return h("tr", {}, h("th", { scope: "row" }, texts.t("rateChange", { from: group.rate, to: rate })), h("td", { className: "layer" }, name), h("td", { className: "before" }, n(sizeOf(before))), h("td", { className: "after", "data-size": sizeOf(after) }, sum));
    });
    this.#body.replaceChildren(...rows);
    const [was, is] = [furthest(trained), furthest(edited)];
    const [height, width] = edited.size;
    const seesAll = sizeOf(edited.nodes[edited.output]) === Infinity;
    this.#reach.textContent = texts.t(seesAll ? "reachAll" : "reach", { was: n(sizeOf(was)), is: n(sizeOf(is)), name: is.name, width, height });
  }
}

/** Those of an address, if it has one for each group; else as trained. @param {Group[]} groups @param {number[]} wanted */
function ratesOf(groups, wanted) {
  const isSane = wanted.length === groups.length && wanted.every((rate) => Number.isInteger(rate) && rate >= 1 && rate <= LARGEST_RATE);
  return isSane ? wanted : groups.map(({ rate }) => rate);
}
