// Models: the catalogue's own and its authors', kept, deleted, used without a network; converted by the same code that
// a visitor's browser runs, the checkpoint coming from disk in place of its authors' server.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { onEveryBackend } from "./harness.js";
import {
  catalogueEntry,
  chooseModel,
  exportFile,
  exportMask,
  iou,
  openPage,
  readTruth,
  samplePath,
  segmentPhoto,
  waitForError,
  waitForState,
} from "./page-driver.js";

const WEIGHTS = process.env.SEGSCOPE_WEIGHTS;
/** @type {import("./harness.js").Options} */
const withWeights = { skip: WEIGHTS ? false : "SEGSCOPE_WEIGHTS is not set", allow: [/raw\.githubusercontent\.com/], timeout: 300_000 };

/**
 * Answers for the authors' server. Returns the addresses that were asked.
 * @param {import("playwright-core").Page} page
 * @param {import("./page-driver.js").Entry} entry
 */
async function serveCheckpoint(page, { source }) {
  assert.ok(source && WEIGHTS);
  const body = await readFile(join(WEIGHTS, "espnet_v2", basename(new URL(source.url).pathname)));
  /** @type {string[]} */
  const asked = [];
  await page.route(source.url, (route) => {
    asked.push(route.request().url());
    return route.fulfill({ body, contentType: "application/octet-stream", headers: { "access-control-allow-origin": "*" } });
  });
  return asked;
}

onEveryBackend("objects is fetched from its authors, converted here, finds the cat, and is kept", withWeights, async (stage) => {
  const page = await openPage(stage);
  const entry = await catalogueEntry("objects");
  const asked = await serveCheckpoint(page, entry);
  await chooseModel(page, "objects");
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("chelsea.jpg"));
  const cat = entry.classes.findIndex(({ name }) => name === "cat");
  const agreement = iou(await readTruth(join(import.meta.dirname, "truth/chelsea.png")), 1, await exportMask(page), cat);
  assert.ok(agreement >= 0.8, `IoU ${agreement}`);
  assert.equal(asked.length, 1);

  const again = await stage.openPage("/");
  await waitForState(again, "ready");
  assert.match((await again.locator("kept-models").textContent()) ?? "", /Objects/);
  await chooseModel(again, "objects");
  await waitForState(again, "ready");
  await again.locator("kept-models").getByRole("button", { name: "Delete Objects" }).click();
  await again.waitForFunction(() => document.querySelectorAll("kept-models li").length === 0);
});

onEveryBackend("city is fetched and converted as well, and its file can be dropped instead", withWeights, async (stage) => {
  const page = await openPage(stage);
  const entry = await catalogueEntry("city");
  assert.ok(entry.source && WEIGHTS);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.locator(".model-file").setInputFiles(join(WEIGHTS, "espnet_v2", basename(new URL(entry.source.url).pathname)));
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const dropped = await exportMask(page);
  await serveCheckpoint(page, entry);
  await chooseModel(page, "city");
  await waitForState(page, "done");
  const fetched = await exportMask(page);
  assert.ok(Buffer.from(fetched.data).equals(Buffer.from(dropped.data)), "both ways give one mask");
});

onEveryBackend("a checkpoint with one wrong byte is thrown away", withWeights, async (stage) => {
  const page = await openPage(stage);
  const { source } = await catalogueEntry("objects");
  assert.ok(source && WEIGHTS);
  const body = await readFile(join(WEIGHTS, "espnet_v2", basename(new URL(source.url).pathname)));
  body[body.length >> 1] ^= 1;
  await page.route(source.url, (route) => route.fulfill({ body, headers: { "access-control-allow-origin": "*" } }));
  await chooseModel(page, "objects");
  await waitForError(page, "hash-mismatch");
  assert.equal(await page.locator("kept-models li").count(), 0);
});

onEveryBackend("a download can be cancelled", withWeights, async (stage) => {
  const page = await openPage(stage);
  const { source } = await catalogueEntry("objects");
  assert.ok(source);
  // Never answered: the visitor's patience ends it.
  await page.route(source.url, () => undefined);
  await chooseModel(page, "objects");
  await page.getByRole("button", { name: "Cancel" }).click();
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal(JSON.parse((await exportFile(page, "json")).toString()).model.id, "people");
});

onEveryBackend("a kept model needs no network", { allow: [/people\.safetensors/] }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal(await page.locator('kept-models [data-model="people"]').count(), 1);
  const again = await stage.openPage("/");
  await waitForState(again, "ready");
  await again.route("**/models/people.safetensors", (route) => route.abort());
  await segmentPhoto(again, samplePath("coffee.jpg"));
  assert.equal(await again.locator('[data-time="download"] dd').textContent(), "kept");
});

onEveryBackend("the classes of clothing and street are those of the catalogue", { timeout: 240_000 }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  for (const id of ["clothing", "street"]) {
    const { classes } = await catalogueEntry(id);
    await chooseModel(page, id);
    await waitForState(page, "done");
    assert.deepEqual((await exportMask(page)).palette.slice(0, classes.length), classes.map(({ colour }) => colour), id);
  }
});
