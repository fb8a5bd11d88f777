// Whether a live picture holds more and more.
import { table } from "../table.js";

/** @typedef {import("./soak.js").Sample} Sample */

/**
 * Bytes that may be added after the warm-up. The engine's own buffers have no reason to grow. JavaScript's heap does, while the browser
 * compiles what it has seen often and keeps notes on the rest; a number a frame that is forgotten is more in ten thousand frames.
 * @type {import("./soak.js").Held}
 */
const TOLERANCE = { gpu: 0, wasm: 0, page: 256 * 1024, workers: 256 * 1024 };

const NAMES = { gpu: "GPU buffers", wasm: "WebAssembly", page: "the page's JavaScript", workers: "the workers' JavaScript" };
const KINDS = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES));

/** As Markdown. @param {Sample[]} samples */
export function growth(samples) {
  return table(
    ["frames", ...KINDS.map((kind) => `${NAMES[kind]}, bytes`), "frames made", "closed", "GPU objects made"],
    samples.map(({ frames, held, made, closed, gpuObjects }) => [frames, ...KINDS.map((kind) => held[kind]), made, closed, gpuObjects]),
  );
}

/** What is not as it was at first, in sentences. @param {Sample[]} samples */
export function complaints(samples) {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return ["Nothing was measured."];
  const frames = last.frames - first.frames;
  const found = KINDS.filter((kind) => last.held[kind] - first.held[kind] > TOLERANCE[kind]).map(
    (kind) => `${NAMES[kind]} grew by ${last.held[kind] - first.held[kind]} bytes in ${frames} frames; ${TOLERANCE[kind]} are allowed.`,
  );
  if (last.made !== last.closed) found.push(`${last.made} frames were made and ${last.closed} closed.`);
  if (last.made - first.made < frames) found.push(`Only ${last.made - first.made} frames were made in ${frames}: not all were counted.`);
  const objects = last.gpuObjects - first.gpuObjects;
  if (objects > 0) found.push(`${objects} GPU objects were made in ${frames} frames; all belong to the first ones.`);
  return found;
}
