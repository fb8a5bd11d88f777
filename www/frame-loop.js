import { FrameMeter } from "./frame-meter.js";
import { codeOf } from "./errors.js";
import { FRAME_PENDING } from "./video-frame.js";

/** What shows frames: an engine, or whatever gives them to several. @typedef {Pick<import("./engine.js").Engine, "showFrame">} Shower */

/** What ends a loop without anything being wrong: another call took the frame's place, or the engine is given up. */
const QUIET = ["superseded", "aborted"];

/**
 * The frames of a video element, through an engine to its canvas. One frame is in flight; the newest waits until that is
 * done, older ones are dropped. What the canvas shows is the very frame that its mask was made of.
 *
 * Events: `frame` (a FrameReport), `failed` (an error; the loop has stopped).
 */
export class FrameLoop extends EventTarget {
  /** @type {Shower} */ #engine;
  /** @type {HTMLVideoElement} */ #video;
  /** @type {import("./governor.js").Governor} */ #governor;
  #meter = new FrameMeter();
  #isRunning = false;
  #isBusy = false;
  /** When the newest frame was captured, while that waits. @type {number | null} */ #waiting = null;
  #callback = 0;
  /** A sought frame is on the screen before the element says that it has one. */
  #onSought = () => this.#goOn();
  /** Where the mask stands still as the picture does. @type {import("./types.js").Steady} */ steady = "on";

  /**
   * @param {Shower} engine with a model
   * @param {HTMLVideoElement} video
   * @param {import("./governor.js").Governor} governor
   */
  constructor(engine, video, governor) {
    super();
    this.#governor = governor;
    this.#engine = engine;
    this.#video = video;
  }

  start() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#video.addEventListener("seeked", this.#onSought);
    this.#listen();
    // A video that stands still shows the frame it stands at.
    this.#offer(performance.now());
  }

  stop() {
    this.#isRunning = false;
    this.#waiting = null;
    this.#video.removeEventListener("seeked", this.#onSought);
    this.#video.cancelVideoFrameCallback(this.#callback);
  }

  #listen() {
    this.#callback = this.#video.requestVideoFrameCallback((_, { captureTime, presentationTime }) => {
      if (!this.#isRunning) return;
      this.#meter.presented(presentationTime);
      this.#listen();
      if (this.#waiting !== null) this.#meter.drop();
      this.#offer(captureTime ?? presentationTime);
    });
  }

  /** @param {number} capturedAt */
  #offer(capturedAt) {
    this.#waiting = capturedAt;
    this.#goOn();
  }

  #goOn() {
    if (!this.#isBusy) void this.#work();
  }

  async #work() {
    this.#isBusy = true;
    try {
      while (this.#waiting !== null && this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const capturedAt = this.#waiting;
        this.#waiting = null;
        const start = performance.now();
        const shown = await this.#shown(capturedAt);
        if (!shown) return;
        // What compiling takes says nothing of the next frame.
        if (shown.timings.compile === 0) this.#governor.took(performance.now() - start);
        if (this.#isRunning) this.dispatchEvent(new CustomEvent("frame", { detail: this.#meter.shown(shown, capturedAt) }));
      }
    } catch (error) {
      if (this.#isRunning && !QUIET.includes(codeOf(error))) this.dispatchEvent(new CustomEvent("failed", { detail: error }));
      this.stop();
    } finally {
      this.#isBusy = false;
    }
  }

  /**
   * What became of the frame that the video shows; null where it has none just now, and the end of its seek goes on with it.
   * @param {number} capturedAt
   */
  async #shown(capturedAt) {
    try {
      return await this.#engine.showFrame(this.#video, { longSide: this.#governor.side, steady: this.steady });
    } catch (error) {
      if (codeOf(error) !== FRAME_PENDING) throw error;
      this.#waiting ??= capturedAt;
      return null;
    }
  }
}
