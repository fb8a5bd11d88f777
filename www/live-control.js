import { listCameras } from "./camera.js";
import { Live } from "./live.js";
import { showState } from "./page-state.js";
import { Recorder } from "./recorder.js";

/** Frames between two looks at what the engine has to be asked for: memory, and the GPU's clock. */
const LOOK_EVERY = 60;

/**
 * @typedef {object} Page what of the page takes part
 * @property {import("./workbench.js").Workbench} bench
 * @property {import("./elements/photo-stage.js").PhotoStage} stage
 * @property {import("./elements/live-bar.js").LiveBar} bar
 * @property {import("./elements/live-meter.js").LiveMeter} meter
 * @property {HTMLElement} empty
 * @property {HTMLElement} status
 * @property {(change: Partial<import("./types.js").View>) => void} changeView
 * @property {(work: () => Promise<unknown>) => Promise<void>} attempt
 * @property {(file: Blob, name: string) => void} save
 * @property {() => void} onShown the first frame of a source is on the canvas
 */

/**
 * @param {EventTarget} target
 * @param {Record<string, (detail: any) => unknown>} reactions
 */
function listen(target, reactions) {
  for (const [type, react] of Object.entries(reactions)) {
    target.addEventListener(type, (event) => void react(/** @type {CustomEvent} */ (event).detail));
  }
}

/** Connects the live picture with the page: the source to the engine, its frames to stage and meter. */
export class LiveControl {
  #live = new Live();
  /** @type {Page} */ #page;
  /** Of this source, with this engine and model. */ #frames = 0;
  /** Pixels of the network's input when the GPU's clock was read. */ #timedSize = 0;
  #isMirrored = false;
  /** @type {Recorder | null} */ #recorder = null;
  /** Between the press of a button and the recording. */ #isPreparing = false;

