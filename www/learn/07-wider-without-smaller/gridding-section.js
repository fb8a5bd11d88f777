import { h } from "../../dom.js";
import { formula, sub } from "../shell/formula.js";
import { LessonSteps } from "../shell/steps.js";
import { commonFactor, coverage, largestGap, pathsOf } from "./grid-paths.js";
import { newest } from "../shell/newest.js";
import { PathGrid } from "./path-grid.js";

/** @typedef {import("./wider-without-smaller.js").Shared} Shared */
/** @typedef {"a" | "b"} Side */
/** @typedef {[number, number, number]} Rates */

/** Three layers can read everything up to rates 1, 3, 9. */
const LARGEST_RATE = 9;
const KERNEL = 3;

/** Two stacks of three dilated convolutions, and which cells each reads. */
export class GriddingSection {
  #lesson;
  #steps;
  #panes;

  /** @param {Shared} lesson */
  constructor(lesson) {
    this.#lesson = lesson;
    this.#steps = new LessonSteps(lesson.texts);
    this.#panes = { a: this.#pane("a"), b: this.#pane("b") };
    const panes = Object.values(this.#panes).map(({ element }) => element);
    lesson.section("gridding", this.#steps, h("div", { className: "panes" }, ...panes));
    this.#steps.addEventListener("step", (event) => lesson.state.set({ layers: /** @type {CustomEvent<number>} */ (event).detail }));
    const update = newest(() => lesson.work(() => this.#update()));
    lesson.state.onChange((changed) => {
      if (["a", "b", "layers"].some((key) => changed.has(key))) void update();
    });
  }

  /** @param {Side} side */
  #pane(side) {
    const { texts, state } = this.#lesson;
    const inputs = [0, 1, 2].map((index) => {
      const input = h("input", { type: "number", min: 1, max: LARGEST_RATE, step: 1, required: true });
      input.addEventListener("input", () => {
        if (input.validity.valid) state.set({ [side]: this.#rates(side).with(index, Number(input.value)) });
      });
      return input;
    });
    const labels = inputs.map((input, index) => h("label", {}, texts.t("layerRate", { layer: index + 1 }), input));
    const grid = new PathGrid();
    const caption = h("figcaption", {}, texts.t("gridCaption"));
    const readout = h("p", { className: "readout", role: "status" });
    const rules = h("div", { className: "rules" });
    const figure = h("figure", {}, grid, caption);
    const element = h("fieldset", { className: `pane ${side}` }, h("legend", {}, texts.t(`stacks.${side}`)), h("div", { className: "settings" }, ...labels), figure, readout, rules);
    return { element, inputs, grid, readout, rules };
  }

  /** @param {Side} side @returns {Rates} */
  #rates(side) {
    const rates = this.#lesson.state.values[side];
    const isSane = rates.length === 3 && rates.every((rate) => Number.isInteger(rate) && rate >= 1 && rate <= LARGEST_RATE);
    return /** @type {Rates} */ (isSane ? rates : [1, 1, 1]);
  }

  async #update() {
    const { lab, state } = this.#lesson;
    const layers = Math.min(Math.max(Math.trunc(state.values.layers), 0), 3);
    this.#steps.show(layers, 4);
    for (const side of /** @type {Side[]} */ (["a", "b"])) {
      const rates = this.#rates(side);
      this.#show(side, rates, await pathsOf(lab, rates), layers);
    }
  }

  /** @param {Side} side @param {Rates} rates @param {import("./grid-paths.js").Paths} paths @param {number} layers */
  #show(side, rates, paths, layers) {
    const { texts } = this.#lesson;
    const { inputs, grid, readout, rules } = this.#panes[side];
    inputs.forEach((input, index) => {
      if (document.activeElement !== input || Number(input.value) !== rates[index]) input.value = String(rates[index]);
    });
    const { span, cells, read } = coverage(paths, rates, layers);
    const values = { rates: rates.join(", "), layers, span, cells, read, unread: cells - read, share: texts.percent((cells - read) / cells) };
    grid.show(paths.counts[layers], paths.side, texts.t("gridLabel", values));
    readout.textContent = texts.t("coverage", values);
    const [, second, third] = rates;
    const gap = largestGap(rates);
    const factor = commonFactor(rates);
    rules.replaceChildren(
      formula(sub("M", 2), "=", "max", "(", sub("r", 3), "−", 2, sub("r", 2), ",", 2, sub("r", 2), "−", sub("r", 3), ",", sub("r", 2), ")"),
      formula("=", "max", "(", third, "−", 2, "·", second, ",", 2, "·", second, "−", third, ",", second, ")", "=", gap, gap <= KERNEL ? "≤" : ">", KERNEL),
      h("p", { className: "hint" }, texts.t(gap <= KERNEL ? "gapFits" : "gapTooLarge"), " ", texts.t(factor > 1 ? "factorShared" : "factorNone", { factor })),
    );
  }
}
