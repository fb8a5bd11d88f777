import { h } from "../../dom.js";
import { readable } from "../../format.js";
import { newest } from "../shell/newest.js";
import { openLesson } from "../shell/lesson.js";
import { MapView } from "../shell/map-view.js";
import { DotProduct } from "./dot-product.js";
import { FieldComparison } from "./field-comparison.js";
import { HeadMaps } from "./head-maps.js";
import { headsAt, mean, runOn } from "./heads.js";
import { StageTable } from "./stage-table.js";
import { cellAt } from "./stages.js";

/** @typedef {import("./heads.js").Run} Run */
/** @typedef {import("./heads.js").StageHeads} StageHeads */
/** @typedef {import("../shell/photo.js").Photo} Photo */

const MODEL = "segformer_b0";

const lesson = await openLesson(8, {
  photo: "astronaut",
  /** The query, in fractions of the photo. */
  x: 0.45,
  y: 0.2,
  /** Of each stage, from 0. */
  block: 0,
  /** Whose dot product is shown, from 0. */
  stage: 0,
  head: 0,
  /** Index of a key's cell; -1 is the one with the largest share. */
  key: -1,
  shared: /** @type {boolean} */ (false),
  /** Whose costs are shown, from 0. */
  cost: 0,
});
const { texts, lab, state } = lesson;

const view = new MapView(lesson.t("query.picture"), { canMove: true });
const readout = h("p", { className: "readout", role: "status" });
const blockChoice = h("select", { onchange: () => state.set({ block: Number(blockChoice.value) }) }, ...[0, 1].map((block) => h("option", { value: String(block) }, lesson.t("query.blockOption", { number: block + 1 }))));
const sharedScale = h("input", { type: "checkbox", onchange: () => state.set({ shared: sharedScale.checked }) });
const maps = new HeadMaps(texts);
const product = new DotProduct(texts);
const table = new StageTable(texts);
const fields = new FieldComparison(texts, lab);

/** @type {Photo | null} */
let photo = null;
/** @type {Run | null} */
let run = null;
/** For the query and block of the address. @type {StageHeads[]} */
let stages = [];
/** What the last run left, by node. @type {Map<string, Promise<import("../shell/lab-types.d.ts").Tensor>>} */
const values = new Map();

/** @param {Run} run @param {string} name */
function valueOf(run, name) {
  const known = values.get(name) ?? run.model.value(name);
  values.set(name, known);
  known.catch(() => values.delete(name));
  return known;
}

/** An index of an address, which people type. @param {number} value @param {number} count of what there is */
const index = (value, count) => Math.min(Math.max(Math.trunc(value), 0), count - 1);

const update = newest(async () => {
  const wanted = state.values;
  const block = index(wanted.block, blockChoice.options.length);
  blockChoice.value = String(block);
  sharedScale.checked = wanted.shared;
  if (!photo) return;
  const point = { x: wanted.x, y: wanted.y };
  if (run?.photo !== photo) {
    view.showPicture(photo.canvas);
    showQuery(photo);
    values.clear();
    run = await runOn(await lab.model(MODEL), photo);
  }
  stages = await headsAt(run, point, block);
  const stage = index(wanted.stage, stages.length);
  const head = index(wanted.head, stages[stage].heads.length);
  showQuery(photo);
  readout.textContent = said(run, point);
  maps.show(photo, stages, { point, chosen: { stage, head }, hasSharedScale: wanted.shared });
  table.show(stages, index(wanted.cost, stages.length));
  if (update.isOutdated()) return;
  const { queries, keys } = stages[stage].block;
  const [queryValues, keyValues] = await Promise.all([valueOf(run, queries.name), valueOf(run, keys.name)]);
  product.show(stages[stage], head, state.values.key, { queries: queryValues, keys: keyValues });
  await fields.show(run, point);
});

/** The newest, not the one that is being computed: the next press of an arrow key goes on from there. @param {Photo} photo */
function showQuery(photo) {
  view.position = cellAt(state.values, photo);
}

/** @param {Run} run @param {{x: number, y: number}} point */
function said({ photo, answer, model }, point) {
  const { x, y } = cellAt(point, photo);
  const name = readable(model.info.classes[answer.mask[y * photo.width + x]].name);
  const distances = stages.map(({ heads }) => mean(heads.map(({ distance }) => distance)));
  const farthest = distances.indexOf(Math.max(...distances));
  return lesson.t("query.readout", { x, y, name, stage: farthest + 1, distance: Math.round(distances[farthest]), ms: Math.round(answer.ms) });
}

const chooser = lesson.photoChooser((chosen) => {
  photo = chosen;
  return update();
});

lesson.section(
  "query",
  h("div", { className: "settings" }, chooser, h("label", {}, lesson.t("query.block"), blockChoice), h("label", {}, sharedScale, lesson.t("query.shared"))),
  h("p", { className: "hint" }, lesson.t("query.honest")),
  h("div", { className: "asking" }, h("div", { className: "asked" }, h("figure", {}, view, h("figcaption", {}, lesson.t("query.hint"))), readout), maps),
);
lesson.section("product", product);
lesson.section("costs", table);
lesson.section("fields", fields);

view.addEventListener("position", (event) => {
  const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
  if (photo) state.set({ x: (x + 0.5) / photo.width, y: (y + 0.5) / photo.height, key: -1 });
});
maps.addEventListener("head", (event) => state.set({ .../** @type {CustomEvent<{stage: number, head: number}>} */ (event).detail, key: -1 }));
product.addEventListener("key", (event) => state.set({ key: /** @type {CustomEvent<number>} */ (event).detail }));
table.addEventListener("stage", (event) => state.set({ cost: /** @type {CustomEvent<number>} */ (event).detail }));

state.onChange(() => void lesson.work(() => update()));

/** What questions are about. */
async function current() {
  await update();
  if (!run || stages.length === 0) throw new Error(lesson.t("noPhoto"));
  return { run, stages };
}

lesson.question("keysPerQuery", async () => {
  const { stages: [{ stage: { queries, keys, reduction } }] } = await current();
  return { answer: keys.count, values: { queries: queries.count, width: queries.width, height: queries.height, keyWidth: keys.width, keyHeight: keys.height, reduction } };
}, 0);

lesson.question("cheaper", async () => {
  const { stages: [{ stage: { queries, keys, reduction } }] } = await current();
  return { answer: queries.count / keys.count, values: { queries: queries.count, keys: keys.count, reduction } };
}, 0);

lesson.question("headSize", async () => {
  const { stages } = await current();
  const sizes = stages.map(({ stage: { channels, heads, headSize } }) => `${channels} / ${heads} = ${headSize}`);
  return { answer: stages[stages.length - 1].stage.headSize, values: { sizes: sizes.join(", ") } };
}, 0);

lesson.question("uniformEntropy", async () => {
  const { stages: [{ stage: { keys }, heads: [head] }] } = await current();
  return { answer: Math.log2(keys.count), values: { keys: keys.count, entropy: texts.number(head.entropy, 3), most: texts.number(Math.log2(keys.count), 3) } };
}, 0.02);

lesson.question("farthest", async () => {
  const { stages } = await current();
  const distances = stages.map(({ heads }) => mean(heads.map(({ distance }) => distance)));
  const shown = distances.map((distance, i) => lesson.t("distanceOf", { stage: i + 1, pixels: Math.round(distance) }));
  return { answer: distances.indexOf(Math.max(...distances)), values: { distances: shown.join(", ") } };
});
