// The compare view, as a visitor's hands and eyes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { waitForState } from "./page-driver.js";
import { decodePng } from "./png.js";

/** @typedef {import("playwright-core").Page} Page */

/** One thread: a worker of a pane then has no workers of its own, which makes them easy to count. */
const ALONE = "threads=1";

/**
 * @param {import("./harness.js").Stage} stage
 * @param {string} query
 */
export async function openCompare({ openPage }, query) {
  return openPage(`/www/compare/?${ALONE}&${query}`);
}

/** @param {Page} page @param {string} name of a sample, in words */
export async function segmentSample(page, name) {
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name }).click();
  await waitForState(page, "done", 200_000);
}

/** @param {Page} page @param {string} letter */
export const paneOf = (page, letter) => page.getByRole("group", { name: `Pane ${letter}`, exact: true });

/** @param {Page} page @param {string} letter */
export async function saveMask(page, letter) {
  const download = page.waitForEvent("download", { timeout: 60_000 });
  await page.getByRole("button", { name: `Save the mask of pane ${letter}` }).click();
  const png = decodePng(await readFile(await (await download).path()));
  assert.equal(png.channels, 1);
  return png;
}

/** The part of the pixels that differ, as the page computed it. @param {Page} page */
export async function shownShare(page) {
  const share = page.locator("difference-view .share");
  await share.waitFor();
  return Number(await share.getAttribute("data-share"));
}

/**
 * Where each picture stands, in a measure that does not depend on its size: zoom, and the place in the middle of its window.
 * @param {Page} page
 */
export function places(page) {
  return page.locator("zoom-stage:visible").evaluateAll((stages) =>
    stages.map((stage) => {
      const window = stage.getBoundingClientRect();
      const frame = /** @type {HTMLElement} */ (stage.querySelector(".frame"));
      const box = frame.getBoundingClientRect();
      const middle = [(window.left + window.right) / 2, (window.top + window.bottom) / 2];
      const rounded = (/** @type {number} */ number) => Math.round(number * 1000) / 1000;
      return {
        zoom: rounded(box.width / parseFloat(frame.style.width)),
        x: rounded((middle[0] - box.left) / box.width),
        y: rounded((middle[1] - box.top) / box.height),
      };
    }),
  );
}

/**
 * The place that all pictures show; fails if they do not show the same.
 * @param {Page} page
 */
export async function commonPlace(page) {
  const [first, ...others] = await places(page);
  assert.ok(first && others.length > 0, "there are pictures to compare");
  for (const other of others) {
    for (const key of /** @type {const} */ (["zoom", "x", "y"])) {
      assert.ok(Math.abs(first[key] - other[key]) <= 0.003, `in step: ${JSON.stringify([first, ...others])}`);
    }
  }
  return first;
}
