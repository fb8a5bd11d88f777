// Networks of others, dropped on the page: the converter in the page makes of them what the native one does.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { onEveryBackend } from "./harness.js";
import { exportMask, openPage, samplePath, segmentPhoto, waitForError, waitForState } from "./page-driver.js";

const CASES = join(import.meta.dirname, "../golden/cases");
/** Of the goldens' networks. */
const CLASSES = 5;

/**
 * Opens a model file with the photo that is shown, and returns the mask.
 * @param {import("playwright-core").Page} page
 * @param {string} file in the folder of the cases
 * @param {string} name that the page gets to see
 */
async function maskWith(page, file, name) {
  await page.evaluate(() => delete document.documentElement.dataset.state);
  const buffer = await readFile(join(CASES, file));
  await page.locator(".model-file").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  await waitForState(page, "done");
  return exportMask(page);
}

for (const name of ["enet.onnx", "enet.pth.safetensors"]) {
  onEveryBackend(`${name}, dropped, runs as what the native import makes of it`, {}, async (stage) => {
    const page = await openPage(stage);
    await segmentPhoto(page, samplePath("astronaut.jpg"));
    const dropped = await maskWith(page, `import.${name}`, name);
    assert.match((await page.locator("model-picker").innerText()) ?? "", new RegExp(`${CLASSES} classes · 0\\.3\\d M parameters`));
    const native = await maskWith(page, `imported.${name}.safetensors`, "native.safetensors");
    assert.deepEqual([dropped.width, dropped.height], [512, 512]);
    assert.ok(new Set(dropped.data).size > 1, "more than one class");
    assert.deepEqual(dropped.data, native.data);
  });
}

onEveryBackend("an operation that we lack is named, with its place and what to do", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const file = await readFile(join(CASES, "import.enet.onnx"));
  // A name of the same length, so that the file stays one.
  const at = file.indexOf("PRelu");
  assert.ok(at > 0);
  file.write("Mystl", at);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.locator(".model-file").setInputFiles({ name: "mine.onnx", mimeType: "application/octet-stream", buffer: file });
  await waitForError(page, "model-unsupported");
  const message = await page.locator("message-bar").first().innerText();
  assert.match(message, /1 node cannot be expressed: Mystl ".+": there is no such operation here\. Replace/);
});
