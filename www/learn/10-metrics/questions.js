import { drawn } from "./compared.js";
import { meanOf } from "./pictures-table.js";

/**
 * Questions whose answers are computed, whatever the lesson shows.
 * @param {import("../shell/lesson.js").Lesson<any>} lesson
 * @param {import("./compared.js").Presets} presets
 * @param {import("../paint/cell-looks.js").Look[]} looks
 */
export function askQuestions(lesson, presets, looks) {
  const { lab, texts } = lesson;
  const pictures = [...presets.cases.keys()].map((picture) => drawn({ picture, truth: "", prediction: "" }, presets, looks));
  const measure = (/** @type {{truth: Uint8Array, predicted: Uint8Array}} */ { truth, predicted }) => lab.measure(truth, predicted, looks.length);

  lesson.question("q1", async () => {
    // One hit and one false alarm.
    const { classes } = await lab.measure(Uint8Array.of(1, 0), Uint8Array.of(1, 1), 2);
    const { iou, dice } = classes[1];
    return { answer: dice ?? 0, values: { iou: iou ?? 0, dice: dice ?? 0 } };
  });

  lesson.question("q2", async () => {
    const absent = drawn({ picture: "absent", truth: "", prediction: "" }, presets, looks);
    const { classes, meanIou } = await measure(absent);
    const ious = classes.map(({ iou }) => iou);
    const filled = (/** @type {number} */ value) => meanOf(ious.map((iou) => iou ?? value)) ?? 0;
    const [asZero, asOne] = [filled(0), filled(1)];
    const answer = [asZero, asOne, meanOf(ious) ?? 0].findIndex((value) => Math.abs(value - meanIou) < 1e-9);
    return { answer, values: { mean: meanIou, asZero, asOne } };
  });

  lesson.question("q3", async () => {
    const absent = drawn({ picture: "absent", truth: "", prediction: "" }, presets, looks);
    const predicted = absent.truth.slice();
    predicted[0] = looks.length - 1;
    const [perfect, touched] = await Promise.all([measure({ ...absent, predicted: absent.truth }), measure({ ...absent, predicted })]);
    return {
      answer: 100 * touched.meanIou,
      values: { before: texts.percent(perfect.meanIou), after: texts.percent(touched.meanIou), accuracy: texts.number(100 * touched.pixelAccuracy) },
    };
  });

  lesson.question("q4", async () => {
    const joined = (/** @type {"truth" | "predicted"} */ key) => Uint8Array.from(pictures.flatMap((picture) => [...picture[key]]));
    const [all, ...each] = await Promise.all([measure({ truth: joined("truth"), predicted: joined("predicted") }), ...pictures.map(measure)]);
    // Of the class that every picture has.
    const mean = meanOf(each.map(({ classes }) => classes[1].iou)) ?? 0;
    const global = all.classes[1].iou ?? 0;
    return { answer: mean > global ? 0 : 1, values: { mean, global } };
  });
}
