import { asSegscopeError, codeOf } from "../../errors.js";
import { asSentence } from "../../format.js";
import { h } from "../../dom.js";
import { openLesson } from "../shell/lesson.js";
import { newest } from "../shell/newest.js";
import { LessonSteps } from "../shell/steps.js";
import { sizeOf } from "./arithmetic.js";
import { CellSum } from "./cell-sum.js";
import { ConvolutionControls } from "./convolution-controls.js";
import { ConvolutionFigure } from "./convolution-figure.js";
import { DEFAULTS, asEdited, changed, graphOf, presetState, settingsOf, weightsOf } from "./settings.js";
import { SizeFormula } from "./size-formula.js";
import { StretchedInput } from "./stretched-input.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./convolution-figure.js").Cell} Cell */

/** What the lab says of settings that cannot be; anything else went wrong. */
const INVALID = ["model-invalid", "input-size"];

const lesson = await openLesson(3, DEFAULTS);
const { lab, state, texts } = lesson;

const controls = new ConvolutionControls(texts);
const figure = new ConvolutionFigure(texts);
const steps = new LessonSteps(texts);
const sum = new CellSum(texts);
const size = new SizeFormula(texts);
const stretchedInput = new StretchedInput(texts, lab);

controls.classList.add("settings");
lesson.section("figure", controls, steps, figure, sum);
lesson.section("formula", size);
const stretchedSection = lesson.section("stretched", stretchedInput);
lesson.section("glossary", glossary());

/** Of the last output, while it is that of the settings. @type {{settings: Settings, output: Float32Array} | null} */
let shown = null;

/** @returns {Settings} */
const settings = () => settingsOf(state.values);

/** @param {number} index */
function cellAt(index) {
  const side = sizeOf(settings());
  const within = Math.min(Math.max(Math.round(index), 0), settings().out_channels * side * side - 1);
  return { channel: Math.floor(within / side / side), row: Math.floor(within / side) % side, column: within % side };
}

/** @param {Cell} cell */
function indexOf({ channel, row, column }) {
  const side = sizeOf(settings());
  return (channel * side + row) * side + column;
}

/** Marks a cell, and shows its sum. @param {Cell} cell */
function look(cell) {
  if (!shown) return;
  figure.mark(cell);
  stretchedInput.mark(cell);
  sum.show(shown.settings, cell, shown.output[indexOf(cell)]);
}

function showCell() {
  if (!shown) return;
  steps.show(indexOf(cellAt(state.values.cell)), shown.output.length);
  look(cellAt(state.values.cell));
}

/** What can be seen before anything is computed. */
function showSettings() {
  const now = settings();
  shown = null;
  controls.show(state.values, now);
  size.show(now);
  figure.showSettings(now);
}

const compute = newest(async () => {
  const now = settings();
  const graph = graphOf(now);
  try {
    const { nodes, output: index } = await lab.describeGraph(graph, [now.size, now.size]);
    const values = await lab.runGraph(graph, weightsOf(now), Float32Array.from(now.input), [1, now.in_channels, now.size, now.size]);
    const output = values[index].data;
    if (now.isTransposed) await stretchedInput.show(now, output);
    // The figure has other grids by now.
    if (compute.isOutdated()) return;
    shown = { settings: now, output };
    size.showInferred(now, nodes[index]);
  } catch (error) {
    if (!INVALID.includes(codeOf(error))) throw error;
    if (compute.isOutdated()) return;
    shown = null;
    size.showInvalid(now, asSentence(asSegscopeError(error).message));
    sum.say(lesson.t("noSum"));
  }
  steps.hidden = !shown;
  stretchedSection.hidden = !shown || !now.isTransposed;
  figure.showOutput(shown?.output ?? null);
  figure.mark(null);
  showCell();
});

