/** What the last frames took. Times in milliseconds. */

/** Frames that the figures are of: three seconds of a camera. */
const WINDOW = 90;

/**
 * @typedef {object} FrameReport
 * @property {number} sourceRate frames a second that the camera or video presents
 * @property {number} rate frames a second that are shown with their mask
 * @property {number} upload from the browser's frame to the engine's, median
 * @property {number} network median
 * @property {number} paint median
 * @property {number} latency from the frame's capture, where the browser tells it, else its presentation, to its mask on the canvas; median
 * @property {number} latencyP95
 * @property {number} capturedAt the same of the last frame alone; by performance.now(), as `shownAt`
 * @property {number} shownAt
 * @property {number} dropped frames that were never worked on, in all
 * @property {number} bytesReadBack from the GPU for the last frame
 * @property {{plain: number, steady: number} | null} flicker shares of what stood still whose class changed all the same, while halves are compared
 * @property {number} networkWidth
 * @property {number} networkHeight
 */

/** @typedef {import("./types.js").Flicker} Flicker */
/** @typedef {{at: number, upload: number, network: number, paint: number, latency: number, flicker: Flicker | null}} Shown */

export class FrameMeter {
  /** @type {Shown[]} */ #shown = [];
  /** When frames were presented. @type {number[]} */ #presented = [];
  #dropped = 0;

  /** @param {number} at */
  presented(at) {
    this.#presented = [...this.#presented.slice(1 - WINDOW), at];
  }

  /** A newer frame took one's place. */
  drop() {
    this.#dropped += 1;
  }

  /**
   * @param {import("./types.js").ShownFrame} frame
   * @param {number} capturedAt
   * @returns {FrameReport}
   */
  shown({ timings, networkWidth, networkHeight, bytesReadBack, flicker }, capturedAt) {
    const at = performance.now();
    const { upload, network, paint } = timings;
    this.#shown = [...this.#shown.slice(1 - WINDOW), { at, upload, network, paint, latency: at - capturedAt, flicker }];
    const sorted = (/** @type {"upload" | "network" | "paint" | "latency"} */ key) => this.#shown.map((frame) => frame[key]).sort((a, b) => a - b);
    const latencies = sorted("latency");
    return {
      sourceRate: rateOf(this.#presented),
      rate: rateOf(this.#shown.map((frame) => frame.at)),
      upload: quantile(sorted("upload"), 0.5),
      network: quantile(sorted("network"), 0.5),
      paint: quantile(sorted("paint"), 0.5),
      latency: quantile(latencies, 0.5),
      latencyP95: quantile(latencies, 0.95),
      capturedAt,
      shownAt: at,
      dropped: this.#dropped,
      bytesReadBack,
      flicker: flicker && flickerOf(this.#shown.flatMap((frame) => frame.flicker ?? [])),
      networkWidth,
      networkHeight,
    };
  }
}

/**
 * Over the frames since the counts began anew.
 * @param {Flicker[]} counts in order
 */
function flickerOf(counts) {
  const [first, last] = [counts[0], counts.at(-1)];
  if (!first || !last) return null;
  const share = (/** @type {"plain" | "steady"} */ half) => {
    const hasBegunAnew = last[half].still < first[half].still;
    const still = last[half].still - (hasBegunAnew ? 0 : first[half].still);
    return still > 0 ? (last[half].changed - (hasBegunAnew ? 0 : first[half].changed)) / still : 0;
  };
  return { plain: share("plain"), steady: share("steady") };
}

/** @param {number[]} times in order */
function rateOf(times) {
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return span > 0 ? ((times.length - 1) * 1000) / span : 0;
}

/**
 * @param {number[]} sorted not empty
 * @param {number} share
 */
const quantile = (sorted, share) => /** @type {number} */ (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]);