  /** @param {Page} page */
  constructor(page) {
    this.#page = page;
    listen(this.#live, {
      source: (source) => this.#showSource(source),
      size: (size) => page.stage.showLive(size),
      frame: (report) => this.#showFrame(report),
      failed: (error) => page.attempt(() => (error.code === "device-lost" ? page.bench.recover() : Promise.reject(error))),
    });
    listen(page.bar, {
      "choose-camera": (id) => page.attempt(() => this.startCamera({ id })),
      "stop-live": () => this.#live.stop(),
      still: () => page.attempt(() => this.still()),
      record: () => page.attempt(() => this.#record()),
      "discard-recording": () => page.attempt(() => this.#discardRecording()),
      steady: (steady) => this.#keepSteady(steady),
      step: (direction) => this.#live.step(direction),
    });
    listen(page.meter, {
      "choose-rate": (rate) => (this.#live.governor.rate = rate),
      "pin-side": (side) => (this.#live.governor.pinned = side),
    });
    this.#live.video.addEventListener("ended", () => void page.attempt(() => this.#finishRecording()));
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#showCameras());
    document.addEventListener("keydown", (event) => {
      // In a list a letter chooses what begins with it.
      const isTyping = event.target instanceof HTMLSelectElement || (event.target instanceof HTMLInputElement && event.target.type !== "range");
      if (event.key.toLowerCase() !== "s" || event.ctrlKey || event.metaKey || event.altKey || isTyping || !this.isShown) return;
      event.preventDefault();
      void page.attempt(() => this.still());
    });
  }

  /** Whether there is a source. */
  get isOpen() {
    return this.#live.source !== null;
  }

  /** Whether frames of a source are on the canvas. */
  get isShown() {
    return this.#frames > 0;
  }

  /** @param {{id?: string, facing?: "user" | "environment"}} [choice] */
  async startCamera(choice) {
    await this.#live.startCamera(choice);
    await this.#page.bench.openLive();
  }

  /** @param {File | URL} video */
  async openVideo(video) {
    await this.#live.openVideo(video);
    await this.#page.bench.openLive();
  }

  /** The picture as it is now, in the photo view, with its mask. */
  async still() {
    const blob = await this.#live.still(this.#isMirrored);
    await this.#page.bench.openPhoto(blob, "still.png");
  }

  /** @param {import("./types.js").Steady} steady */
  #keepSteady(steady) {
    this.#live.steady = steady;
    this.#page.bar.showSteady(steady);
    this.#page.stage.showHalves(steady === "halves");
  }

  /** Starts recording what the canvas shows, a video from its beginning to its end; or ends it and hands the file over. */
  async #record() {
    if (this.#recorder) return this.#finishRecording();
    const { bench, stage, bar } = this.#page;
    if (!stage.canvas || this.#isPreparing) return;
    this.#isPreparing = true;
    try {
      stage.keepSize(true);
      await this.#settleSize(await bench.engine());
      // Stopped meanwhile.
      if (!this.#live.source || !stage.canvas) return stage.keepSize(false);
      this.#recorder = new Recorder(stage.canvas);
    } catch (error) {
      stage.keepSize(false);
      throw error;
    } finally {
      this.#isPreparing = false;
    }
    bar.showRecording(true);
    if (this.#live.source?.kind === "video") await this.#live.playOnce();
  }

  /**
   * A size that was told just now is on its way: an encoder that meets it in the middle writes a file that nothing plays.
   * @param {import("./engine.js").Engine} engine
   */
  async #settleSize(engine) {
    const { width, height } = this.#page.stage.canvasSize();
    await engine.resize(width, height);
    await engine.setView({});
    // What the worker has painted is the page's canvas with the screen's next frame but one.
    for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
  }

  /** The recording ends and is forgotten. */
  async #discardRecording() {
    this.#recorder?.discard();
    await this.#endRecording();
  }

  async #finishRecording() {
    const done = this.#recorder?.finish();
    const name = this.#live.source?.kind === "video" ? this.#live.source.name.replace(/\.[^.]*$/, "") : "camera";
    await this.#endRecording();
    if (!done) return;
    const { file, extension } = await done;
    this.#page.save(file, `${name}-segmented.${extension}`);
  }

  async #endRecording() {
    this.#recorder = null;
    this.#page.stage.keepSize(false);
    this.#page.bar.showRecording(false);
    if (this.#live.source) showState(this.#page.status, "live");
    if (this.#live.source?.kind === "video") await this.#live.playOn();
  }

  /** A photo takes the live picture's place. */
  giveWay() {
    if (this.#live.source) this.#live.stop();
  }

  /** The engine has a model, perhaps another one than before, or may have it again. */
  async resume() {
    const { bench, meter } = this.#page;
    if (!this.#live.source || !bench.model || !bench.isStarted) return;
    this.#frames = 0;
    this.#timedSize = 0;
    const engine = await bench.engine();
    if (!bench.model) return;
    this.#live.follow(engine, bench.model);
    meter.showChoices(this.#live.governor);
  }

  get #reason() {
    const { pinned, reason } = this.#live.governor;
    return pinned === null ? reason : "pinned";
  }

  /** @param {import("./types.js").View} view */
  showView({ mirrored }) {
    this.#isMirrored = mirrored;
    this.#page.bar.showMirrored(mirrored);
  }

  #showProgress() {
    const { currentTime, duration } = this.#live.video;
    const share = this.#live.source?.kind === "video" ? `${Math.round((100 * currentTime) / duration)} %` : "press Finish to end it";
    this.#page.status.textContent = `Recording, ${share}`;
  }

  /** @param {import("./live.js").LiveSource | null} source */
  #showSource(source) {
    const { stage, bar, meter, empty, status, changeView } = this.#page;
    this.#frames = 0;
    // What was recorded so far is not lost.
    if (this.#recorder) void this.#page.attempt(() => this.#finishRecording());
    bar.show(source, this.#live.video);
    bar.showSteady(this.#live.steady);
    stage.showHalves(source !== null && this.#live.steady === "halves");
    stage.showMask(false);
    empty.hidden = source !== null;
    // People know their face from the looking glass.
    changeView({ mirrored: source?.kind === "camera" && source.isFront });
    if (source) return void this.#showCameras();
    stage.showPhoto(null);
    meter.hide();
    showState(status, "ready");
  }

  async #showCameras() {
    const { source } = this.#live;
    if (source?.kind === "camera") this.#page.bar.showCameras(await listCameras(), source.id);
  }

  /** @param {import("./frame-meter.js").FrameReport} report */
  async #showReport(report) {
    const { bench, meter } = this.#page;
    const engine = await bench.engine();
    if (this.#frames % LOOK_EVERY === 1) {
      meter.showMemory((await engine.memory()).gpuBytes);
      // Once for each size, since it has to be read back.
      if (this.#timedSize !== report.networkWidth * report.networkHeight) {
        this.#timedSize = report.networkWidth * report.networkHeight;
        meter.showGpuTime(await engine.networkGpuMs());
      }
    }
    if (this.isShown) meter.show(report, engine.machine().backend, this.#reason);
  }

  /** @param {import("./frame-meter.js").FrameReport} report */
  #showFrame(report) {
    const { stage, status, onShown } = this.#page;
    this.#frames += 1;
    if (this.#frames === 1) {
      stage.showMask(true);
      if (document.documentElement.dataset.state !== "error") showState(status, "live");
      onShown();
    }
    if (this.#recorder) this.#showProgress();
    void this.#showReport(report).catch(() => {
      // The engine has just gone; whoever ended it tells why.
    });
  }
}
