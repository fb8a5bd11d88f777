import { h } from "../../dom.js";
import { openLesson } from "../shell/lesson.js";
import { BoundaryGain } from "./boundary-gain.js";
import { CarriedTable, carried } from "./carried-table.js";
import { allCut, findSkips } from "./find-skips.js";
import { JoinCosts } from "./join-costs.js";
import { MaskComparison, countChanged } from "./mask-comparison.js";
import { newest } from "../shell/newest.js";
import { runChanged, runFull } from "./runs.js";
import { SkipControls } from "./skip-controls.js";
import { SkipDiagram } from "./skip-diagram.js";
import { NETWORKS, TrainedTable, readMetrics } from "./trained-table.js";
import { zooDescription } from "./zoo-descriptions.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */

const lesson = await openLesson(6, {
  photo: "coffee",
  model: "fcn8s",
  /** Of each skip, in the network's order. @type {number[]} */
  factors: [],
  /** @type {number[]} */
  swaps: [],
  /** @type {number[]} */
  forget: [],
  join: 0,
  distance: 2,
});
const { texts, lab, state } = lesson;

const model = h("select", { onchange: () => state.set({ model: model.value, factors: [], swaps: [], forget: [] }) }, ...NETWORKS.map((id) => h("option", { value: id }, id)));
const diagram = new SkipDiagram(texts);
const controls = new SkipControls(texts);
const masks = new MaskComparison(texts);
const costs = new JoinCosts(texts, lab);
const carriedTable = new CarriedTable(texts, lab);
const boundary = new BoundaryGain(texts, lab);
const trained = new TrainedTable(texts);

/** @type {Photo | null} */
let photo = null;
/** The network as it is, on the photo. @type {import("./runs.js").Full | null} */
let full = null;
/** The same with its skips as `settings` have them. @type {{of: import("./runs.js").Full, settings: string, mask: Uint8Array, ms: number} | null} */
let changed = null;

const update = newest(async () => {
  const wanted = state.values;
  model.value = chosenModel();
  if (!photo) return;
  if (full?.photo !== photo) masks.showPhoto(photo);
  if (full?.photo !== photo || full.model.id !== model.value) full = await runFull(lab, model.value, photo);
  if (update.isOutdated()) return;
  const { description, skips } = full;
  diagram.show(full.model.info.name, description, skips, wanted);
  // What is set by now, not what is being computed: a control never jumps back under the hand.
  controls.show(skips, state.values);
  const settings = JSON.stringify([wanted.factors, wanted.swaps, wanted.forget]);
  if (changed?.of !== full || changed.settings !== settings) changed = { of: full, settings, ...(await runChanged(full, wanted)) };
  masks.show(photo, full.model.info.classes, full, changed);
  if (update.isOutdated()) return;
  await Promise.all([boundary.show(full, changed.mask, state.values.distance), costs.show(description.size, wanted.join), carriedTable.show(description.size)]);
});

/** That of the address, if it is one of the lesson's. */
function chosenModel() {
  return NETWORKS.find((id) => id === state.values.model) ?? "fcn8s";
}

const chooser = lesson.photoChooser((chosen) => {
  photo = chosen;
  return update();
});

lesson.section(
  "bench",
  h("div", { className: "settings" }, chooser, h("label", {}, texts.shell("model"), model)),
  h("p", { className: "hint" }, lesson.t("honest")),
  h("div", { className: "workbench" }, h("div", { className: "network" }, diagram, controls, h("p", { className: "hint rule" }, lesson.t("rule"))), masks),
);
lesson.section("costs", costs);
lesson.section("carried", carriedTable);
lesson.section("boundary", boundary);
lesson.section("trained", trained);

controls.addEventListener("settings", (event) => state.set(/** @type {CustomEvent<import("./find-skips.js").Settings>} */ (event).detail));
costs.addEventListener("join", (event) => state.set({ join: /** @type {CustomEvent<number>} */ (event).detail }));
boundary.addEventListener("distance", (event) => state.set({ distance: /** @type {CustomEvent<number>} */ (event).detail }));
boundary.addEventListener("measuring", (event) => void lesson.work(() => /** @type {CustomEvent<Promise<void>>} */ (event).detail));

state.onChange(() => void lesson.work(() => update()));

const metrics = lesson.work(async () => {
  const [entries, measured] = await Promise.all([lab.entries(), readMetrics()]);
  const names = NETWORKS.map((id) => entries.find((entry) => entry.id === id)?.name ?? id);
  [...model.options].forEach((option, i) => (option.textContent = names[i]));
  trained.show(measured, names);
  return measured;
});

/** The photo that questions are about. */
function current() {
  if (!photo) throw new Error(lesson.t("noPhoto"));
  return photo;
}

/** @param {string} id */
const fullOf = async (id) => (full?.model.id === id && full.photo === photo ? full : runFull(lab, id, current()));

/** The input's size for the photo; these networks agree on it. @returns {Promise<[number, number]>} */
const currentSize = async () => (full ?? (await runFull(lab, "fcn8s", current()))).description.size;

lesson.question("concatChannels", async () => {
  await costs.show(await currentSize(), state.values.join);
  const [{ concat, add, below, value }] = costs.costs;
  return { answer: concat.channels, values: { below: below.shape[1], value: value.shape[1], add: add.channels } };
}, 0);

lesson.question("whichSkip", async () => {
  const fcn = await fullOf("fcn8s");
  /** @type {number[]} */ const changed = [];
  for (const i of fcn.skips.keys()) changed.push(countChanged(fcn.mask, (await runChanged(fcn, { factors: fcn.skips.map((_, k) => (k === i ? 0 : 1)), swaps: [], forget: [] })).mask));
  const share = (/** @type {number} */ i) => texts.percent(changed[i] / fcn.mask.length);
  return { answer: changed[0] >= changed[1] ? 0 : 1, values: { coarse: share(0), fine: share(1) } };
});

lesson.question("cutIsNotTrained", async () => {
  const fcn = await fullOf("fcn8s");
  const cut = await runChanged(fcn, allCut(fcn.skips));
  const without = await fullOf("fcn32s");
  const same = 1 - countChanged(cut.mask, without.mask) / cut.mask.length;
  return { answer: same === 1 ? 0 : same > 0.5 ? 1 : 2, values: { share: texts.percent(same) } };
});

lesson.question("indexBits", async () => {
  const { description } = await zooDescription(lab, "segnet", await currentSize());
  const [skip] = findSkips(description);
  const { bits, values, bytes } = carried(skip, description);
  const { kernel } = skip.join.options;
  return { answer: bits, values: { kernel: kernel.join("×"), positions: kernel[0] * kernel[1], values, bytes: Math.round(bytes / 1000) } };
}, 0);

lesson.question("whichClass", async () => {
  const measured = await metrics;
  if (!measured) throw new Error(lesson.t("noMetrics"));
  const [before, after] = ["fcn32s", "fcn8s"].map((id) => measured[NETWORKS.indexOf(/** @type {typeof NETWORKS[number]} */ (id))].iou);
  const classes = ["sky", "road", "tree", "pole"];
  const gains = classes.map((name) => after[name] - before[name]);
  const shown = Object.fromEntries(classes.flatMap((name) => [[`${name}Before`, texts.percent(before[name])], [`${name}After`, texts.percent(after[name])]]));
  return { answer: gains.indexOf(Math.max(...gains)), values: shown };
});
