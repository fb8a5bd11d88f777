// Lessons under a finger, on a phone: what a tap chooses, what a drag moves or paints, and where it scrolls the page instead.
import assert from "node:assert/strict";
import { address, lessonDriver } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */
/** @typedef {{x: number, y: number}} Point */

const PHONE = { context: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } } };

/** Where `share` of an element's sides is, in the middle of the window. @param {Locator} element @returns {Promise<(share: Point) => Point>} */
async function placesOf(element) {
  await element.evaluate((found) => found.scrollIntoView({ block: "center", behavior: "instant" }));
  const box = await element.boundingBox();
  assert.ok(box);
  return ({ x, y }) => ({ x: box.x + x * box.width, y: box.y + y * box.height });
}

/** @param {Page} page @param {Point} at */
const tap = (page, { x, y }) => page.touchscreen.tap(x, y);

/** A finger goes down, along, and up; says how far the page has scrolled. @param {Page} page @param {Point} from @param {Point} to */
async function drag(page, from, to) {
  const scrolled = () => page.evaluate(() => scrollY);
  const before = await scrolled();
  const finger = await page.context().newCDPSession(page);
  await finger.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [from] });
  for (let step = 1; step <= 12; step++) {
    const along = (/** @type {"x" | "y"} */ axis) => from[axis] + ((to[axis] - from[axis]) * step) / 12;
    await finger.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: along("x"), y: along("y") }] });
  }
  await finger.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return (await scrolled()) - before;
}

const patches = lessonDriver(2);
patches.lessonTest("a finger draws the window over the picture, and the page stays", PHONE, async (stage) => {
  const page = await patches.openLesson(stage);
  const at = await placesOf(page.locator("sliding-window .framed"));
  assert.equal(await drag(page, at({ x: 0.2, y: 0.2 }), at({ x: 0.5, y: 0.5 })), 0);
  await waitForState(page, "done");
  // 25 by 25 patches; that in the middle.
  assert.equal(address(page).get("patch"), "312");
  assert.match(await page.locator("sliding-window").innerText(), /Patch 313 of 625/);
});

const arithmetic = lessonDriver(3);
arithmetic.lessonTest("a tap on an output cell writes its sum, which stays", PHONE, async (stage) => {
  const page = await arithmetic.openLesson(stage, "padding=1");
  const at = await placesOf(page.getByRole("img", { name: "Output, channel 1, row 1, column 2" }));
  await tap(page, at({ x: 0.5, y: 0.5 }));
  await page.locator("cell-sum [role=status]").getByText("row 1, column 2 is 14, a sum of 9 products").waitFor();
  assert.equal(await page.locator(".input .cell.patch").count(), 9);
});

const field = lessonDriver(4);
field.lessonTest("a tap moves the place whose field is shown", PHONE, async (stage) => {
  const page = await field.openLesson(stage);
  const at = await placesOf(page.locator("photo-field canvas"));
  await tap(page, at({ x: 0.25, y: 0.75 }));
  await page.getByText(/The one at column 12, row 36/).waitFor();
  await waitForState(page, "done");
});

const attention = lessonDriver(8);
attention.lessonTest("a tap is a new query", { ...PHONE, timeout: 180_000 }, async (stage) => {
  const page = await attention.openLesson(stage);
  const at = await placesOf(page.locator(".asked canvas"));
  await tap(page, at({ x: 0.75, y: 0.5 }));
  await page.waitForFunction(() => new URL(location.href).searchParams.has("x"));
  await waitForState(page, "done");
  for (const [axis, wanted] of /** @type {const} */ ([["x", 0.75], ["y", 0.5]])) assert.ok(Math.abs(Number(address(page).get(axis)) - wanted) < 0.01, axis);
});

const losses = lessonDriver(9);
losses.lessonTest("a drag paints on a grid and scrolls the page on a map", PHONE, async (stage) => {
  const page = await losses.openLesson(stage);
  const wrong = async () => Number((await page.locator("case-grids").innerText()).match(/(\d+) of 432 pixels wrong/)?.[1]);
  const before = await wrong();
  await page.getByRole("radio", { name: "3 dividing cell" }).check();
  const grid = await placesOf(page.getByRole("application", { name: /^Prediction/ }));
  // Down the first column, of 24, from the second row to the last but one, of 18: it was background and is so in truth.
  const [top, bottom] = [1, 16].map((row) => grid({ x: 0.5 / 24, y: (row + 0.5) / 18 }));
  assert.equal(await drag(page, top, bottom), 0, "painting does not scroll");
  await waitForState(page, "done");
  assert.equal((await wrong()) - before, 16);

  const map = await placesOf(page.locator("loss-overview canvas").first());
  assert.ok((await drag(page, map({ x: 0.5, y: 0.9 }), { ...map({ x: 0.5, y: 0.9 }), y: 100 })) > 100, "a map leaves the finger to the page");
  assert.equal((await wrong()) - before, 16);
});
