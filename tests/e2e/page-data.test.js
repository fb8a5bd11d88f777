// Photos of the data sets through the page, against their ground truth: a few of each, the whole split is `cargo xtask eval`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { onEveryBackend } from "./harness.js";
import { addToConfusion, catalogueEntry, chooseModel, emptyConfusion, exportMask, iouByClass, openPage, readTruth, segmentPhoto, waitForState } from "./page-driver.js";

const DATA = process.env.SEGSCOPE_DATA;
/** @type {import("./harness.js").Options} */
const withData = { skip: DATA ? false : "SEGSCOPE_DATA is not set", timeout: 600_000 };
const PHOTOS = 6;

/**
 * IoU by class over photos spread evenly over a split.
 * @param {import("./harness.js").Stage} stage
 * @param {{model: string, pack: string, split: string}} what
 */
async function score(stage, { model, pack, split }) {
  const folder = join(/** @type {string} */ (DATA), pack);
  const names = (await readFile(join(folder, `${split}.txt`), "utf8")).trim().split("\n");
  const chosen = Array.from({ length: PHOTOS }, (_, index) => names[Math.floor(((index + 0.5) * names.length) / PHOTOS)]);
  const page = await openPage(stage);
  await chooseModel(page, model);
  await waitForState(page, "ready");
  const confusion = emptyConfusion((await catalogueEntry(model)).classes.length);
  for (const name of chosen) {
    await segmentPhoto(page, join(folder, "images", `${name}.jpg`));
    addToConfusion(confusion, await readTruth(join(folder, "masks", `${name}.png`)), await exportMask(page));
  }
  return iouByClass(confusion);
}

onEveryBackend("people: six photos of the validation split", withData, async (stage) => {
  const [, person] = await score(stage, { model: "people", pack: "people_ccp", split: "val" });
  assert.ok(person >= 0.9, `person IoU ${person}`);
});

onEveryBackend("street: six photos of the test split", withData, async (stage) => {
  const iou = (await score(stage, { model: "street", pack: "street_camvid", split: "test" })).filter((value) => !Number.isNaN(value));
  const mean = iou.reduce((sum, value) => sum + value, 0) / iou.length;
  assert.ok(mean >= 0.55, `mean IoU ${mean} of ${iou}`);
});
