import { h } from "../../dom.js";
import { NumberGrid } from "../shell/number-grid.js";
import { openLesson } from "../shell/lesson.js";
import { newest } from "../shell/newest.js";
import { LessonSteps } from "../shell/steps.js";
import { LiveStudy } from "./live-study.js";
import { MethodCard, explain } from "./method-card.js";
import { LEARNT, gridInput, kernelOf, layerOf, onGrid, onlyResizes, onlyTransposed } from "./methods.js";
import { OverlapStudy } from "./overlap-study.js";
import { ParameterTable } from "./parameter-table.js";
import { runRecipe } from "./run-recipe.js";
import { SamplePositions } from "./sample-positions.js";
import { sourcesOf } from "./sources.js";
import { DEFAULTS, ENLARGED, FACTOR, GRIDS, METHODS, SIDE, asEdited, settingsOf } from "./state.js";
import { SubPixelStudy } from "./sub-pixel-study.js";
import { SwitchStudy } from "./switch-study.js";

/** @typedef {import("./state.js").Method} Method */
/** @typedef {{method: Method, row: number, column: number}} Look */
/** @typedef {{data: Float32Array, side: number}} Enlarged */

const RESIZES = /** @type {const} */ (["nearest", "bilinear", "aligned"]);
/** Of a map that is large enough to have an inside with every kernel. */
const LARGE = 12;

const lesson = await openLesson(5, DEFAULTS);
const { lab, state, texts } = lesson;

const grid = new NumberGrid(lesson.t("inputGrid"), { isEditable: true });
const steps = new LessonSteps(texts);
const line = h("p", { className: "readout", role: "status" });
const cards = METHODS.map((method) => new MethodCard(texts, method));
const positions = RESIZES.map((resize) => new SamplePositions(texts, resize));
const switches = new SwitchStudy(texts);
const overlap = new OverlapStudy(texts);
const subPixel = new SubPixelStudy(texts);
const table = new ParameterTable(texts, lab);
const live = new LiveStudy(texts, lab);

const starts = Object.entries(GRIDS).map(([name, values]) =>
  h("button", { type: "button", className: "plain", onclick: () => state.set({ values: asEdited("values", values) }) }, lesson.t(`grids.${name}`)),
);
const source = h(
  "div",
  { className: "source" },
  h("figure", {}, h("figcaption", {}, lesson.t("inputCaption")), grid),
  h("div", { className: "settings starts" }, ...starts),
  steps,
  line,
);
lesson.section("side", h("div", { className: "bench" }, source, h("div", { className: "cards" }, ...cards)));
lesson.section("align", h("div", { className: "positions" }, ...positions));
lesson.section("switches", switches);
lesson.section("overlap", overlap);
lesson.section("shuffle", subPixel);
lesson.section("learn", table);
/** One after the other: a map is read from the last run. */
const readPhoto = newest(async (/** @type {import("../shell/photo.js").Photo} */ chosen) => {
  await live.read(await lab.model("people"), chosen);
  await showLive();
});
const photo = lesson.photoChooser(readPhoto);
lesson.section("network", photo, live);

/** What is on screen. @type {{now: import("./state.js").Settings, outputs: Record<Method, Enlarged>, known: {weight: number[], switches: Float32Array}} | null} */
let shown = null;

const settings = () => settingsOf(state.values);

/** @param {Enlarged} output @param {number} index */
const cellOf = ({ side }, index) => ({ row: Math.floor(index / side), column: index % side });

/** @param {Method} method @returns {Look} */
function chosen(method) {
  const output = shown?.outputs[method] ?? { data: new Float32Array(ENLARGED ** 2), side: ENLARGED };
  const index = Math.min(Math.max(Math.round(state.values.cell), 0), output.side ** 2 - 1);
  return { method, ...cellOf(output, index) };
}

/** Marks the same cell of every method's output, and what this method's is made of. @param {Look} look */
function showLook({ method, row, column }) {
  if (!shown) return;
  const { now, outputs, known } = shown;
  for (const card of cards) {
    const { data, side } = outputs[card.method];
    const isThere = row < side && column < side;
    const sources = isThere ? sourcesOf(card.method, now, known, { row, column }) : [];
    const explanation = isThere ? explain(texts, { row, column }, sources, now.values, data[row * side + column]) : "";
    card.mark(isThere ? { row, column } : null, card.method === method, explanation);
    if (card.method !== method) continue;
    line.textContent = lesson.t("look", { method: lesson.t(`methods.${method}.title`), explanation });
    grid.mark((y, x) => (sources.some((from) => from.row === y && from.column === x) ? "patch" : ""));
  }
}

function showChosen() {
  const look = chosen(settings().method);
  showLook(look);
  const side = shown?.outputs[look.method].side ?? ENLARGED;
  steps.show(look.row * side + look.column, side ** 2);
}

function showPositions() {
  const { column } = chosen(settings().method);
  RESIZES.forEach((resize, i) => positions[i].show(read[resize], Math.min(column, ENLARGED - 1)));
}

/** Where the lab's resizes read along one axis: their output for a grid whose values are its own columns. @type {Record<typeof RESIZES[number], Float32Array>} */
const read = { nearest: new Float32Array(ENLARGED), bilinear: new Float32Array(ENLARGED), aligned: new Float32Array(ENLARGED) };

async function measurePositions() {
  const columns = Array.from({ length: SIDE * SIDE }, (_, i) => i % SIDE);
  const values = await runRecipe(lab, onlyResizes(), columns, { height: SIDE, width: SIDE });
  for (const resize of RESIZES) read[resize] = values[resize].data.subarray(0, ENLARGED);
}

