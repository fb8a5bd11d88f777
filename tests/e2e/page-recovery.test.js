// The GPU goes away, the engine stops: what a visitor sees then.
import assert from "node:assert/strict";
import { browserTest, onEveryBackend } from "./harness.js";
import { exportMask, keepDevice, loseDevice, openPage, samplePath, segmentPhoto, waitForError, waitForState } from "./page-driver.js";

browserTest("a lost GPU comes back with the same model, photo and settings", { timeout: 240_000 }, async (stage) => {
  await keepDevice(stage);
  const page = await openPage({ ...stage, query: "?backend=webgpu" });
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const before = await exportMask(page);
  await page.locator('class-legend [data-class="person"]').click();

  await loseDevice(page);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Run again" }).click();
  await waitForState(page, "done");
  const after = await exportMask(page);
  assert.ok(Buffer.from(after.data).equals(Buffer.from(before.data)), "the same mask");
  assert.equal(await page.locator('class-legend [data-class="person"]').getAttribute("aria-pressed"), "false");
  assert.equal(page.workers().length, 1, "the old engine is gone");
});

onEveryBackend("an engine that stopped offers a new page", { allow: [/RuntimeError/] }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const [worker] = page.workers();
  // What a trap inside one of the wasm's own promises looks like.
  await worker.evaluate(() => void Promise.reject(new WebAssembly.RuntimeError("unreachable")));
  await page.getByRole("button", { name: "Run again" }).click();
  await waitForError(page, "engine-crashed");
  await page.getByRole("button", { name: "Reload the page" }).click();
  await waitForState(page, "ready");
});
