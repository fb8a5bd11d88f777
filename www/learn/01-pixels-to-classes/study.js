import { answerOn } from "./answer.js";
import { classesOf } from "../shell/named-class.js";
import { besideItself, greyPhoto, resized } from "./pictures.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {Awaited<ReturnType<typeof study>>} Study */

/**
 * A network's answers on a photo in colour and in grey, and what is shown with them.
 * @param {Pick<import("../shell/lesson.js").Lesson<any>, "lab" | "texts">} lesson
 * @param {Photo} of
 * @param {string} id of the network
 */
export async function study({ lab, texts }, of, id) {
  const model = await lab.model(id);
  const description = await model.describe(await model.sizeFor(of));
  const output = description.nodes[description.output].name;
  await model.setTaps([output]);
  const [colour, grey] = await Promise.all([answerOn(model, output, of), answerOn(model, output, greyPhoto(of))]);
  const firstLayer = /** @type {import("../shell/lab-types.d.ts").NodeDescription} */ (description.nodes.find(({ op }) => op === "conv2d"));
  return { photo: of, model, output, colour, grey, firstLayer, classes: classesOf(texts, model.info), pixels: resized(of, colour) };
}

/**
 * What the tasks look at: the answer itself, or that on the photo beside itself.
 * @param {Study} about
 * @param {number} copies
 * @param {number} gap in widths of the photo
 */
export async function sceneOf({ photo: of, model, output, colour, pixels }, copies, gap) {
  if (copies !== 2) return { answer: colour, pixels };
  const beside = besideItself(of, gap);
  const answer = await answerOn(model, output, beside);
  return { answer, pixels: resized(beside, answer) };
}
