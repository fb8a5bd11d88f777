import { download } from "../../download.js";
import { h } from "../../dom.js";
import { classLooks, photoLooks as looksOverPhoto } from "../paint/cell-looks.js";
import { decodeCells, readPresets } from "../paint/cells.js";
import { newest } from "../shell/newest.js";
import { openLesson } from "../shell/lesson.js";
import { scroller } from "../shell/figure.js";
import { averageFormulas, showLines } from "./class-formulas.js";
import { ClassTable } from "./class-table.js";
import { drawn, fieldFrom, fieldText } from "./compared.js";
import { readMaskFile } from "./mask-file.js";
import { MetricGrids } from "./metric-grids.js";
import { OutcomeView } from "./outcome-view.js";
import { countsFrom } from "./outcomes.js";
import { photoAnswer } from "./photo-answer.js";
import { PhotoTruth } from "./photo-truth.js";
import { PicturesTable } from "./pictures-table.js";
import { askQuestions } from "./questions.js";

const DEFAULTS = {
  picture: "crowd",
  /** Painted cells; empty for those of the picture. */
  truth: "",
  prediction: "",
  x: 10,
  y: 5,
  /** The field of the matrix whose pixels are outlined, as `1-0`. */
  field: "",
  class: 1,
  /** Whether the network is wanted. */
  live: false,
  photo: "astronaut",
  /** Painted over the photo. */
  mask: "",
  photo_field: "",
  /** Of boundaries; 0 is two per cent of the diagonal. */
  distance: 0,
};

const lesson = await openLesson(10, DEFAULTS);
const { texts, state, lab } = lesson;
const presets = readPresets(JSON.parse(new TextDecoder().decode(await download(new URL("presets.json", import.meta.url).href))));
// An address, which people type, may name a picture that there is not.
if (!presets.cases.has(state.values.picture)) state.set({ picture: DEFAULTS.picture });

const looks = classLooks(texts.raw("classes"));
const photoLooks = looksOverPhoto(texts.raw("photoClasses"));
const names = looks.map(({ name }) => name);

const grids = new MetricGrids(texts, [...presets.cases.keys()]);
const outcome = new OutcomeView(texts);
const classTable = new ClassTable(texts);
const averages = h("div", { className: "formulas" });
const pictures = new PicturesTable(texts);
const photoTruth = new PhotoTruth(texts);

lesson.section("grids", grids);
lesson.section("outcome", outcome);
lesson.section("averages", classTable, scroller(texts.t("averages.title"), averages));
lesson.section("many", pictures);
lesson.section("network", photoTruth);

/** What a stroke under way has painted; the address hears of it when it ends. @type {{truth?: string, prediction?: string, mask?: string}} */
let painting = {};
/** @type {import("./photo-answer.js").PhotoAnswer | null} */
let answer = null;
/** A truth from a file. @type {{name: string, truth: Uint8Array} | null} */
let file = null;
/** @type {import("../shell/photo.js").PhotoChooser | null} */
let chooser = null;

/** @param {Event} event */
const detailOf = (event) => /** @type {CustomEvent} */ (event).detail;

for (const element of [grids, photoTruth]) {
  element.addEventListener("painting", (event) => {
    painting = detailOf(event);
    update(new Set(Object.keys(painting)));
  });
  element.addEventListener("paint", (event) => {
    painting = {};
    state.set(detailOf(event));
    update(new Set(Object.keys(detailOf(event))));
  });
}
grids.addEventListener("picture", (event) => state.set({ picture: detailOf(event), truth: "", prediction: "" }));
grids.addEventListener("cursor", (event) => state.set(detailOf(event)));
grids.addEventListener("field", (event) => state.set({ field: fieldText(detailOf(event)) }));
outcome.addEventListener("class", (event) => state.set({ class: detailOf(event) }));
photoTruth.addEventListener("run", () => state.set({ live: true }));
photoTruth.addEventListener("photo-field", (event) => state.set({ photo_field: fieldText(detailOf(event)) }));
photoTruth.addEventListener("distance", (event) => state.set({ distance: detailOf(event) }));
photoTruth.addEventListener("mask-file", (event) => void lesson.work(() => openMask(detailOf(event))));
photoTruth.addEventListener("drop-file", () => {
  file = null;
  void refreshPhoto(state.values);
});

