// A live picture that is left on: what it holds while it goes on.
import { frameCounts } from "../../tests/e2e/frame-count.js";
import { jsHeapOf } from "../../tests/e2e/js-heap.js";
import { patiently } from "../chromium.js";

/** Frames until the browser has compiled what it will compile, and every pool has its size. */
const WARM_UP = 20;
/** The page keeps a line of each frame until the turn is over. */
const TURN = { frames: 250, limit_ms: 60_000 };

/** @typedef {{gpu: number, wasm: number, page: number, workers: number}} Held bytes */
/** @typedef {{frames: number, held: Held, made: number, closed: number, gpuObjects: number}} Sample */

/**
 * Shows frames, on a canvas as small as the network's input, and measures after the warm-up, half of the frames, and all.
 * @param {import("playwright-core").Page} page at bench/live/page.html, in a context that counts frames
 * @param {{backend: "webgpu" | "cpu", model: string, size: number, frames: number, onTurn?: (shown: number) => void}} options
 * @returns {Promise<Sample[]>}
 */
export async function soak(page, { backend, model, size, frames, onTurn }) {
  /** @type {import("./page.js").Job} */
  const job = { id: "soak", module: "ours.js", backend, threads: 1, model, size, canvas: size };
  await page.waitForFunction("window.live");
  await page.evaluate((job) => /** @type {any} */ (window).live.open(job), job);
  const jsHeap = await jsHeapOf(page);
  let shown = 0;
  const showUntil = async (/** @type {number} */ end) => {
    while (shown < end) {
      const count = Math.min(TURN.frames, end - shown);
      const { shown: { length } } = await turn(page, count);
      shown += length;
      onTurn?.(shown);
    }
  };
  const sample = async () => {
    const { page: own, workers } = await jsHeap();
    const { gpuBytes, wasmBytes } = await page.evaluate(() => /** @type {any} */ (window).live.memory("soak"));
    const { made, closed, gpuObjects } = await frameCounts(page);
    const objects = Object.values(gpuObjects).reduce((sum, count) => sum + count, 0);
    return { frames: shown, held: { gpu: gpuBytes, wasm: wasmBytes, page: own, workers }, made, closed, gpuObjects: objects };
  };
  await showUntil(WARM_UP);
  const samples = [await sample()];
  const begun = shown;
  for (const share of [0.5, 1]) {
    await showUntil(begun + Math.round(share * frames));
    samples.push(await sample());
  }
  return samples;
}

/** @param {import("playwright-core").Page} page @param {number} frames @returns {ReturnType<import("./page.js").Live["turn"]>} */
const turn = (page, frames) =>
  patiently(page.evaluate(([frames, limit_ms]) => /** @type {any} */ (window).live.turn("soak", frames, limit_ms), /** @type {const} */ ([frames, TURN.limit_ms])));
