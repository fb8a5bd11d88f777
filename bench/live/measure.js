// All ways with one network at one size: in one page, with one camera, taking turns.
import { setTimeout } from "node:timers/promises";
import { patiently, reason } from "../chromium.js";

/** @typedef {import("./figures.js").Turn} Turn */
/** @typedef {{turns: Turn[], problem: string | null}} Measured `problem` is why frames are missing */

const ROUNDS = 3;
// Threads of the way before may still spin for work, and its garbage may still be collected.
const PAUSE_MS = 200;
// Fewer have no median to speak of, whatever they take.
const LEAST_FRAMES = 3;

/**
 * @param {import("../chromium.js").Page} page at page.html
 * @param {import("./ways.js").Way[]} ways
 * @param {number} size
 * @param {import("./run.js").Options} options
 * @returns {Promise<Map<string, Measured>>} by the way's id
 */
export async function measure(page, ways, size, options) {
  /** @type {Map<string, Measured>} */
  const results = new Map();
  for (const { id, module, backend, threads } of ways) {
    const files = `/bench/pkg/models/${options.model}-${size}`;
    const model = module === "ours.js" ? `${files}.safetensors` : files;
    /** @type {import("./page.js").Job} */
    const job = { id, module, backend, threads, model, size };
    /** @type {Measured} */
    const result = { turns: [], problem: null };
    results.set(id, result);
    await attempt(result, page.evaluate((job) => /** @type {any} */ (window).live.open(job), job));
  }
  for (let round = 0; round < ROUNDS; round++) {
    // To and fro, so that nobody always comes after the same neighbour.
    const order = round % 2 === 0 ? ways : [...ways].reverse();
    for (const { id } of order) {
      const result = results.get(id);
      if (result && !result.problem) await takeTurn(page, id, result, round, options);
    }
  }
  for (const result of results.values()) {
    const shown = framesOf(result);
    if (!result.problem && shown < options.frames) {
      result.problem = `${shown} of ${options.frames} frames, which took more than ${options.cap_s} s (--cap)`;
    }
  }
  return results;
}

/** @param {Measured} result */
const framesOf = ({ turns }) => turns.reduce((sum, { shown }) => sum + shown.length, 0);

/**
 * @param {import("../chromium.js").Page} page
 * @param {string} id
 * @param {Measured} result
 * @param {number} round
 * @param {import("./run.js").Options} options
 */
async function takeTurn(page, id, result, round, { frames, cap_s }) {
  const shown = framesOf(result);
  const spent_ms = result.turns.reduce((sum, { startedAt, shown }) => sum + (shown.at(-1)?.shownAt ?? startedAt) - startedAt, 0);
  const left_ms = cap_s * 1000 - spent_ms;
  const count = Math.ceil((frames - shown) / (ROUNDS - round));
  if (count <= 0 || (left_ms <= 0 && shown >= LEAST_FRAMES)) return;
  await setTimeout(PAUSE_MS);
  const limit_ms = Math.max(0, left_ms / (ROUNDS - round));
  const turn = page.evaluate(([id, count, limit]) => /** @type {any} */ (window).live.turn(id, count, limit), /** @type {const} */ ([id, count, limit_ms]));
  await attempt(result, turn, (turn) => result.turns.push(turn));
}

/**
 * A way that fails or hangs is left out; the others go on.
 * @template T
 * @param {Measured} result
 * @param {Promise<T>} promise
 * @param {(value: T) => void} [onDone]
 */
async function attempt(result, promise, onDone) {
  try {
    const value = await patiently(promise);
    onDone?.(value);
  } catch (error) {
    result.problem = reason(error);
  }
}
