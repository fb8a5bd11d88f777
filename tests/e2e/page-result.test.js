// A photo becomes a mask: against ground truth, and in every file a visitor can take away.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { onEveryBackend } from "./harness.js";
import { catalogueEntry, exportFile, exportMask, iou, openPage, readTruth, samplePath, segmentPhoto, waitForState } from "./page-driver.js";
import { decodePng } from "./png.js";

const TRUTH = join(import.meta.dirname, "truth");
const PERSON = 1;

onEveryBackend("a photo of a person becomes a mask that agrees with one drawn by hand", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const mask = await exportMask(page);
  const agreement = iou(await readTruth(join(TRUTH, "astronaut.png")), PERSON, mask, PERSON);
  assert.ok(agreement >= 0.88, `IoU ${agreement}`);
  const { classes } = await catalogueEntry("people");
  assert.deepEqual(mask.palette.slice(0, classes.length), classes.map(({ colour }) => colour));
});

onEveryBackend("a sample on the page is one press away", {}, async (stage) => {
  const page = await openPage(stage);
  await page.getByRole("button", { name: "Astronaut in front of a flag" }).click();
  await waitForState(page, "done");
  assert.match((await page.locator("#status").textContent()) ?? "", /^Done: .*person \d+\.\d %/);
});

onEveryBackend("areas, overlay, cut-out and report agree with the mask", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const mask = await exportMask(page);
  const persons = mask.data.reduce((count, id) => count + (id === PERSON ? 1 : 0), 0);

  const report = JSON.parse((await exportFile(page, "json")).toString());
  const found = report.classes.find((/** @type {{name: string}} */ { name }) => name === "person");
  assert.equal(found.pixels, persons);
  assert.ok(Math.abs(found.fraction - persons / mask.data.length) < 1e-6);
  assert.match(report.model.sha256, /^[0-9a-f]{64}$/);
  assert.equal(report.settings.opacity, 0.6);
  assert.ok(report.timings.first > 0 && report.timings.network > 0, JSON.stringify(report.timings));
  const share = await page.locator('class-legend [data-class="person"] .share').textContent();
  assert.equal(share, `${((100 * persons) / mask.data.length).toFixed(1)} %`);

  const photo = await photoPixels(page, "/www/samples/astronaut.jpg");
  const { colour } = (await catalogueEntry("people")).classes[PERSON];
  const overlay = decodePng(await exportFile(page, "overlay"));
  const cutOut = decodePng(await exportFile(page, "cut-out"));
  for (const png of [overlay, cutOut]) assert.deepEqual([png.width, png.height, png.channels], [512, 512, 4]);
  for (let i = 0; i < mask.data.length; i += 37) {
    const isPerson = mask.data[i] === PERSON;
    assert.equal(cutOut.data[4 * i + 3], isPerson ? 255 : 0, `alpha of pixel ${i}`);
    for (let c = 0; c < 3; c++) {
      const plain = photo[4 * i + c];
      const tinted = isPerson ? plain + 0.6 * (colour[c] - plain) : plain;
      assert.ok(Math.abs(overlay.data[4 * i + c] - tinted) <= 1, `overlay of pixel ${i}`);
      if (isPerson) assert.equal(cutOut.data[4 * i + c], plain, `cut-out of pixel ${i}`);
    }
  }
});

onEveryBackend("an upright photo comes from one that is stored lying, as its EXIF data says", {}, async (stage) => {
  const page = await openPage(stage);
  const upright = await readFile(samplePath("coffee.jpg"));
  await segmentPhoto(page, { name: "lying.jpg", mimeType: "image/jpeg", buffer: withOrientation(upright, 6) });
  const mask = await exportMask(page);
  assert.deepEqual([mask.width, mask.height], [400, 600]);
});

/**
 * The same JPEG file with an EXIF segment in front that holds only an orientation.
 * @param {Buffer} jpeg
 * @param {number} orientation 6: the camera lay on its side
 */
function withOrientation(jpeg, orientation) {
  const tiff = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

/**
 * RGBA of a picture as the browser decodes it.
 * @param {import("playwright-core").Page} page
 * @param {string} url
 */
function photoPixels(page, url) {
  return page.evaluate(async (address) => {
    const bitmap = await createImageBitmap(await (await fetch(address)).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    return [...(context?.getImageData(0, 0, bitmap.width, bitmap.height).data ?? [])];
  }, url);
}
