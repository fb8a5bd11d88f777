import { h } from "../../dom.js";
import { download } from "../../download.js";
import { newest } from "../shell/newest.js";
import { openLesson } from "../shell/lesson.js";
import { EditView } from "./edit-view.js";
import { FiguresTable } from "./figures-table.js";
import { Networks } from "./networks.js";
import { OverviewTable } from "./overview-table.js";
import { askQuestions } from "./questions.js";
import { StationLine } from "./station-line.js";
import { HEIGHTS, NETWORKS, STATIONS, sizeOf } from "./stations.js";
import { TrainedRuns } from "./trained-runs.js";

/** @typedef {import("../../timeline/field-timeline.js").Entry} Entry */
/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {import("./trained-runs.js").Measured} Measured */

const lesson = await openLesson(11, {
  photo: "coffee",
  station: STATIONS[0].id,
  /** Another network to compare with than the station's. */
  before: "",
  /** Height of the input. */
  size: 256,
  /** Whether nodes that stay are all drawn. */
  all: /** @type {boolean} */ (false),
  /** The chosen node, and the graph that it is in. */
  node: "",
  side: "after",
  /** Whether the trained networks run. */
  run: /** @type {boolean} */ (false),
});
const { texts, lab, state } = lesson;

/** @param {string} path @returns {Promise<any>} */
const readJson = async (path) => JSON.parse(new TextDecoder().decode(await download(new URL(path, import.meta.url).href)));
/** @type {{entries: Entry[]}} */
const { entries } = await readJson("../../timeline/timeline.json");
/** @type {Promise<Measured[]>} */
const measured = readJson("../../../models/camvid.json").then(({ rows }) => rows);
const paperOf = (/** @type {import("./stations.js").Station} */ { paper }) => /** @type {Entry} */ (entries.find(({ network }) => network === paper));

const networks = new Networks(lab, texts);
const line = new StationLine(texts, Object.fromEntries(STATIONS.map((station) => [station.id, paperOf(station).year])));
const edit = new EditView(texts);
const figures = new FiguresTable(texts);
const runs = new TrainedRuns(texts, lab, measured);
const overview = new OverviewTable(texts, networks);
const words = h("div", { className: "words" });
const compared = h("select", { onchange: () => state.set({ before: compared.value === station().before ? "" : compared.value, node: "" }) }, ...Object.keys(NETWORKS).map((id) => h("option", { value: id }, networks.nameOf(id))));
const size = h(
  "select",
  { onchange: () => state.set({ size: Number(size.value) }) },
  ...HEIGHTS.map((height) => h("option", { value: String(height) }, sizeOf(height).join(" × "))),
);
const all = h("input", { type: "checkbox", onchange: () => state.set({ all: all.checked }) });

/** @type {Photo | null} */
let photo = null;

/** That of the address, if it is one. */
function station() {
  return STATIONS.find(({ id }) => id === state.values.station) ?? STATIONS[0];
}

/** The station's networks, as the address has them. */
function chosen() {
  const { before, after } = station();
  const named = (/** @type {string} */ id) => ({ id, name: networks.nameOf(id) });
  return { before: named(Object.hasOwn(NETWORKS, state.values.before) ? state.values.before : before), after: named(after) };
}

const inputSize = () => sizeOf(state.values.size);
const side = () => (state.values.side === "before" ? "before" : "after");

/** What needs no computation: at once. */
function tell() {
  const here = station();
  const { title, authors, published, year, arxiv, url } = paperOf(here);
  const { text, note } = texts.raw(`stations.${here.id}`);
  line.show(here.id);
  overview.mark(here.id);
  const link = h("a", { href: url ?? `https://arxiv.org/abs/${arxiv}`, rel: "noreferrer" }, arxiv ? `arXiv ${arxiv}` : texts.t("proceedings"));
  const paper = h("p", { className: "hint" }, `${authors.join(", ")}: “${title}”, ${published ? `${published.venue} ${published.year}` : year}, `, link);
  words.replaceChildren(h("p", {}, text), h("div", { className: "aside" }, h("p", { className: "note" }, note), paper));
  compared.value = chosen().before.id;
  size.value = String(inputSize()[0]);
  all.checked = state.values.all;
}

const draw = newest(async () => {
  const { before, after } = chosen();
  const [from, to] = await Promise.all([before, after].map(({ id }) => networks.describe(id, inputSize())));
  const [first, second] = [{ name: before.name, description: from }, { name: after.name, description: to }];
  edit.show(first, second, { isWhole: state.values.all, look: station().look });
  edit.choose(side(), state.values.node);
  figures.show(first, second);
});
const run = newest(() => runs.show(chosen(), photo, state.values.run));
/** Whether the table of all stations was come near: it needs every network. */
let isOverviewWanted = false;
const compare = newest(async () => {
  await overview.show(inputSize(), await measured);
  overview.mark(station().id);
});
const wantOverview = () => {
  isOverviewWanted = true;
  void lesson.work(() => compare());
};

const chooser = lesson.photoChooser((taken) => {
  photo = taken;
  return run();
});

const settings = h(
  "div",
  { className: "settings" },
  h("label", {}, lesson.t("compared"), compared),
  h("label", {}, lesson.t("input"), size),
  h("label", {}, all, lesson.t("all")),
);
lesson.section("station", line, words, settings, edit, h("p", { className: "hint" }, lesson.t("rule")));
lesson.section("costs", figures);
lesson.section("run", h("p", { className: "hint" }, lesson.t("honest")), h("div", { className: "settings" }, chooser), runs);
const observer = new IntersectionObserver(
  (seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    wantOverview();
  },
  { rootMargin: "200px" },
);
observer.observe(lesson.section("overview", overview));
askQuestions(lesson, networks);

const goTo = (/** @type {Event} */ event) => state.set({ station: /** @type {CustomEvent<string>} */ (event).detail, before: "", node: "" });
line.addEventListener("station", goTo);
overview.addEventListener("station", (event) => {
  goTo(event);
  line.scrollIntoView({ block: "nearest" });
});
edit.addEventListener("node", (event) => {
  const { side, name } = /** @type {CustomEvent<{side: "before" | "after", name: string}>} */ (event).detail;
  state.set({ side, node: name });
});
edit.addEventListener("side", (event) => state.set({ side: /** @type {CustomEvent<"before" | "after">} */ (event).detail, node: "" }));
runs.addEventListener("run", () => state.set({ run: true }));

state.onChange((changed) => {
  const has = (/** @type {string[]} */ ...keys) => keys.some((key) => changed.has(key));
  tell();
  if (has("station", "before", "size", "all")) void lesson.work(() => draw());
  else if (has("node", "side")) edit.choose(side(), state.values.node);
  if (photo && has("station", "before", "run")) void lesson.work(() => run());
  if (isOverviewWanted && has("size")) wantOverview();
});
