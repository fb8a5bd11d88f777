import { closeCamera, fitCamera, openCamera } from "./camera.js";
import { SegscopeError } from "./errors.js";
import { FrameLoop } from "./frame-loop.js";
import { Governor } from "./governor.js";

/** What a live picture comes from. @typedef {{kind: "camera", id: string | undefined, isFront: boolean} | {kind: "video", name: string}} LiveSource */

/** Why a source does not play. @typedef {{code: string, sentence: string}} Complaint */

/** @type {Complaint} */
const BROKEN = {
  code: "video-broken",
  sentence: "This video cannot be played here: it is damaged, or of a kind that this browser does not know. Try an MP4 or WebM file.",
};
/** @type {Complaint} */
const UNREACHABLE = {
  code: "video-unreachable",
  sentence:
    "There is no video to be read at this address: it is wrong, its site lets no other page read it (CORS), or the video is of a kind that this browser does not know. Download the video and drop the file here.",
};

/** What a step is in a video that has not shown two frames yet, in seconds. */
const USUAL_FRAME = 1 / 30;

/**
 * The live picture: a camera or a video file, through an engine. It rests while nobody looks at the page.
 *
 * Events: `source` (LiveSource or null), `size` ({width, height}), `frame` (a FrameReport), `failed` (an error).
 */
export class Live extends EventTarget {
  /** Frames from elsewhere may be read only where that site says so, which has to be asked. */
  #video = Object.assign(document.createElement("video"), { muted: true, playsInline: true, loop: true, crossOrigin: "anonymous" });
  /** @type {FrameLoop | null} */ #loop = null;
  /** @type {MediaStream | null} */ #stream = null;
  /** Address of the video file. */ #address = "";
  /** @type {LiveSource | null} */ source = null;
  #governor = new Governor();
  /** @type {import("./types.js").Steady} */ #steady = "on";
  /** Seconds between frames. */ #interval = USUAL_FRAME;

  constructor() {
    super();
    this.#video.addEventListener("resize", () => this.#tellSize());
    document.addEventListener("visibilitychange", () => this.#restOrGoOn());
  }

  /**
   * Starts a camera, or swaps it for another: the old one is given back first, since phones open one at a time.
   *
   * Errors: those of `openCamera`.
   * @param {{id?: string, facing?: "user" | "environment"}} [choice]
   */
  async startCamera(choice) {
    this.stop();
    const stream = await openCamera(choice);
    this.stop();
    this.#stream = stream;
    const [track] = stream.getVideoTracks();
    track?.addEventListener("ended", () => this.#lose(stream));
    this.#video.srcObject = stream;
    const { deviceId: id, facingMode } = track?.getSettings() ?? {};
    await this.#begin({ kind: "camera", id, isFront: facingMode !== "environment" });
  }

  /**
   * Plays a video, over and over: a file, or one elsewhere whose site lets pages read it (CORS).
   *
   * Errors: `video-broken`, `video-unreachable`.
   * @param {File | URL} video
   */
  async openVideo(video) {
    this.stop();
    const isFile = video instanceof File;
    this.#address = isFile ? URL.createObjectURL(video) : "";
    this.#video.src = isFile ? this.#address : video.href;
    const name = isFile ? video.name : decodeURIComponent(video.pathname.slice(video.pathname.lastIndexOf("/") + 1));
    await this.#begin({ kind: "video", name: name || "video" }, isFile ? BROKEN : UNREACHABLE);
  }

  /** Gives the camera or file back. */
  stop() {
    this.rest();
    if (this.#stream) closeCamera(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
    this.#video.removeAttribute("src");
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = "";
    if (!this.source) return;
    this.source = null;
    this.#tell("source", null);
  }

  /** Shows no more frames until `follow`. */
  rest() {
    this.#loop?.stop();
    this.#loop = null;
  }

  /** Where the mask stands still as the picture does. */
  get steady() {
    return this.#steady;
  }

  set steady(steady) {
    this.#steady = steady;
    if (this.#loop) this.#loop.steady = steady;
  }

  /** What the network's resolution follows. */
  get governor() {
    return this.#governor;
  }

  /**
   * Shows frames through `engine`, which has a model.
   * @param {import("./frame-loop.js").Shower & {machine(): Pick<import("./types.js").Machine, "backend">}} engine
   * @param {Pick<import("./types.js").ModelInfo, "inputSide" | "inputMultiple">} model
   */
  follow(engine, model) {
    this.rest();
    if (!this.source) return;
    this.#governor.begin(model);
    if (this.#stream) void fitCamera(this.#stream, engine.machine().backend === "webgpu");
    this.#loop = new FrameLoop(engine, this.#video, this.#governor);
    this.#loop.steady = this.#steady;
    for (const type of ["frame", "failed"]) {
      this.#loop.addEventListener(type, (event) => this.#tell(type, /** @type {CustomEvent} */ (event).detail));
    }
    this.#restOrGoOn();
  }

  /**
   * The frame that is shown, at its own size, as a PNG.
   * @param {boolean} mirrored
   * @returns {Promise<Blob>}
   */
  async still(mirrored) {
    const { videoWidth: width, videoHeight: height } = this.#video;
    const canvas = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    if (mirrored) context.setTransform(-1, 0, 0, 1, width, 0);
    context.drawImage(this.#video, 0, 0);
    return canvas.convertToBlob();
  }

  /** For the controls of a video; the picture itself is on the engine's canvas. */
  get video() {
    return this.#video;
  }

  /** Plays a video once from its beginning; its `ended` event tells when that is done. */
  async playOnce() {
    this.#video.loop = false;
    this.#video.currentTime = 0;
    await this.#video.play();
  }

  /** Plays a video over and over, from where it is. */
  async playOn() {
    this.#video.loop = true;
    await this.#video.play();
  }

  /** @param {-1 | 1} direction */
  step(direction) {
    this.#video.pause();
    const { currentTime, duration } = this.#video;
    this.#video.currentTime = Math.min(duration, Math.max(0, currentTime + direction * this.#interval));
  }

  /**
   * @param {LiveSource} source
   * @param {Complaint} complaint
   */
  async #begin(source, { code, sentence } = BROKEN) {
    try {
      await this.#video.play();
    } catch (error) {
      this.stop();
      throw new SegscopeError(code, sentence, { cause: error });
    }
    this.source = source;
    this.#tell("source", source);
    this.#tellSize();
    this.#learnInterval();
  }

  /** Files do not tell their frame rate: two frames do. */
  #learnInterval() {
    this.#interval = USUAL_FRAME;
    this.#video.requestVideoFrameCallback((_, { mediaTime: first }) => {
      this.#video.requestVideoFrameCallback((_, { mediaTime: second }) => {
        if (second > first && second - first < 1) this.#interval = second - first;
      });
    });
  }

  /** A page that is hidden computes nothing; its camera stays open, as in any call. */
  #restOrGoOn() {
    if (document.hidden) this.#loop?.stop();
    else this.#loop?.start();
  }

  /** @param {MediaStream} stream that ended by itself */
  #lose(stream) {
    if (stream !== this.#stream) return;
    this.stop();
    this.#tell("failed", new SegscopeError("camera-unplugged", "The camera is gone. Plug it in again and start it, or choose another one."));
  }

  #tellSize() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (width > 0 && this.source) this.#tell("size", { width, height });
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