const refresh = newest((/** @type {typeof state.values} */ values) => lesson.work(() => show({ ...values, ...painting })));
const refreshPhoto = newest((/** @type {typeof state.values} */ values) => lesson.work(() => showPhoto({ ...values, ...painting })));

/** @param {number} value @param {number} most */
const limited = (value, most) => Math.min(Math.max(Math.round(value), 0), most);

/** @param {typeof state.values} values */
async function show(values) {
  const compared = drawn(values, presets, looks);
  const field = fieldFrom(values.field, looks.length);
  const position = { x: limited(values.x, compared.width - 1), y: limited(values.y, compared.height - 1) };
  // What was drawn is seen before anything is measured.
  grids.show(compared, { picture: values.picture, position, field });
  const measure = (/** @type {{truth: Uint8Array, predicted: Uint8Array}} */ { truth, predicted }) => lab.measure(truth, predicted, looks.length);
  const all = [...presets.cases.keys()].map((name) => ({ name, ...(name === values.picture ? compared : drawn({ picture: name, truth: "", prediction: "" }, presets, looks)) }));
  const joined = (/** @type {"truth" | "predicted"} */ key) => Uint8Array.from(all.flatMap((one) => [...one[key]]));
  const [measured, together, ...each] = await Promise.all([measure(compared), measure({ truth: joined("truth"), predicted: joined("predicted") }), ...all.map(measure)]);
  grids.showMatrix(measured, looks, field);
  outcome.show(compared, measured, limited(values.class, looks.length - 1));
  classTable.show(measured, names);
  showLines(averages, averageFormulas(looks.map((_, id) => countsFrom(measured, id)), measured, (value) => texts.number(value), texts.raw("averages")));
  pictures.show(all.map(({ name }, i) => ({ name, measured: each[i] })), together, names);
}

/** @param {typeof state.values} values */
async function showPhoto(values) {
  if (!answer || !values.live) return;
  const { photo, mask, coarse } = answer;
  const painted = decodeCells(values.mask, coarse.cells.length, photoLooks.length) ?? new Uint8Array(coarse.cells.length);
  const compared = file
    ? { width: photo.width, height: photo.height, truth: file.truth, predicted: mask, looks: photoLooks }
    : { width: coarse.width, height: coarse.height, truth: painted, predicted: coarse.cells, looks: photoLooks };
  const { width, height, truth, predicted } = compared;
  photoTruth.show(compared, { canvas: photo.canvas, answer: coarse.cells, file: file?.name ?? null });
  const distance = values.distance > 0 ? Math.round(values.distance) : Math.max(1, Math.round(0.02 * Math.hypot(width, height)));
  const [measured, boundary] = await Promise.all([
    lab.measure(truth, predicted, photoLooks.length),
    lab.boundaryIou(truth, predicted, { height, width, classes: photoLooks.length, distance }),
  ]);
  photoTruth.showMeasures(compared, { measured, boundary }, { canvas: photo.canvas, field: fieldFrom(values.photo_field, photoLooks.length), distance });
}

/** @param {import("../shell/photo.js").Photo} photo */
async function usePhoto(photo) {
  const isOther = answer !== null;
  answer = await photoAnswer(lab, photo);
  // A truth is of one photo only.
  file = null;
  if (isOther) state.set({ mask: "" });
  await refreshPhoto(state.values);
}

/** @param {File} chosen */
async function openMask(chosen) {
  const of = answer;
  if (!of) return;
  const truth = await readMaskFile(chosen, of.photo, of.colours, texts);
  // Another photo may have been chosen meanwhile.
  if (of !== answer) return;
  file = { name: chosen.name, truth };
  await refreshPhoto(state.values);
}

/** Of the state, what the photo's section shows. */
const OF_PHOTO = new Set(["live", "photo", "mask", "photo_field", "distance"]);

/** @param {Set<string>} changed */
function update(changed) {
  if ([...changed].some((key) => !OF_PHOTO.has(key))) void refresh(state.values);
  if (answer && [...changed].some((key) => OF_PHOTO.has(key))) void refreshPhoto(state.values);
}

state.onChange((changed) => {
  const { live } = state.values;
  photoTruth.isLive = live;
  if (live && !chooser) {
    chooser = lesson.photoChooser(usePhoto);
    photoTruth.addChooser(chooser);
  }
  update(changed);
});

askQuestions(lesson, presets, looks);
