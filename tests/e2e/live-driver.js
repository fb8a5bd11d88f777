// A live picture, as a visitor has it: a camera that shows the astronaut, its controls, and what they do.
import assert from "node:assert/strict";
import { cameraShowing } from "./fake-camera.js";
import { catalogueEntry, iou, openPage, samplePath } from "./page-driver.js";
import { decodePng } from "./png.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./page-driver.js").Mask} Mask */

/** Switches for a Chromium with this camera. */
export const ASTRONAUT = await cameraShowing(samplePath("astronaut.jpg"), "astronaut");
/** Of a browser context that lets pages use it. */
export const ALLOWED = { permissions: ["camera"] };
/** A frame of a software GPU takes seconds at full size. */
export const TIMEOUT = 240_000;

/** Keeps what the page gets from the browser where a test can see it: streams, and how many frames, the last of which time in seconds. */
const WATCH = `
  globalThis.streams = [];
  globalThis.framesTaken = 0;
  globalThis.frameTime = 0;
  const getUserMedia = navigator.mediaDevices?.getUserMedia;
  if (getUserMedia) navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await getUserMedia.call(navigator.mediaDevices, wanted);
    streams.push(stream);
    return stream;
  };
  globalThis.VideoFrame = class extends VideoFrame {
    constructor(...from) { super(...from); framesTaken += 1; frameTime = this.timestamp / 1e6; }
  };
`;

/** @param {import("./harness.js").Stage} stage */
export async function openWatched(stage) {
  await stage.context.addInitScript(WATCH);
  return openPage(stage);
}

/** @param {Page} page */
export async function startCamera(page) {
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await page.waitForFunction(() => ["live", "error"].includes(document.documentElement.dataset.state ?? ""), null, { timeout: TIMEOUT });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "live", (await page.locator("message-bar").textContent()) ?? "");
}

/** @param {Page} page */
export const waitForLive = (page) => page.waitForFunction(() => document.documentElement.dataset.state === "live", null, { timeout: TIMEOUT });

/** @param {Page} page @param {string} name of a row */
export const metered = (page, name) => page.locator("live-meter dt", { hasText: new RegExp(`^${name}$`) }).locator("+ dd").textContent();

/** @param {Page} page */
export const trackStates = (page) =>
  page.evaluate(() => /** @type {any} */ (globalThis).streams.map((/** @type {MediaStream} */ stream) => stream.getTracks()[0]?.readyState));

/**
 * @param {Page} page
 * @param {number} count
 */
export async function framesLater(page, count) {
  const before = await page.evaluate(() => /** @type {any} */ (globalThis).framesTaken);
  await page.waitForFunction((wanted) => /** @type {any} */ (globalThis).framesTaken >= wanted, before + count);
}

/**
 * Seeks in the film that is open, and waits until the engine was given the very frame that another player of it shows there.
 * @param {Page} page
 * @param {{buffer: Buffer}} film
 * @param {number} share 0..1 of its length
 */
export async function seek(page, { buffer }, share) {
  await page.locator("live-bar").getByLabel("Time").fill(String(share));
  const wanted = await page.evaluate(
    async ({ base64, share }) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      const video = Object.assign(document.createElement("video"), { muted: true, src: URL.createObjectURL(new Blob([bytes])) });
      const presented = () => new Promise((resolve) => video.requestVideoFrameCallback((_, { mediaTime }) => resolve(mediaTime)));
      await presented();
      const sought = presented();
      video.currentTime = share * video.duration;
      return /** @type {Promise<number>} */ (sought);
    },
    { base64: buffer.toString("base64"), share },
  );
  // A frame's own time is in whole microseconds.
  await page.waitForFunction((wanted) => Math.abs(/** @type {any} */ (globalThis).frameTime - wanted) < 1e-4, wanted);
}

/**
 * Clicks the middle of the stage's height and waits for the answer about the pixel in column `x`, give or take two.
 * @param {Page} page
 * @param {number} across 0..1 of the stage
 * @param {number} x of the picture
 */
export async function probe(page, across, x) {
  const surface = page.locator("photo-stage .surface");
  const box = await surface.boundingBox();
  assert.ok(box);
  await surface.click({ position: { x: across * box.width, y: 0.5 * box.height } });
  await page.waitForFunction(
    (x) => Math.abs(Number(/x (\d+)/.exec(document.querySelector("pixel-probe .place")?.textContent ?? "")?.[1]) - x) <= 2,
    x,
    { timeout: TIMEOUT / 4 },
  );
}

/**
 * Where the screen shows a class, by its colour, at a size: `classId` there and 0 elsewhere.
 * @param {Page} page
 * @param {{width: number, height: number}} size
 * @param {number[]} colour
 * @param {number} classId
 * @returns {Promise<Mask>}
 */
async function shownOnScreen(page, { width, height }, colour, classId) {
  const shot = decodePng(await page.locator("photo-stage .painted").screenshot());
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const x = Math.floor((((i % width) + 0.5) * shot.width) / width);
    const y = Math.floor(((Math.floor(i / width) + 0.5) * shot.height) / height);
    const at = (y * shot.width + x) * shot.channels;
    data[i] = colour.every((value, channel) => Math.abs(value - shot.data[at + channel]) <= 2) ? classId : 0;
  }
  return { width, height, data };
}

/**
 * Waits until the screen shows a class where it is; a painting that the engine has done is there some frames later. Needs full opacity.
 * @param {Page} page
 * @param {{model: string, classId: number, truth: Mask}} what
 * @param {number} wanted IoU
 */
export async function agreesOnScreen(page, { model, classId, truth }, wanted) {
  const { colour } = (await catalogueEntry(model)).classes[classId];
  for (let attempt = 0; ; attempt++) {
    const live = iou(truth, classId, await shownOnScreen(page, truth, colour, classId), classId);
    if (live >= wanted) return;
    assert.ok(attempt < 20, `live: IoU ${live}`);
  }
}