controls.addEventListener("change-of", (event) => state.set(changed(state.values, /** @type {CustomEvent} */ (event).detail)));
controls.addEventListener("preset", (event) => state.set(presetState(/** @type {CustomEvent<string>} */ (event).detail)));
steps.addEventListener("step", (event) => state.set({ cell: /** @type {CustomEvent<number>} */ (event).detail }));
figure.addEventListener("look", (event) => (/** @type {CustomEvent<Cell | null>} */ (event).detail ? look(/** @type {CustomEvent<Cell>} */ (event).detail) : showCell()));
figure.addEventListener("choose", (event) => state.set({ cell: indexOf(/** @type {CustomEvent<Cell>} */ (event).detail) }));
figure.addEventListener("reach", (event) => {
  if (!shown) return;
  const { channel, row, column } = /** @type {CustomEvent<Cell>} */ (event).detail;
  const count = figure.markReach({ channel, row, column });
  const isPadding = row < 0 || column < 0 || row >= settings().size || column >= settings().size;
  sum.say(lesson.t(isPadding ? "reachPadding" : count === 1 ? "reachOne" : "reach", { channel: channel + 1, row: row + 1, column: column + 1, count }));
});
figure.addEventListener("edited", (event) => {
  const { which, plane, row, column, value } = /** @type {CustomEvent<{which: "input" | "weight", plane: number, row: number, column: number, value: number}>} */ (event).detail;
  const now = settings();
  const side = which === "input" ? now.size : now.kernel_size;
  const numbers = now[which].with((plane * side + row) * side + column, value);
  state.set({ [which]: asEdited(which, now, numbers) });
});

state.onChange((changes) => {
  if (changes.size === 1 && changes.has("cell")) return showCell();
  showSettings();
  void lesson.work(compute);
});

/** What each hyper-parameter does, in the order of the controls. */
function glossary() {
  /** @type {Record<string, string>} */
  const entries = texts.raw("terms");
  return h("dl", { className: "entries" }, ...Object.entries(entries).flatMap(([name, text]) => [h("dt", {}, h("code", {}, name)), h("dd", {}, text)]));
}

/** The output's side for a convolution that differs from the lesson's first one; null where there is none. @param {Partial<typeof DEFAULTS>} changes */
async function inferred(changes) {
  const asked = settingsOf({ ...DEFAULTS, ...changes });
  try {
    const { nodes, output, parameters } = await lab.describeGraph(graphOf(asked), [asked.size, asked.size]);
    return { side: nodes[output].shape[2], parameters };
  } catch (error) {
    if (INVALID.includes(codeOf(error))) return null;
    throw error;
  }
}

lesson.question("halving", async () => {
  const answer = (await inferred({ size: 7, stride: 2, padding: 1 }))?.side ?? 0;
  return { answer };
});
lesson.question("same", async () => {
  const sides = await Promise.all([0, 1, 2, 3].map((padding) => inferred({ size: 7, dilation: 2, padding })));
  const answer = sides.findIndex((found) => found?.side === 7);
  return { answer, values: { padding: answer, sides: sides.map((found) => found?.side ?? 0).join(", ") } };
});
lesson.question("grouped", async () => {
  const [whole, grouped] = await Promise.all([1, 2].map((groups) => inferred({ in_channels: 2, out_channels: 2, groups })));
  const [before, after] = [whole?.parameters ?? 0, grouped?.parameters ?? 0];
  return { answer: [1, 1 / 2, 1 / 4].indexOf(after / before), values: { before, after } };
});
lesson.question("undo", async () => {
  const there = await Promise.all([5, 6].map((before) => inferred({ size: before, stride: 2, padding: 1 })));
  const back = await Promise.all([0, 1, 2].map((output_padding) => inferred({ op: "conv_transpose2d", size: 3, stride: 2, padding: 1, output_padding })));
  const answer = back.findIndex((found) => found?.side === 6);
  return { answer, values: { five: there[0]?.side ?? 0, six: there[1]?.side ?? 0, without: back[0]?.side ?? 0, with: back[answer]?.side ?? 0 } };
});
