// What the turns of a way come to.
import { median, quantile } from "../statistics.js";

/** @typedef {Awaited<ReturnType<import("./page.js").Live["turn"]>>} Turn */

/**
 * @typedef {object} Figures
 * @property {number} frames
 * @property {number | null} fps frames a second that are shown with their mask
 * @property {number | null} latency from a frame's capture to its mask on the canvas, in milliseconds, median
 * @property {number | null} latencyP95
 * @property {import("./page.js").Parts | null} parts of the latency that are the way's own work
 * @property {number | null} bytesReadBack for a frame, median
 */

/** @param {Turn[]} turns @returns {Figures} */
export function figures(turns) {
  const shown = turns.flatMap((turn) => turn.shown);
  const spans = turns.map(spanOf);
  const sum = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0);
  const latencies = shown.map(({ capturedAt, shownAt }) => shownAt - capturedAt);
  return {
    frames: shown.length,
    fps: shown.length > 0 ? (1000 * sum(spans.map(({ frames }) => frames))) / sum(spans.map(({ ms }) => ms)) : null,
    latency: median(latencies),
    latencyP95: quantile(latencies, 0.95),
    parts: turns.at(-1)?.parts ?? null,
    bytesReadBack: median(shown.map(({ bytesReadBack }) => bytesReadBack)),
  };
}

/** Frames and their time: from the first one's mask to the last one's, or for a frame that fills a turn alone from its start. @param {Turn} turn */
function spanOf({ startedAt, shown }) {
  const last = shown.at(-1)?.shownAt ?? startedAt;
  if (shown.length < 2) return { frames: shown.length, ms: last - startedAt };
  return { frames: shown.length - 1, ms: last - (shown[0]?.shownAt ?? startedAt) };
}
