import { chosenThreads } from "../chosen-backend.js";
import { Engine } from "../engine.js";
import { NEEDS_RELOAD, abortedError, asSegscopeError } from "../errors.js";
import { FrameMeter } from "../frame-meter.js";
import { readModelFile } from "../model-file.js";

/** @typedef {import("../types.js").Picture} Picture */
/** @typedef {import("../workbench.js").Wanted} Wanted */
/** @typedef {import("./runs.js").Run} Run */
/** What the panes are to show: a photo, the frames of a camera, or nothing yet. @typedef {Picture | "live" | null} Subject */

/** A first run that takes longer than this is not repeated for the sake of its time. */
const CHEAP_MS = 1500;

/**
 * One network with an engine of its own, and what it made of the picture. Whoever owns several gives each its turn: `step`
 * does the next thing that is missing.
 *
 * Events: `change`, `frame` (one was shown), `progress` (a Progress or null).
 */
export class Pane extends EventTarget {
  /** @type {() => HTMLCanvasElement} */ #newCanvas;
  /** @type {Engine | null} */ #engine = null;
  /** @type {Wanted | null} */ #loaded = null;
  /** Whose result this is. @type {Picture | null} */ #shown = null;
  #action = new AbortController();
  /** @type {Partial<import("../types.js").View>} */ #view = {};
  /** Of the canvas. @type {[number, number] | null} */ #size = null;
  #meter = new FrameMeter();
  /** How often the GPU went away. */ #losses = 0;
  /** Whether the network has not run yet since it was loaded. */ #isCold = true;
  #isClosed = false;
  /** Counts what was asked for: a result of something else is thrown away. */ #asked = 0;

  /** @type {Wanted} */ wanted;
  /** @type {Run} */ run;
  /** @type {import("../types.js").LoadedModel | null} */ model = null;
  /** @type {import("../types.js").SegmentResult | null} */ result = null;
  /** Class ids of the result. @type {import("../types.js").Mask | null} */ mask = null;
  /** Of the result, or of a frame a moment ago. @type {import("../types.js").FoundClass[] | null} */ areas = null;
  /** Whether the result's times are those of the first run. */ isFirstRun = false;
  /** Of the last frames. @type {import("../frame-meter.js").FrameReport | null} */ report = null;
  /** Why there is no result; until the visitor changes something. @type {import("../errors.js").SegscopeError | null} */ error = null;

  /**
   * @param {Wanted} wanted
   * @param {Run} run
   * @param {() => HTMLCanvasElement} newCanvas a fresh one for each engine
   */
  constructor(wanted, run, newCanvas) {
    super();
    this.wanted = wanted;
    this.run = run;
    this.#newCanvas = newCanvas;
  }

