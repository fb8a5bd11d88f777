// Steady frames: every engine in a page of its own, one frame of each in turn, so that whatever else the machine does meets all.
import { setTimeout } from "node:timers/promises";
import { freshBrowser, openEngine, patiently, reason } from "./chromium.js";

// Threads of the engine before may still spin for work, and its garbage may still be collected.
const PAUSE_MS = 50;
// Fewer have no median to speak of, whatever they take.
const LEAST_FRAMES = 3;

/**
 * An engine's page while it can be used.
 * @typedef {Steady & {page: import("./chromium.js").Page | null}} Lane
 *
 * @typedef {object} Steady
 * @property {number[]} times milliseconds
 * @property {{wasm: number, gpu: number} | null} memory bytes, see memory.js
 * @property {number | null} sameClass fraction of pixels with the class that the first engine finds
 * @property {string | null} problem why frames are missing
 */

/**
 * @param {import("./engines.js").Engine[]} engines
 * @param {string} model
 * @param {number} size
 * @param {import("./run.js").Options} options
 * @returns {Promise<Map<string, Steady>>} by the engine's id
 */
export async function measureSteady(engines, model, size, { origin, rounds, cap_s }) {
  const browser = await freshBrowser();
  /** @type {Map<string, Lane>} */
  const lanes = new Map();
  /** @type {number[] | null} */
  let classes = null;
  try {
    for (const engine of engines) {
      /** @type {Lane} */
      const lane = { times: [], memory: null, sameClass: null, problem: null, page: null };
      lanes.set(engine.id, lane);
      try {
        lane.page = await openEngine(browser, origin, engine, { model, size, first: false });
        const theirs = await patiently(call(lane.page, "warmUp"));
        classes ??= theirs;
        lane.sameClass = agreement(classes, theirs);
      } catch (error) {
        await giveUp(lane, error);
      }
    }
    for (let round = 0; round < rounds; round++) {
      // To and fro, so that nobody always comes after the same neighbour.
      const all = [...lanes.values()];
      for (const lane of round % 2 === 0 ? all : all.reverse()) await timeFrame(lane, rounds, cap_s);
    }
    for (const lane of lanes.values()) {
      if (lane.page) lane.memory = await call(lane.page, "memory");
    }
  } finally {
    await browser.close();
  }
  return lanes;
}

/** @param {Lane} lane @param {number} rounds @param {number} cap_s */
async function timeFrame(lane, rounds, cap_s) {
  if (!lane.page) return;
  const spent_s = lane.times.reduce((sum, ms) => sum + ms, 0) / 1000;
  if (spent_s > cap_s && lane.times.length >= LEAST_FRAMES) {
    lane.problem ??= `${lane.times.length} of ${rounds} frames, which took more than ${cap_s} s (--cap)`;
    return;
  }
  await setTimeout(PAUSE_MS);
  try {
    lane.times.push(await patiently(call(lane.page, "time")));
  } catch (error) {
    await giveUp(lane, error);
  }
}

/**
 * Calls the page's `window.bench`.
 * @template {"warmUp" | "time" | "memory"} Name
 * @param {import("./chromium.js").Page} page
 * @param {Name} name
 * @returns {Promise<Awaited<ReturnType<import("./page.js").Bench[Name]>>>}
 */
const call = (page, name) => /** @type {any} */ (page.evaluate(`bench.${name}()`));

/**
 * Closes the page, so that a frame that never ends does not slow the others down.
 * @param {Lane} lane
 * @param {unknown} error
 */
async function giveUp(lane, error) {
  lane.problem = `frames: ${reason(error)}`;
  await lane.page?.close();
  lane.page = null;
}

/** @param {number[]} a @param {number[]} b */
function agreement(a, b) {
  return a.length === b.length ? a.filter((id, i) => id === b[i]).length / a.length : 0;
}
