// The other ways a photo comes in: dropped from the desktop, pasted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { onEveryBackend } from "./harness.js";
import { exportMask, openPage, samplePath, waitForState } from "./page-driver.js";

onEveryBackend("a photo dropped from the desktop is segmented, wherever it falls", {}, async (stage) => {
  const page = await openPage(stage);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  // What the operating system's drag does, down to the browser's own security checks.
  const protocol = await stage.context.newCDPSession(page);
  const data = { items: [], files: [samplePath("coffee.jpg")], dragOperationsMask: 1 };
  const at = { x: 20, y: 20, data };
  await protocol.send("Input.dispatchDragEvent", { type: "dragEnter", ...at });
  await protocol.send("Input.dispatchDragEvent", { type: "dragOver", ...at });
  assert.ok(await page.locator("photo-stage").evaluate((stage) => stage.classList.contains("is-drop-target")), "the page shows where it goes");
  await protocol.send("Input.dispatchDragEvent", { type: "drop", ...at });
  await waitForState(page, "done");
  assert.equal(await page.locator("photo-stage").evaluate((stage) => stage.classList.contains("is-drop-target")), false);
  assert.equal((await exportMask(page)).width, 600);
});

onEveryBackend("a pasted picture is segmented, pasted text is left alone", {}, async (stage) => {
  const page = await openPage(stage);
  const jpeg = (await readFile(samplePath("coffee.jpg"))).toString("base64");
  const isTaken = (/** @type {{text?: string, jpeg?: string}} */ { text, jpeg }) => {
    const data = new DataTransfer();
    if (text) data.setData("text/plain", text);
    if (jpeg) data.items.add(new File([Uint8Array.from(atob(jpeg), (c) => c.charCodeAt(0))], "image.jpg", { type: "image/jpeg" }));
    return !document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  };
  assert.equal(await page.evaluate(isTaken, { text: "a note" }), false);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  assert.equal(await page.evaluate(isTaken, { jpeg }), true);
  await waitForState(page, "done");
  assert.equal((await exportMask(page)).width, 600);
});