  /** @param {Subject} subject */
  isDone(subject) {
    if (subject === null || this.error) return true;
    return this.isLoaded && (subject === "live" || subject === this.#shown);
  }

  /** Whether the network that is wanted is here. */
  get isLoaded() {
    return this.#loaded === this.wanted;
  }

  /**
   * One step towards `subject`: start the engine, load the model or segment. What fails is told by `error`.
   * @param {Subject} subject
   */
  async step(subject) {
    this.#action = new AbortController();
    const { signal } = this.#action;
    const asked = this.#asked;
    try {
      if (!this.#engine) await this.#start();
      else if (this.#loaded !== this.wanted) await this.#load(this.#engine, signal);
      else if (subject !== null && subject !== "live") await this.#segment(this.#engine, subject);
    } catch (error) {
      if (asked === this.#asked) this.#fail(asSegscopeError(error));
    }
    this.#tell("change");
  }

  /**
   * Shows a frame, which stays the caller's; `null` if this pane has no network to do that with.
   * @param {VideoFrame | ImageBitmap} frame
   */
  async showFrame(frame) {
    const engine = this.#engine;
    if (!engine || !this.isLoaded || this.error) return null;
    const asked = this.#asked;
    const start = performance.now();
    try {
      const shown = await engine.showFrame(frame);
      if (asked !== this.#asked) return null;
      this.report = this.#meter.shown(shown, start);
      this.#tell("frame");
      return shown;
    } catch (error) {
      if (asked === this.#asked) {
        this.areas = null;
        this.#fail(asSegscopeError(error));
      }
      this.#tell("change");
      return null;
    }
  }

  /** Class ids of the frame that is shown; `null` if there is none. What is wrong shows with the next frame. */
  async readFrame() {
    const engine = this.#engine;
    if (!engine || !this.report) return null;
    const asked = this.#asked;
    const mask = await engine.readMask().catch(() => null);
    return asked === this.#asked ? mask : null;
  }

  /**
   * Of a frame, once they are counted; whether that was one by the present network.
   * @param {import("../types.js").LoadedModel} model
   * @param {import("../types.js").FoundClass[]} areas
   */
  showAreas(model, areas) {
    const isPresent = this.report !== null && this.model === model;
    if (isPresent) this.areas = areas;
    return isPresent;
  }

  /** @param {Wanted} wanted */
  chooseModel(wanted) {
    this.#action.abort();
    this.wanted = wanted;
    this.forgetResult();
  }

  /** Another backend is another engine. @param {Run} run */
  chooseRun(run) {
    this.#action.abort();
    this.run = run;
    this.#drop();
    this.forgetResult();
  }

  /** Ends a download; the model that was there before, if any, is used again. */
  cancel() {
    this.chooseModel(this.#loaded ?? this.wanted);
    if (!this.#loaded) this.error = abortedError();
    this.#tell("change");
  }

  /** Segments the picture once more. */
  repeat() {
    this.#shown = null;
    this.error = null;
  }

  /** Another picture is to be shown, or the same by another network. */
  forgetResult() {
    this.#asked += 1;
    this.#shown = this.result = this.areas = this.mask = this.report = this.error = null;
    this.#meter = new FrameMeter();
    this.#tell("progress", null);
    this.#tell("change");
  }

  /** Gives worker, memory and GPU back. */
  close() {
    this.#isClosed = true;
    this.#asked += 1;
    this.#action.abort();
    this.#drop();
  }

  /** @param {Partial<import("../types.js").View>} view */
  setView(view) {
    Object.assign(this.#view, view);
    this.#quietly((engine) => engine.setView(view));
  }

  /** @param {number} width @param {number} height of the canvas */
  resize(width, height) {
    this.#size = [width, height];
    this.#quietly((engine) => engine.resize(width, height));
  }

  /** Where the network runs; `null` until that is known. */
  get machine() {
    return this.isLoaded ? (this.#engine?.machine() ?? null) : null;
  }

  /** Whether there is a painting of the present picture. */
  get isPainted() {
    return this.result !== null || this.report !== null;
  }

  /** The mask as a PNG file. Errors: `no-result`. */
  async maskPng() {
    return this.#engine ? this.#engine.maskPng() : null;
  }

  async #start() {
    const run = this.run;
    const { backend, activations } = run;
    const engine = await Engine.create({ canvas: this.#newCanvas(), backend, activations, threads: chosenThreads() });
    if (this.#isClosed || this.run !== run) return engine.dispose();
    this.#engine = engine;
    if (this.#size) await engine.resize(...this.#size);
    await engine.setView(this.#view);
  }

  /**
   * @param {Engine} engine
   * @param {AbortSignal} signal
   */
  async #load(engine, signal) {
    const wanted = this.wanted;
    /** @param {import("../types.js").Progress} progress */
    const onProgress = (progress) => this.#tell("progress", progress);
    const options = { onProgress, signal, precision: wanted.precision };
    const source = "id" in wanted ? wanted.id : await readModelFile(engine.store, wanted.file, options);
    const model = await engine.loadModel(source, options);
    this.#tell("progress", null);
    this.#loaded = wanted;
    this.model = model;
    this.#isCold = true;
  }

  /**
   * A run that was begun comes to its end, wanted or not: beside another one its time, and the other's, would be wrong.
   * @param {Engine} engine
   * @param {Picture} picture
   */
  async #segment(engine, picture) {
    const asked = this.#asked;
    let result = await engine.segment(picture);
    const { compile, total } = result.timings;
    const isFirst = this.#isCold || compile > 0;
    this.#isCold = false;
    const isRepeated = isFirst && total - compile < CHEAP_MS && asked === this.#asked;
    if (isRepeated) result = await engine.segment(picture);
    const mask = await engine.readMask();
    if (asked !== this.#asked) return;
    this.isFirstRun = isFirst && !isRepeated;
    this.result = result;
    this.areas = result.classes;
    this.mask = mask;
    this.#shown = picture;
  }

  /** @param {import("../errors.js").SegscopeError} error */
  #fail(error) {
    this.#tell("progress", null);
    const isLost = error.code === "device-lost";
    if (isLost || NEEDS_RELOAD.includes(error.code)) this.#drop();
    // A GPU that goes away twice will do so again.
    if (isLost && ++this.#losses === 1) return;
    this.error = error;
  }

  #drop() {
    const engine = this.#engine;
    this.#engine = this.#loaded = null;
    // A lost device cannot be asked to free itself; its worker ends all the same.
    void engine?.dispose().catch(() => undefined);
  }

  /**
   * What follows the visitor's hand: a failure shows with the next step.
   * @param {(engine: Engine) => Promise<unknown>} work
   */
  #quietly(work) {
    if (this.#engine) void work(this.#engine).catch(() => undefined);
  }

  /**
   * @param {string} type
   * @param {unknown} [detail]
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
