import { download } from "../../download.js";
import { h } from "../../dom.js";
import { classLooks, photoLooks as looksOverPhoto } from "../paint/cell-looks.js";
import { newest } from "../shell/newest.js";
import { encodeCells, readPresets } from "../paint/cells.js";
import { openLesson } from "../shell/lesson.js";
import { CaseGrids } from "./case-grids.js";
import { PHOTO, drawnCase, livingCase } from "./case.js";
import { allWrong, evaluate, partlyWrong, withPrediction } from "./evaluation.js";
import { LossDetail } from "./loss-detail.js";
import { DEFAULT_PARAMETERS, LOSSES, completed } from "./loss-list.js";
import { LossOverview } from "./loss-overview.js";
import { photoCase } from "./photo-case.js";
import { askQuestions } from "./questions.js";
import { limitedConfidence } from "./scores.js";
import { SightTable } from "./sight-table.js";
import { STEPS, WrongSteps } from "./wrong-steps.js";

const DEFAULTS = {
  preset: "cells",
  /** Painted cells; empty for those of the preset. */
  truth: "",
  prediction: "",
  confidence: 0.9,
  /** Of a photo's truth against the network's answer, in cells. */
  shift: 2,
  photo: "astronaut",
  /** The chosen pixel. */
  x: 10,
  y: 4,
  loss: "cross_entropy",
  /** By whose score the gradient is: "true", or a class id. */
  by: "true",
  step: 2,
  order: "rare",
  ...DEFAULT_PARAMETERS,
};

const lesson = await openLesson(9, DEFAULTS);
const { texts, state, lab } = lesson;
const presets = readPresets(JSON.parse(new TextDecoder().decode(await download(new URL("presets.json", import.meta.url).href))));
// An address, which people type, may name a case that there is not.
if (state.values.preset !== PHOTO && !presets.cases.has(state.values.preset)) state.set({ preset: DEFAULTS.preset });

const drawnLooks = classLooks(texts.raw("classes"));
const photoLooks = looksOverPhoto(texts.raw("photoClasses"));
const grids = new CaseGrids(texts, [...presets.cases.keys(), PHOTO]);
const overview = new LossOverview(texts);
const detail = new LossDetail(texts);
const sight = new SightTable(texts);
const steps = new WrongSteps(texts);
const imbalanced = h("button", { type: "button", className: "plain", onclick: () => state.set({ preset: "imbalanced", truth: "", prediction: "" }) }, texts.t("sight.load"));

lesson.section("grids", grids);
lesson.section("overview", overview);
lesson.section("detail", detail);
lesson.section("sight", h("div", { className: "chosen-buttons" }, imbalanced), sight);
lesson.section("wrong", steps);

/** @type {import("./photo-case.js").PhotoCase | null} */
let photo = null;
/** The chooser of photos, once a photo is wanted. @type {import("../shell/photo.js").PhotoChooser | null} */
let chooser = null;
/** What a stroke under way has painted; the address hears of it when it ends. @type {{truth?: string, prediction?: string}} */
let painting = {};

grids.addEventListener("preset", (event) => state.set({ preset: detailOf(event), truth: "", prediction: "" }));
grids.addEventListener("painting", (event) => {
  painting = detailOf(event);
  void refresh(state.values);
});
grids.addEventListener("paint", (event) => {
  painting = {};
  state.set(detailOf(event));
});
grids.addEventListener("setting", (event) => state.set(detailOf(event)));
for (const [element, type] of /** @type {[HTMLElement, string][]} */ ([[grids, "cursor"], [detail, "position"]])) {
  element.addEventListener(type, (event) => state.set(detailOf(event)));
}
overview.addEventListener("loss", (event) => state.set({ loss: detailOf(event) }));
detail.addEventListener("parameters", (event) => state.set(detailOf(event)));
detail.addEventListener("of", (event) => state.set({ by: detailOf(event) }));
steps.addEventListener("step", (event) => state.set({ step: detailOf(event) }));
steps.addEventListener("order", (event) => state.set({ order: detailOf(event) }));

/** @param {Event} event */
const detailOf = (event) => /** @type {CustomEvent} */ (event).detail;

const refresh = newest((/** @type {typeof state.values} */ values) => lesson.work(() => show({ ...values, ...painting })));

/** @param {typeof state.values} values */
async function show(values) {
  if (values.preset === PHOTO && !photo) return;
  const shown = values.preset === PHOTO && photo ? livingCase(values, photo, photoLooks) : drawnCase(values, presets, drawnLooks);
  const confidence = limitedConfidence(values.confidence);
  const classes = shown.looks.length;
  const position = { x: limited(values.x, shown.width - 1), y: limited(values.y, shown.height - 1) };
  // What was drawn is seen before anything is computed.
  grids.show(shown, { ...values, confidence, position });

  const parameters = completed(values, shown.truth, classes);
  const { step, order, loss } = choicesOf(values);
  const stepped = withPrediction(shown, partlyWrong(shown, step / (STEPS - 1), order), confidence);
  const cases = [shown, withPrediction(shown, shown.truth, confidence), withPrediction(shown, allWrong(shown), confidence), stepped];
  const [evaluation, perfect, wrong, ofStep] = await evaluated(cases, parameters, confidence);

  grids.showMeasured(shown, evaluation.measured);
  overview.show(shown, evaluation, position);
  detail.show(loss, shown, parameters, evaluation, { position, by: values.by });
  sight.show(shown, { evaluation, perfect, wrong });
  steps.show(stepped, { evaluation: ofStep, perfect, wrong });
  overview.latest = { shown, parameters, evaluation };
}

/** What an address, which people type, may mean. @param {typeof state.values} values */
function choicesOf({ step, order, loss }) {
  /** @type {import("./evaluation.js").Order} */
  const first = order === "rare" ? "rare" : "spread";
  return { step: limited(step, STEPS - 1), order: first, loss: LOSSES.find((key) => key === loss) ?? LOSSES[0] };
}

/** What was evaluated last, for those who only choose another pixel or loss. */
let known = { question: "", of: /** @type {import("./photo-case.js").PhotoCase | null} */ (null), answer: /** @type {import("./evaluation.js").Evaluation[]} */ ([]) };

/** @param {import("./case.js").ShownCase[]} cases @param {import("./loss-list.js").Parameters} parameters @param {number} confidence */
async function evaluated(cases, parameters, confidence) {
  const question = JSON.stringify([parameters, confidence, cases.map(({ truth, predicted }) => [encodeCells(truth), encodeCells(predicted)])]);
  const of = cases[0].photo ? photo : null;
  if (known.question !== question || known.of !== of) known = { question, of, answer: await Promise.all(cases.map((one) => evaluate(lab, one, parameters))) };
  return known.answer;
}

/** A whole number of an address. @param {number} value @param {number} most */
const limited = (value, most) => Math.min(Math.max(Math.round(value), 0), most);

state.onChange(() => {
  const { preset } = state.values;
  const { step, order, loss } = choicesOf(state.values);
  grids.choosePreset(preset);
  overview.choose(loss);
  steps.stand(step, order);
  if (preset === PHOTO && !chooser) {
    chooser = lesson.photoChooser(usePhoto);
    grids.addChooser(chooser);
  }
  void refresh(state.values);
});

/** @param {import("../shell/photo.js").Photo} chosen */
async function usePhoto(chosen) {
  const isOther = photo !== null;
  photo = await photoCase(lab, chosen);
  // What was painted over one photo is not true of another.
  if (isOther) state.set({ truth: "" });
  await refresh(state.values);
}

askQuestions(lesson, presets, drawnLooks);
