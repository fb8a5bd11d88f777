// What is done with a live picture beside colouring it: other backgrounds, steady masks, borders, another rate.
import assert from "node:assert/strict";
import { onEveryBackend } from "./harness.js";
import { ALLOWED, ASTRONAUT, TIMEOUT, metered, openWatched, probe, startCamera } from "./live-driver.js";
import { samplePath } from "./page-driver.js";
import { decodePng } from "./png.js";

/** @typedef {import("playwright-core").Page} Page */

const LIVE = { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT };
/** Places on the stage, 0..1, as the mirror shows them. */
const ON_THE_FLAG = [0.94, 0.3];
const ON_THE_SUIT = [0.6, 0.85];

/**
 * The colour that the screen shows at a place of the stage.
 * @param {Page} page
 * @param {number[]} place
 */
async function colourAt(page, [across = 0, down = 0]) {
  const { width, height, channels, data } = decodePng(await page.locator("photo-stage .painted").screenshot());
  const at = (Math.floor(down * height) * width + Math.floor(across * width)) * channels;
  return Array.from(data.subarray(at, at + 3));
}

/** @param {number[]} a @param {number[]} b */
const distance = (a, b) => Math.max(...a.map((value, channel) => Math.abs(value - (b[channel] ?? 0))));

/**
 * A live picture whose network is small enough for a software GPU.
 * @param {import("./harness.js").Stage} stage
 */
async function openSmall(stage) {
  const page = await openWatched(stage);
  await startCamera(page);
  await page.locator("#network-side").selectOption("192");
  await page.waitForFunction(() => document.querySelector("live-meter")?.textContent?.includes("192 × 192"), null, { timeout: TIMEOUT });
  return page;
}

onEveryBackend("another picture stands behind the person", LIVE, async (stage) => {
  const page = await openSmall(stage);
  const [flag, suit] = [await colourAt(page, ON_THE_FLAG), await colourAt(page, ON_THE_SUIT)];
  await page.locator("#background").selectOption("a picture");
  await page.locator("#backdrop-file").setInputFiles(samplePath("coffee.jpg"));
  // It is there, and the view that shows it is on its way to the engine.
  await page.locator("#background option", { hasText: "another picture…" }).waitFor({ state: "attached" });
  await probe(page, 0.2, 410);
  const [behind, front] = [await colourAt(page, ON_THE_FLAG), await colourAt(page, ON_THE_SUIT)];
  assert.ok(distance(behind, flag) > 20, `the flag was ${flag}, is ${behind}`);
  assert.ok(distance(front, suit) > 5, "the person is uncoloured before another background");
  assert.equal(await page.locator("#background").inputValue(), "a picture");
  await page.locator("#background").selectOption("another picture…");
  await page.locator("#backdrop-file").dispatchEvent("cancel");
  assert.equal(await page.locator("#background").inputValue(), "a picture", "who chooses none keeps the one that is");
});

onEveryBackend("halves are compared, and their flicker is told", LIVE, async (stage) => {
  const page = await openSmall(stage);
  await page.getByLabel("Steady").selectOption("halves");
  await page.getByText("as it comes").waitFor();
  await page.waitForFunction(() => document.querySelector("live-meter")?.textContent?.includes("Flicker"), null, { timeout: TIMEOUT });
  assert.match((await metered(page, "Flicker")) ?? "", /^\d+\.\d\d % steady, \d+\.\d\d % as it comes/);
  await page.getByLabel("Steady").selectOption("on");
  await page.waitForFunction(() => !document.querySelector("live-meter")?.textContent?.includes("Flicker"), null, { timeout: TIMEOUT });
  assert.ok(await page.getByText("as it comes").isHidden());
});

onEveryBackend("fine edges are painted, and can be had or not", LIVE, async (stage) => {
  const page = await openSmall(stage);
  await page.locator("#opacity").fill("100");
  const painted = async (/** @type {number} */ across, /** @type {number} */ x) => {
    await probe(page, across, x);
    return decodePng(await page.locator("photo-stage .painted").screenshot()).data;
  };
  const coarse = await painted(0.2, 410);
  await page.getByRole("button", { name: "Fine edges" }).click();
  const fine = await painted(0.25, 384);
  const differ = fine.filter((value, i) => Math.abs(value - (coarse[i] ?? 0)) > 40).length / fine.length;
  assert.ok(differ > 0.0005 && differ < 0.1, `${differ} of the values differ`);
});
