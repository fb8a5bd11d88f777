// A camera, as a visitor has it: started, mirrored, swapped, refused, hidden, lost.
import assert from "node:assert/strict";
import { join } from "node:path";
import { accessibilityViolations, tooSmallControls } from "./accessibility.js";
import { browserTest, onEveryBackend } from "./harness.js";
import { ALLOWED, ASTRONAUT, TIMEOUT, agreesOnScreen, framesLater, metered, openWatched, probe, startCamera, trackStates, waitForLive } from "./live-driver.js";
import { exportMask, iou, keepDevice, loseDevice, openPage, readTruth, waitForError, waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./page-driver.js").Mask} Mask */

const TWO_CAMERAS = ["--use-fake-device-for-media-stream=device-count=2"];
const PERSON = 1;

/** @param {Mask} mask @returns {Mask} */
function mirrored({ width, height, data }) {
  return { width, height, data: data.map((_, i) => data[i - (i % width) + width - 1 - (i % width)] ?? 0) };
}

onEveryBackend("a live mask agrees with one drawn by hand, and the still with what was on screen", { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
  const page = await openWatched(stage);
  await startCamera(page);
  const truth = await readTruth(join(import.meta.dirname, "truth/astronaut.png"));
  await page.locator("#network-side").selectOption("256");
  await page.waitForFunction(() => document.querySelector("live-meter")?.textContent?.includes("256 × 256"), null, { timeout: TIMEOUT });
  await page.locator("#opacity").fill("100");
  // Asked of a pixel, the engine answers when the new opacity is painted.
  await probe(page, 0.2, 410);
  await agreesOnScreen(page, { model: "people", classId: PERSON, truth: mirrored(truth) }, 0.85);

  await page.getByRole("button", { name: "Mirror" }).click();
  await probe(page, 0.2, 102);
  await agreesOnScreen(page, { model: "people", classId: PERSON, truth }, 0.85);

  await page.getByRole("button", { name: "Mirror" }).click();
  await page.keyboard.press("s");
  await waitForState(page, "done", TIMEOUT);
  const still = iou(mirrored(truth), PERSON, await exportMask(page), PERSON);
  assert.ok(still >= 0.85, `still: IoU ${still}`);
  assert.deepEqual(await trackStates(page), ["ended"], "the camera is given back");
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  const context = { ...ALLOWED, colorScheme, bypassCSP: true, viewport: { width: 390, height: 844 }, hasTouch: true };
  browserTest(`a live picture on a phone, ${colorScheme}: axe finds nothing, no scroll, nothing too small`, { browserArgs: ASTRONAUT, context }, async (stage) => {
    const page = await openWatched({ ...stage, query: "?backend=cpu" });
    await startCamera(page);
    await page.getByRole("button", { name: "Record" }).click();
    await framesLater(page, 3);
    assert.deepEqual(await accessibilityViolations(page), []);
    assert.deepEqual(await tooSmallControls(page), []);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the page is ${width} pixels wide`);
    await page.getByRole("button", { name: "Discard" }).click();
  });
}

browserTest("a click in the mirror means the pixel that is seen there", { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  await probe(page, 0.25, 384);
  await page.getByRole("button", { name: "Mirror" }).click();
  await probe(page, 0.25, 128);
});

browserTest("on the GPU not a byte of a frame is read back", { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=webgpu" });
  await startCamera(page);
  await page.locator("#network-side").selectOption("192");
  await page.waitForFunction(() => document.querySelector("live-meter")?.textContent?.includes("192 × 192"), null, { timeout: TIMEOUT });
  assert.equal(await metered(page, "Path"), "GPU only");
  assert.equal(await metered(page, "Read back per frame"), "0 bytes");
  // SwiftShader has a clock too.
  assert.match((await metered(page, "GPU's clock")) ?? "", /^\d+(\.\d)? ms for the network$/);
});

browserTest("stop gives the camera back, and the stage is empty again", { browserArgs: ASTRONAUT, context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  assert.deepEqual(await trackStates(page), ["live"]);
  await page.getByRole("button", { name: "Stop" }).click();
  assert.deepEqual(await trackStates(page), ["ended"]);
  await waitForState(page, "ready");
  assert.ok(await page.locator("#empty").isVisible());
  assert.ok(await page.locator("live-bar").isHidden());
});

browserTest("a file dialog that is dismissed leaves the live picture alone", { browserArgs: ASTRONAUT, context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  const state = await page.locator("#file").evaluate((input) => {
    input.dispatchEvent(new Event("cancel", { bubbles: true }));
    return document.documentElement.dataset.state;
  });
  assert.equal(state, "live");
});

browserTest("another camera takes the first one's place", { browserArgs: TWO_CAMERAS, context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  const cameras = page.locator("live-bar #camera");
  const [first, second] = await cameras.locator("option").evaluateAll((options) => options.map((option) => /** @type {HTMLOptionElement} */ (option).value));
  assert.equal(await cameras.inputValue(), first);
  await cameras.selectOption(second ?? "");
  await page.waitForFunction(() => /** @type {any} */ (globalThis).streams.length === 2);
  await waitForLive(page);
  assert.deepEqual(await trackStates(page), ["ended", "live"]);
  assert.equal(await cameras.inputValue(), second);
});

browserTest("a camera that is refused has its sentence, and a photo still works", { browserArgs: ASTRONAUT }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await waitForError(page, "camera-denied");
  await page.getByRole("button", { name: "Ginger cat" }).click();
  await waitForState(page, "done");
});

browserTest("a machine without a camera is told so", { context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await waitForError(page, "no-camera");
});

browserTest("a camera that another program holds has its sentence", { browserArgs: ASTRONAUT, context: ALLOWED }, async (stage) => {
  await stage.context.addInitScript(() => {
    // A blank page has none.
    if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("in use", "NotReadableError"));
  });
  const page = await openPage({ ...stage, query: "?backend=cpu" });
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await waitForError(page, "camera-taken");
});

browserTest("a camera that is unplugged ends the live picture with a sentence", { browserArgs: ASTRONAUT, context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  await page.evaluate(() => /** @type {any} */ (globalThis).streams[0].getTracks()[0].dispatchEvent(new Event("ended")));
  await waitForError(page, "camera-unplugged");
  assert.deepEqual(await trackStates(page), ["ended"]);
  await startCamera(page);
});

for (const backend of ["cpu", "webgpu"]) {
  browserTest(`${backend}: a browser without frames of its own shows its camera all the same`, { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
    await stage.context.addInitScript("delete globalThis.VideoFrame");
    const page = await openPage({ ...stage, query: `?backend=${backend}` });
    await startCamera(page);
    await page.locator("#network-side").selectOption("192");
    await page.waitForFunction(() => document.querySelector("live-meter")?.textContent?.includes("192 × 192"), null, { timeout: TIMEOUT });
    await page.locator("#opacity").fill("100");
    const truth = await readTruth(join(import.meta.dirname, "truth/astronaut.png"));
    await agreesOnScreen(page, { model: "people", classId: PERSON, truth: mirrored(truth) }, 0.8);
  });
}

browserTest("a page that is hidden takes no frames, and goes on when it is seen again", { browserArgs: ASTRONAUT, context: ALLOWED }, async (stage) => {
  const page = await openWatched({ ...stage, query: "?backend=cpu" });
  await startCamera(page);
  const hide = (/** @type {boolean} */ isHidden) =>
    page.evaluate((isHidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, value: isHidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, isHidden);
  /** Frames that the page took while the camera made twenty more. */
  const takenMeanwhile = () =>
    page.evaluate(async () => {
      const watcher = Object.assign(document.createElement("video"), { muted: true, srcObject: /** @type {any} */ (globalThis).streams[0] });
      await watcher.play();
      const before = /** @type {any} */ (globalThis).framesTaken;
      for (let i = 0; i < 20; i++) await new Promise((resolve) => watcher.requestVideoFrameCallback(resolve));
      return /** @type {any} */ (globalThis).framesTaken - before;
    });
  await hide(true);
  const rested = await takenMeanwhile();
  assert.ok(rested <= 1, `${rested} frames while hidden`);
  assert.deepEqual(await trackStates(page), ["live"]);
  await hide(false);
  assert.ok((await takenMeanwhile()) > 1);
});

browserTest("a GPU that is lost in the middle comes back, and the picture goes on", { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
  await keepDevice(stage);
  const page = await openWatched({ ...stage, query: "?backend=webgpu" });
  await startCamera(page);
  const [worker] = page.workers();
  await page.evaluate(() => {
    document.documentElement.dataset.state = "";
  });
  await loseDevice(page);
  await waitForLive(page);
  assert.deepEqual(await trackStates(page), ["live"], "the camera was kept");
  assert.ok(!page.workers().includes(/** @type {any} */ (worker)), "by a new engine");
});
