// The page, as a visitor's hands and eyes: open it, give it a photo, wait, take files away.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodePng } from "./png.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./harness.js").Stage} Stage */
/** @typedef {{width: number, height: number, data: Uint8Array | Buffer}} Mask Class ids; 255 in a ground truth is "not labelled". */

const ROOT = join(import.meta.dirname, "../..");
/** A software GPU needs seconds where a real one needs milliseconds. */
const PATIENCE_MS = 90_000;

/** @param {string} name of a file in www/samples */
export const samplePath = (name) => join(ROOT, "www/samples", name);

/** @typedef {{id: string, name: string, classes: {name: string, colour: number[]}[], file?: {path: string}, source?: {url: string, sha256: string}}} Entry */

/** @returns {Promise<Entry[]>} */
export async function catalogue() {
  return JSON.parse(await readFile(join(ROOT, "models/catalogue.json"), "utf8")).models;
}

/** @param {string} id @returns {Promise<Entry>} */
export async function catalogueEntry(id) {
  const entry = (await catalogue()).find((entry) => entry.id === id);
  assert.ok(entry, `${id} is in the catalogue`);
  return entry;
}

/** @param {Stage} stage */
export async function openPage({ openPage: open, query }) {
  const page = await open(`/${query}`);
  await waitForState(page, "ready");
  return page;
}

/**
 * Waits until the page stands somewhere; an unexpected error ends the wait with its sentence.
 * @param {Page} page
 * @param {"ready" | "done" | "error"} state
 * @param {number} [timeout]
 */
export async function waitForState(page, state, timeout = PATIENCE_MS) {
  await page.waitForFunction((wanted) => [wanted, "error"].includes(document.documentElement.dataset.state ?? ""), state, { timeout });
  const [reached, code] = await page.evaluate(() => [document.documentElement.dataset.state, document.documentElement.dataset.error]);
  assert.equal(reached, state, `${code}: ${(await page.locator("message-bar").allTextContents()).join(" ")}`);
}

/** @param {Page} page @param {string} code */
export async function waitForError(page, code) {
  await page.waitForFunction(() => document.documentElement.dataset.state === "error", null, { timeout: PATIENCE_MS });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.error), code);
  const sentence = await page.locator("message-bar").getByRole("alert").textContent();
  assert.match(sentence ?? "", /^[A-Z"].{20,}\.$/s, "a sentence that says what to do");
}

/** @typedef {string | {name: string, mimeType: string, buffer: Buffer}} File */

/**
 * Opens a photo through the file dialogue's input and waits for its result.
 * @param {Page} page
 * @param {File} photo
 */
export async function segmentPhoto(page, photo) {
  await givePhoto(page, photo);
  await waitForState(page, "done");
}

/**
 * The state is busy as soon as this returns, so that a wait for `done` is a wait for this photo.
 * @param {Page} page
 * @param {File} photo
 */
export async function givePhoto(page, photo) {
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.locator("#file").setInputFiles(photo);
}

/** @param {Page} page @param {string} id */
export async function chooseModel(page, id) {
  await page.locator(".models > summary").click();
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.locator(`model-picker [data-model="${id}"]`).click();
}

/**
 * @param {Page} page
 * @param {"mask" | "overlay" | "cut-out" | "json"} kind
 */
export async function exportFile(page, kind) {
  const download = page.waitForEvent("download", { timeout: 3 * PATIENCE_MS });
  await page.locator(`[data-export="${kind}"]`).click();
  return readFile(await (await download).path());
}

/** The exported mask. @param {Page} page @returns {Promise<Mask & {palette: number[][]}>} */
export async function exportMask(page) {
  const png = decodePng(await exportFile(page, "mask"));
  assert.equal(png.channels, 1);
  return png;
}

/** @param {string} path a PNG of class ids @returns {Promise<Mask>} */
export async function readTruth(path) {
  return decodePng(await readFile(path));
}

/**
 * Counts `[label, prediction]` pairs of labelled pixels into a square matrix.
 * @param {number[][]} matrix
 * @param {Mask} truth
 * @param {Mask} guess
 */
export function addToConfusion(matrix, truth, guess) {
  assert.deepEqual([guess.width, guess.height], [truth.width, truth.height]);
  for (let i = 0; i < truth.data.length; i++) if (truth.data[i] !== 255) matrix[truth.data[i]][guess.data[i]] += 1;
}

/** @param {number} classes */
export const emptyConfusion = (classes) => Array.from({ length: classes }, () => new Array(classes).fill(0));

/** Intersection over union by class; NaN where a class never occurs. @param {number[][]} matrix */
export function iouByClass(matrix) {
  return matrix.map((row, id) => {
    const union = row.reduce((sum, count) => sum + count, 0) + matrix.reduce((sum, other) => sum + other[id], 0) - row[id];
    return row[id] / union;
  });
}

/** IoU of one class of one photo. @param {Mask} truth @param {number} truthId @param {Mask} guess @param {number} guessId */
export function iou(truth, truthId, guess, guessId) {
  assert.deepEqual([guess.width, guess.height], [truth.width, truth.height]);
  let [both, either] = [0, 0];
  for (let i = 0; i < truth.data.length; i++) {
    if (truth.data[i] === 255) continue;
    const [there, found] = [truth.data[i] === truthId, guess.data[i] === guessId];
    if (there && found) both += 1;
    if (there || found) either += 1;
  }
  return both / either;
}

/** The picture as the visitor sees it, with what lies over it. @param {Page} page */
export async function screenshotOfPicture(page) {
  return decodePng(await page.locator("photo-stage .frame").screenshot());
}

/** @param {import("./png.js").Png} png @param {number} across 0..1 @param {number} down 0..1 */
export function colourAt({ width, height, channels, data }, across, down) {
  const at = (Math.floor(down * height) * width + Math.floor(across * width)) * channels;
  return [...data.subarray(at, at + 3)];
}

/** @param {number[]} colour @param {number[]} expected @param {number} tolerance per channel */
export function assertColour(colour, expected, tolerance = 3) {
  const isClose = colour.every((value, channel) => Math.abs(value - expected[channel]) <= tolerance);
  assert.ok(isClose, `colour ${colour} is ${expected} within ${tolerance}`);
}

/** Engines that start from now on keep their GPU where `loseDevice` finds it. @param {Stage} stage */
export async function keepDevice({ context }) {
  const keep = `
    const requestDevice = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...options) {
      return (globalThis.engineDevice = await requestDevice.apply(this, options));
    };
  `;
  await context.route("**/www/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: keep + (await response.text()) });
  });
}

/** @param {Page} page */
export async function loseDevice(page) {
  const [worker] = page.workers();
  await worker?.evaluate(async () => {
    const { engineDevice } = /** @type {{engineDevice: GPUDevice}} */ (/** @type {unknown} */ (globalThis));
    engineDevice.destroy();
    await engineDevice.lost;
  });
}
