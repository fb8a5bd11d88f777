// A page with a camera and one or more ways to show its picture with a mask; the runner tells it what to do through `window.live`.
import { FrameLoop } from "../../www/frame-loop.js";
import { Governor } from "../../www/governor.js";
import { playCamera } from "./camera.js";

/** Of the camera's picture, and of each canvas unless a job says otherwise. */
export const SIDE = 480;

/**
 * @typedef {object} Job
 * @property {string} id the page may hold several
 * @property {string} module of the way, beside this file
 * @property {"webgpu" | "cpu" | "wasm"} backend
 * @property {number} threads
 * @property {string} model see the module
 * @property {number} size of the network's input, which is square
 * @property {number} [canvas] its side
 *
 * What a way's module offers: `open` makes what shows frames on a canvas as an engine does, so that all ways get their frames from
 * the page's own loop.
 * @typedef {Pick<import("../../www/engine.js").Engine, "showFrame"> & Partial<Pick<import("../../www/engine.js").Engine, "memory">>} Shower
 *
 * A frame that was shown with its mask, by performance.now().
 * @typedef {{capturedAt: number, shownAt: number, bytesReadBack: number}} Shown
 *
 * Milliseconds that a way spent on the last frames, medians as the page's meter has them.
 * @typedef {Pick<import("../../www/frame-meter.js").FrameReport, "upload" | "network" | "paint">} Parts
 */

/** @type {Map<string, {shower: Shower, loop: FrameLoop, canvas: HTMLCanvasElement}>} */
const ways = new Map();
const video = playCamera(SIDE);

const live = {
  /** Makes a way ready and shows a frame that does not count. @param {Job} job */
  async open(job) {
    const canvas = Object.assign(document.createElement("canvas"), { width: job.canvas ?? SIDE, height: job.canvas ?? SIDE });
    canvas.hidden = true;
    document.body.append(canvas);
    /** @type {Shower} */
    const shower = await (await import(`./${job.module}`)).open(job, canvas);
    const governor = new Governor();
    governor.pinned = job.size;
    // The loop asks nothing else of its engine.
    const loop = new FrameLoop(/** @type {import("../../www/engine.js").Engine} */ (shower), await video, governor);
    ways.set(job.id, { shower, loop, canvas });
    await live.turn(job.id, 1, Infinity);
  },

  /**
   * Shows so many frames, or fewer if the time is up; one in any case.
   * @param {string} id
   * @param {number} frames
   * @param {number} limit_ms
   * @returns {Promise<{startedAt: number, shown: Shown[], parts: Parts}>}
   */
  async turn(id, frames, limit_ms) {
    const { loop, canvas: own } = wayOf(id);
    // What the browser brings to the screen costs time too: one canvas, as on any page.
    for (const { canvas } of ways.values()) canvas.hidden = canvas !== own;
    const [startedAt, capturedAt] = await newFrame();
    return new Promise((resolve, reject) => {
      /** @type {Shown[]} */
      const shown = [];
      const ended = new AbortController();
      const listen = (/** @type {string} */ type, /** @type {(detail: any) => void} */ listener) =>
        loop.addEventListener(type, (event) => listener(/** @type {CustomEvent} */ (event).detail), { signal: ended.signal });
      listen("failed", (error) => {
        ended.abort();
        reject(error);
      });
      listen("frame", (report) => {
        // The loop does not know when the frame was captured that the video stood at when it began.
        shown.push({ capturedAt: shown.length > 0 ? report.capturedAt : capturedAt, shownAt: report.shownAt, bytesReadBack: report.bytesReadBack });
        if (shown.length < frames && report.shownAt - startedAt < limit_ms) return;
        loop.stop();
        ended.abort();
        const { upload, network, paint } = report;
        resolve({ startedAt, shown, parts: { upload, network, paint } });
      });
      loop.start();
    });
  },

  /** What the engine says it holds. @param {string} id */
  memory: (id) => wayOf(id).shower.memory?.(),
};

/** @param {string} id */
function wayOf(id) {
  const way = ways.get(id);
  if (!way) throw new Error(`${id} was not opened`);
  return way;
}

/** Waits for the camera's next frame; when that is, and when it was captured. @returns {Promise<[now: number, capturedAt: number]>} */
async function newFrame() {
  const element = await video;
  return new Promise((resolve) => {
    element.requestVideoFrameCallback((_, { captureTime, presentationTime }) => resolve([performance.now(), captureTime ?? presentationTime]));
  });
}

/** @typedef {typeof live} Live */
Object.assign(window, { live });
