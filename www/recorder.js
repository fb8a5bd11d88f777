import { SegscopeError } from "./errors.js";

/** In the order of how many programs play them. @type {[type: string, extension: string][]} */
const KINDS = [
  ["video/mp4;codecs=avc1.640028", "mp4"],
  ["video/webm;codecs=vp8", "webm"],
];
/** Overlays have sharp edges of strong colours, which fewer bits smear. */
const BITS_PER_SECOND = 8_000_000;

/** What a canvas shows from now on, as a video file. It may be a canvas that a worker draws on. */
export class Recorder {
  /** @type {MediaRecorder} */ #recorder;
  #extension;
  /** @type {Promise<Blob>} */ #file;

  /**
   * Errors: `no-recorder`.
   * @param {HTMLCanvasElement} canvas
   */
  constructor(canvas) {
    const kind = typeof MediaRecorder === "undefined" ? undefined : KINDS.find(([type]) => MediaRecorder.isTypeSupported(type));
    if (!kind || !canvas.captureStream) {
      throw new SegscopeError("no-recorder", "This browser records no video from a page. Use a current Chrome, Edge or Firefox, or take stills.");
    }
    const [mimeType, extension] = kind;
    this.#extension = extension;
    this.#recorder = new MediaRecorder(canvas.captureStream(), { mimeType, videoBitsPerSecond: BITS_PER_SECOND });
    /** @type {Blob[]} */
    const parts = [];
    this.#recorder.ondataavailable = ({ data }) => parts.push(data);
    this.#file = new Promise((resolve, reject) => {
      this.#recorder.onstop = () => resolve(new Blob(parts, { type: mimeType }));
      this.#recorder.onerror = () => reject(new SegscopeError("recording-failed", "The browser's video encoder gave up. Record a shorter piece, or a smaller picture."));
    });
    // Whoever discards the recording does not hear of its end.
    this.#file.catch(() => undefined);
    // In pieces, so that a long one does not wait in the encoder's memory.
    this.#recorder.start(1000);
  }

  /**
   * Ends the recording.
   *
   * Errors: `recording-failed`.
   * @returns {Promise<{file: Blob, extension: string}>}
   */
  async finish() {
    this.#stop();
    return { file: await this.#file, extension: this.#extension };
  }

  discard() {
    this.#stop();
  }

  #stop() {
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    for (const track of this.#recorder.stream.getTracks()) track.stop();
  }
}