/** Fewest and most copies of a kernel of ones that overlap away from the border. @param {{kernel: number, stride: number}} how */
async function overlapInside(how) {
  const recipe = onlyTransposed(kernelOf("ones", how.kernel), how);
  const { data, shape } = (await runRecipe(lab, recipe, new Array(LARGE * LARGE).fill(1), { height: LARGE, width: LARGE })).transposed;
  const [side, first, last] = [shape[2], how.kernel, shape[2] - how.kernel];
  const inside = [...data].filter((_, i) => [Math.floor(i / side), i % side].every((at) => at >= first && at < last));
  return { least: Math.min(...inside), most: Math.max(...inside) };
}

/** Every method on the grid, and what belongs to it. @param {import("./state.js").Settings} asked */
function onTheGrid({ values, map, kernel, stride, weights, expand }) {
  const recipe = onGrid({ weight: kernelOf(weights, kernel), how: { kernel, stride }, expand });
  return runRecipe(lab, recipe, gridInput(map, values, ENLARGED), { channels: 3, height: ENLARGED, width: ENLARGED });
}

const compute = newest(async () => {
  const now = settings();
  const values = await onTheGrid(now);
  const inside = await overlapInside(now);
  if (read.aligned[ENLARGED - 1] === 0) await measurePositions();
  // Else what is being typed would be overwritten with what was.
  if (compute.isOutdated()) return;

  const outputs = /** @type {Record<Method, Enlarged>} */ (Object.fromEntries(METHODS.map((method) => [method, { data: values[method].data, side: values[method].shape[2] }])));
  shown = { now, outputs, known: { weight: kernelOf(now.weights, now.kernel), switches: values.switches.data } };
  for (const card of cards) card.show(outputs[card.method].data, outputs[card.method].side);
  switches.show(now.map, { pooled: values.pooled.data, result: values.unpooling.data, switches: values.switches.data });
  overlap.show(now, { counts: values.counts.data, output: values.transposed.data, ...inside });
  subPixel.show(values.expand.data, values.subpixel.data, values.direct.data);
  showChosen();
  showPositions();
});

const showTable = newest(() => table.show(settings()));

const showLive = newest(() => live.show(settings(), state.values));

/** What can be seen before anything is computed. */
function showSettings() {
  const now = settings();
  grid.show(now.values, SIDE);
  overlap.showSettings(now, kernelOf(now.weights, now.kernel));
  subPixel.showSettings(now.expand);
}

const NUMBERS = ["values", "map", "expand", "kernel", "stride", "weights"];
const LIVE = ["expand", "kernel", "weights", "layer", "channel", "x", "y"];

state.onChange((changes) => {
  const isAny = (/** @type {string[]} */ keys) => keys.some((key) => changes.has(key));
  if (isAny(NUMBERS)) {
    showSettings();
    void lesson.work(compute);
  } else if (isAny(["method", "cell"])) {
    showChosen();
    showPositions();
  }
  if (isAny(["kernel", "channels"])) void lesson.work(showTable);
  if (isAny(LIVE)) void lesson.work(showLive);
});

/** @param {EventTarget} element @param {(detail: any) => void} act */
const onChangeOf = (element, act) => element.addEventListener("change-of", (event) => act(/** @type {CustomEvent} */ (event).detail));
for (const element of [overlap, table, live]) onChangeOf(element, (changes) => state.set(changes));

for (const card of cards) {
  card.addEventListener("look", (event) => {
    const look = /** @type {CustomEvent<Look | null>} */ (event).detail;
    if (look) showLook(look);
    else showChosen();
  });
  card.addEventListener("choose", (event) => {
    const { method, row, column } = /** @type {CustomEvent<Look>} */ (event).detail;
    state.set({ method, cell: row * (shown?.outputs[method].side ?? ENLARGED) + column });
  });
}
steps.addEventListener("step", (event) => state.set({ cell: /** @type {CustomEvent<number>} */ (event).detail }));

/** @param {EventTarget} element @param {"values" | "map" | "expand"} key @param {number} columns */
function edits(element, key, columns, name = "edited") {
  element.addEventListener(name, (event) => {
    const { row, column, value } = /** @type {CustomEvent<{row: number, column: number, value: number}>} */ (event).detail;
    state.set({ [key]: asEdited(key, settings()[key].with(row * columns + column, value)) });
  });
}
edits(grid, "values", SIDE, "edit");
edits(switches, "map", ENLARGED);
edits(subPixel, "expand", FACTOR);

lesson.question("corners", async () => {
  await measurePositions();
  return { answer: read.aligned[1], values: { off: read.bilinear[1], last: read.aligned[ENLARGED - 1] } };
});
lesson.question("checkerboard", async () => {
  const kernels = [2, 3, 4, 5];
  const found = await Promise.all(kernels.map((kernel) => overlapInside({ kernel, stride: FACTOR })));
  const uneven = kernels.filter((_, i) => found[i].least !== found[i].most);
  // The choices: none of them, the odd ones, all of them.
  const answer = uneven.length === 0 ? 0 : uneven.every((kernel) => kernel % 2 === 1) && uneven.length === 2 ? 1 : 2;
  return { answer, values: { three: `${found[1].least}–${found[1].most}`, four: found[2].most, two: found[0].most, five: `${found[3].least}–${found[3].most}` } };
});
lesson.question("kept", async () => {
  const { unpooling } = await onTheGrid(settingsOf(DEFAULTS));
  return { answer: unpooling.data.filter((value) => value !== 0).length, values: { all: ENLARGED ** 2 } };
});
lesson.question("weights", async () => {
  const { nodes } = await lab.describeGraph(layerOf("transposed", { kernel: 4, stride: FACTOR }, 64), [SIDE, SIDE]);
  return { answer: nodes.find(({ name }) => name === LEARNT.transposed)?.parameters ?? 0 };
});
