import { h } from "../../dom.js";
import { asSegscopeError } from "../../errors.js";
import { asSentence } from "../../format.js";
import { LessonSteps } from "../shell/steps.js";
import { scroller } from "../shell/figure.js";
import { LayerEditor } from "./layer-editor.js";
import { newest } from "../shell/newest.js";
import { StackBars } from "./stack-bars.js";
import { layerFormulas } from "./stack-formulas.js";
import { StackTable } from "./stack-table.js";
import { PRESETS, decode, encode, fieldOf, graphOf, recurrences } from "./stack.js";

/** @typedef {import("./receptive-field.js").Shared} Shared */
/** @typedef {import("./stack.js").Layer} Layer */

/** Of a stack's input; the recurrences know no largest size, the lab does. */
const SIDES = { min: 1, max: 4096 };

/** The builder of stacks: it computes what the state's `stack`, `side`, `position` and `selected` say. */
export class StackSection {
  #lesson;
  #table;
  #editor;
  #bars = new StackBars();
  #steps;
  #formulas;
  #summary = h("p", { className: "readout summary", role: "status" });
  #problem = h("p", { className: "problem", role: "status" });
  #bounds = h("figcaption");
  #preset;
  #side;
  #position;

  /** @param {Shared} lesson */
  constructor(lesson) {
    this.#lesson = lesson;
    const { texts, state } = lesson;
    this.#table = new StackTable(texts);
    this.#editor = new LayerEditor(texts);
    this.#steps = new LessonSteps(texts);
    this.#formulas = scroller(texts.t("formulasLabel"));
    this.#formulas.classList.add("formulas");
    const presets = [...Object.keys(PRESETS), ""].map((name) => h("option", { value: name, hidden: name === "" }, texts.t(`presets.${name || "own"}`)));
    this.#preset = h("select", { onchange: () => state.set({ stack: this.#preset.value, selected: -1 }) }, ...presets);
    const number = (/** @type {"side" | "position"} */ key, /** @type {{min: number, max: number}} */ bounds) => {
      const input = h("input", { type: "number", step: 1, required: true, ...bounds, oninput: () => input.validity.valid && state.set({ [key]: Number(input.value) }) });
      return input;
    };
    this.#side = number("side", SIDES);
    this.#position = number("position", { min: 0, max: SIDES.max });
    const settings = h(
      "div",
      { className: "settings" },
      h("label", {}, lesson.t("preset"), this.#preset),
      h("label", {}, lesson.t("side"), this.#side),
      h("label", {}, lesson.t("position"), this.#position),
    );
    const figure = h("figure", {}, this.#bars, this.#bounds);
    lesson.section("stack", settings, this.#summary, this.#problem, figure, this.#steps, this.#formulas, this.#editor, this.#table);

    this.#editor.addEventListener("stack", (event) => {
      const { layers, selected } = /** @type {CustomEvent<{layers: Layer[], selected: number}>} */ (event).detail;
      state.set({ stack: encode(layers), selected });
    });
    this.#table.addEventListener("select", (event) => state.set({ selected: /** @type {CustomEvent<number>} */ (event).detail }));
    this.#steps.addEventListener("step", (event) => state.set({ selected: /** @type {CustomEvent<number>} */ (event).detail }));
    this.#showFields(null, []);
    state.onChange((changed) => {
      if (!["stack", "side", "position", "selected"].some((key) => changed.has(key))) return;
      // At once: the next change is made of what the controls show.
      this.#showControls();
      void this.#update();
    });
  }

  #update = newest(() => this.#lesson.work(() => this.#compute()));

  async #compute() {
    const { lab, state } = this.#lesson;
    const { side } = state.values;
    try {
      const { nodes } = await lab.describeGraph(graphOf(this.#layers), [side, side]);
      // These are no longer the fields of the layers that are shown.
      if (this.#update.isOutdated()) return;
      this.#problem.textContent = "";
      this.#showFields(nodes.map(({ field }) => fieldOf(field)), nodes.map(({ shape }) => shape[3]));
    } catch (error) {
      // Such as a window that does not fit: part of the lesson.
      const { code, message } = asSegscopeError(error);
      if (!["input-size", "model-invalid", "out-of-range"].includes(code)) throw error;
      if (this.#update.isOutdated()) return;
      this.#problem.textContent = asSentence(message);
      this.#showFields(null, []);
    }
  }

  get #layers() {
    return decode(this.#lesson.state.values.stack) ?? PRESETS.three;
  }

  /** Of the layer whose formulas are shown. */
  get #selected() {
    const wanted = this.#lesson.state.values.selected;
    const last = this.#layers.length - 1;
    return wanted < 0 ? last : Math.min(Math.trunc(wanted), last);
  }

  #showControls() {
    const { texts, state } = this.#lesson;
    const { side, position } = state.values;
    const [layers, selected] = [this.#layers, this.#selected];
    const expected = recurrences(layers);
    this.#preset.value = Object.hasOwn(PRESETS, encode(layers)) ? encode(layers) : "";
    for (const [input, value] of /** @type {[HTMLInputElement, number][]} */ ([[this.#side, side], [this.#position, position]])) {
      if (document.activeElement !== input || Number(input.value) !== value) input.value = String(value);
    }
    this.#steps.show(selected, layers.length);
    this.#editor.show(layers, selected);
    this.#formulas.replaceChildren(...layerFormulas(layers[selected], expected[selected], expected[selected + 1], selected + 1, texts));
  }

  /** @param {import("./stack.js").Field[] | null} computed none: it could not be, or not yet @param {number[]} sides */
  #showFields(computed, sides) {
    const { texts, state } = this.#lesson;
    const { side, position } = state.values;
    const [layers, selected] = [this.#layers, this.#selected];
    const expected = recurrences(layers);
    const n = (/** @type {number} */ value) => texts.number(value, 8);
    this.#table.show(layers, expected, { computed, sides, position, selected });
    const fields = computed ?? expected;
    const { size, jump, start, first } = fields[fields.length - 1];
    const pixels = { from: n(first + position * jump), to: n(first + position * jump + size - 1) };
    this.#bars.show(fields, { position, side, selected, label: texts.t("barsLabel", { count: layers.length, position, ...pixels }) });
    this.#bounds.textContent = texts.t("barsCaption", { position, ...pixels, last: n(side - 1) });
    this.#summary.textContent = texts.t("summary", { count: layers.length, size: n(size), jump: n(jump), start: n(start) });
  }
}
