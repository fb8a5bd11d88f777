// A photo looked at more closely, in tiles: from the page and through the API.
import assert from "node:assert/strict";
import { browserTest, onEveryBackend } from "./harness.js";
import { exportMask, openPage, samplePath, segmentPhoto, waitForState } from "./page-driver.js";
import { enlarged } from "./pictures.js";

/** @param {import("./page-driver.js").Page} page @param {string} detail */
async function chooseDetail(page, detail) {
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.locator("#detail").selectOption(detail);
}

onEveryBackend("a closer look goes over the photo in tiles and finds the same person", { timeout: 300_000 }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  assert.equal(await page.locator("#detail").isVisible(), false, "a small photo has nothing more to show");
  await segmentPhoto(page, await enlarged(page, samplePath("astronaut.jpg"), 1024));
  const atOnce = await exportMask(page);
  assert.deepEqual(await page.locator("#detail option").allTextContents(), ["whole photo at once", "2 times closer"]);
  await chooseDetail(page, "2");
  await page.getByText(/^Tile \d+ of \d+$/).waitFor();
  await waitForState(page, "done", 200_000);
  await page.getByText(/Network input 960 × 960/).waitFor();
  const closer = await exportMask(page);
  assert.deepEqual([closer.width, closer.height], [1024, 1024]);
  const same = atOnce.data.filter((id, at) => id === closer.data[at]).length / atOnce.data.length;
  // They part over the helmet in her arms.
  assert.ok(same >= 0.9 && same < 1, `the same class on ${same} of pixels`);
});

onEveryBackend("a closer look that is cancelled leaves the last mask", { timeout: 300_000 }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, await enlarged(page, samplePath("astronaut.jpg"), 2048));
  const before = await exportMask(page);
  await chooseDetail(page, "4");
  await page.getByText(/^Tile \d+ of \d+$/).waitFor();
  await page.locator("detail-chooser").getByRole("button", { name: "Cancel" }).click();
  await waitForState(page, "done");
  assert.equal(await page.locator("#detail").inputValue(), "1");
  const after = await exportMask(page);
  assert.ok(Buffer.from(after.data).equals(Buffer.from(before.data)));
});

browserTest("the API tells of tiles, and refuses a detail that cannot be had", {}, async (stage) => {
  const page = await stage.openPage("/examples/embed/index.html");
  const told = await page.evaluate(async () => {
    const { Engine } = await import(new URL("/www/engine.js", location.href).href);
    const engine = await Engine.create({ backend: "cpu" });
    await engine.loadModel("people");
    const canvas = new OffscreenCanvas(1200, 300);
    canvas.getContext("2d")?.fillRect(0, 0, 600, 300);
    /** @type {unknown[]} */
    const heard = [];
    const result = await engine.segment(canvas, { detail: 2, onProgress: (/** @type {unknown} */ progress) => heard.push(progress) });
    const { code } = await engine.segment(canvas, { detail: 17 }).catch((/** @type {unknown} */ error) => error);
    const stop = new AbortController();
    const stopped = engine.segment(canvas, { detail: 2, signal: stop.signal, onProgress: () => stop.abort() });
    const aborted = await stopped.catch((/** @type {unknown} */ error) => error);
    return { heard, size: [result.networkWidth, result.networkHeight], code, aborted: aborted.code };
  });
  const tiles = [1, 2, 3].map((done) => ({ phase: "tiles", done, total: 3 }));
  assert.deepEqual(told, { heard: tiles, size: [960, 256], code: "out-of-range", aborted: "aborted" });
});
