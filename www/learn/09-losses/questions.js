import { drawnCase } from "./case.js";
import { allWrong, evaluate, valueOf, wayOf, withPrediction } from "./evaluation.js";
import { DEFAULT_PARAMETERS, completed } from "./loss-list.js";
import { scoresOf } from "./scores.js";

/** @typedef {import("./loss-list.js").LossKey} LossKey */

/** The sureness at which the questions look. */
const CONFIDENCE = 0.9;

/**
 * Questions whose answers are computed with the usual hyper-parameters, whatever the lesson shows.
 * @param {import("../shell/lesson.js").Lesson<any>} lesson
 * @param {import("./case.js").Presets} presets
 * @param {import("../paint/cell-looks.js").Look[]} looks
 */
export function askQuestions(lesson, presets, looks) {
  const { lab, texts } = lesson;
  const imbalanced = (/** @type {number} */ confidence) => drawnCase({ preset: "imbalanced", truth: "", prediction: "", confidence, shift: 0 }, presets, looks);
  const evaluated = (/** @type {import("./loss-list.js").Case} */ of) => evaluate(lab, of, completed(DEFAULT_PARAMETERS, of.truth, looks.length));

  lesson.question("q1", async () => {
    const { measured } = await evaluated(imbalanced(CONFIDENCE));
    return { answer: 100 * measured.pixelAccuracy, values: { accuracy: texts.percent(measured.pixelAccuracy), iou: texts.percent(measured.meanIou) } };
  });

  lesson.question("q2", async () => {
    const of = imbalanced(CONFIDENCE);
    const others = [of, withPrediction(of, of.truth, CONFIDENCE), withPrediction(of, allWrong(of), CONFIDENCE)];
    const [evaluation, perfect, wrong] = await Promise.all(others.map(evaluated));
    const ways = /** @type {LossKey[]} */ (["cross_entropy", "class_weighted", "dice"]).map((key) => wayOf(key, { evaluation, perfect, wrong }));
    const missed = 1 - valueOf(evaluation, "accuracy");
    const [cross, weighted, dice] = ways.map((way) => texts.percent(way));
    return { answer: leastOf(ways.map((way) => Math.abs(way - missed))), values: { missed: texts.percent(missed), cross, weighted, dice } };
  });

  lesson.question("q3", async () => {
    const onePixel = Uint8Array.of(1);
    const losses = /** @type {import("../shell/lab-types.d.ts").Loss[]} */ ([{ kind: "cross_entropy" }, { kind: "focal", gamma: 2 }]);
    const [cross, focal] = await Promise.all(losses.map((loss) => lab.evaluateLoss(loss, scoresOf(onePixel, looks.length, CONFIDENCE), onePixel, [looks.length, 1, 1])));
    return { answer: cross.value / focal.value, values: { cross: cross.value, focal: focal.value } };
  });

  lesson.question("q4", async () => {
    const [unsure, sure] = [0.6, 0.999].map(imbalanced);
    const [before, after] = await Promise.all([unsure, sure].map(evaluated));
    const push = (/** @type {import("./evaluation.js").Evaluation} */ { losses }, /** @type {LossKey} */ key) =>
      unsure.truth.reduce((sum, id, i) => (id === unsure.predicted[i] ? sum : sum + Math.abs(losses[key].gradient[id * unsure.truth.length + i])), 0);
    const changes = /** @type {LossKey[]} */ (["cross_entropy", "focal", "dice"]).map((key) => push(after, key) / push(before, key));
    const [cross, focal, dice] = changes;
    return { answer: leastOf(changes), values: { cross, focal, dice } };
  });
}

/** @param {number[]} values */
const leastOf = (values) => values.indexOf(Math.min(...values));
