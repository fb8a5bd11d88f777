import { chosenActivations, chosenBackend, chosenThreads, rememberBackend } from "./chosen-backend.js";
import { mostDetail } from "./detail.js";
import { Engine, decodePicture } from "./engine.js";
import { abortedError, codeOf } from "./errors.js";
import { readModelFile } from "./model-file.js";

/** @typedef {import("./types.js").LoadedModel} LoadedModel */
/** @typedef {import("./types.js").SegmentResult} SegmentResult */
/** @typedef {import("./types.js").Picture} Picture */
/** @typedef {{blob: Blob, name: string, picture: Picture}} Photo */
/** A model to have: from the catalogue, or a file of the visitor's; in a precision, or as it comes. @typedef {({id: string} | {file: File}) & {precision?: import("./types.js").Precision | undefined}} Wanted */
/** In milliseconds; `null` is not measured yet. @typedef {{model: import("./types.js").Delivery, compile: number, first: number, warm: number | null}} Times */
/** @typedef {import("./chosen-backend.js").Backend} Backend */
/** @typedef {"starting" | "ready" | "loading" | "working" | "done" | "live"} State */

const DEFAULT_MODEL = "people";
/** A second run that takes longer than this waits for the visitor to ask for it. */
const CHEAP_MS = 1500;

/**
 * The page's one piece of work: an engine, a model, a photo, its result. One action at a time; a newer one ends the older.
 * A failed action leaves the last good photo, model and result in place.
 *
 * Events: `state` (a State), `progress`, `photo` (Photo or null), `model`, `result`, `times`, `engine` (Engine or null).
 */
export class Workbench extends EventTarget {
  /** @type {() => HTMLCanvasElement} */ #newCanvas;
  /** @type {Promise<Engine> | null} */ #engine = null;
  /** @type {AbortController | null} */ #action = null;
  /** @type {Wanted} */ #wanted = { id: DEFAULT_MODEL };
  /** @type {Wanted | null} */ #loaded = null;
  /** Opened, not segmented yet. @type {Photo | null} */ #candidate = null;

  /** How often the GPU went away. */ #losses = 0;

  /** How closely photos are looked at, as `Engine.segment` has it. */ detail = 1;
  /** That of the last result. */ #doneDetail = 1;

  /** What the visitor wants the network to run on. @type {Backend} */ backend = chosenBackend();
  /** @type {Photo | null} */ photo = null;
  /** @type {LoadedModel | null} */ model = null;
  /** @type {SegmentResult | null} */ result = null;
  /** @type {Times | null} */ times = null;

  /** @param {() => HTMLCanvasElement} newCanvas a fresh one for each engine: a canvas can be given away once only */
  constructor(newCanvas) {
    super();
    this.#newCanvas = newCanvas;
  }

  start() {
    return this.#act(async (signal) => {
      this.#tell("state", "starting");
      await this.engine();
      signal.throwIfAborted();
      this.#tell("state", "ready");
    });
  }

  /** @returns {Promise<Engine>} */
  engine() {
    this.#engine ??= this.#create();
    return this.#engine;
  }

  /**
   * @param {Blob} blob
   * @param {string} name
   */
  openPhoto(blob, name) {
    return this.#act(async (signal) => {
      const engine = await this.engine();
      signal.throwIfAborted();
      this.#tell("state", "loading");
      const picture = await decodePicture(blob, engine.maxPictureSide());
      if (signal.aborted) {
        picture.bitmap.close();
        throw abortedError();
      }
      this.#candidate?.picture.bitmap.close();
      this.#candidate = { blob, name, picture };
      this.#tell("photo", this.#candidate);
      await this.#run(signal);
    });
  }

  /** Puts the photo away and has the model ready, for a live picture in its place. */
  openLive() {
    return this.#act(async (signal) => {
      this.#closePhoto();
      await this.#run(signal);
    });
  }

  /** A new engine with the same model and photo, after the GPU was lost. */
  recover() {
    return this.#act((signal) => this.#recover(signal));
  }

  /** Whether an engine exists or is on its way. */
  get isStarted() {
    return this.#engine !== null;
  }

  /** @param {Wanted} wanted */
  chooseModel(wanted) {
    return this.#act(async (signal) => {
      this.#wanted = wanted;
      await this.#run(signal);
    });
  }

  /**
   * A new engine on another backend, with the same model and photo.
   * @param {Backend} backend
   */
  chooseBackend(backend) {
    return this.#act(async (signal) => {
      this.backend = backend;
      rememberBackend(backend);
      // Whoever asks for the faster one asks again, even if the answer is known.
      if (backend === "auto") Engine.forgetRaces();
      await this.#renew(signal);
    });
  }

  /** @param {number} detail */
  chooseDetail(detail) {
    return this.#act(async (signal) => {
      this.detail = detail;
      await this.#run(signal);
    });
  }

  runAgain() {
    return this.#act(async (signal) => {
      await this.#run(signal);
    });
  }

  /** Ends a download or a picture in tiles that the visitor no longer wants. */
  cancel() {
    this.#action?.abort(abortedError());
    this.#giveUp();
    this.#tell("state", this.result ? "done" : "ready");
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work */
  async #act(work) {
    this.#action?.abort(abortedError());
    const action = new AbortController();
    this.#action = action;
    try {
      try {
        await work(action.signal);
      } catch (error) {
        if (codeOf(error) !== "device-lost" || action.signal.aborted) throw error;
        await this.#recover(action.signal);
      }
    } catch (error) {
      // A newer action goes on with this one's photo and model.
      if (action.signal.aborted) return;
      this.#giveUp();
      throw error;
    }
  }

  #closePhoto() {
    for (const photo of [this.photo, this.#candidate]) photo?.picture.bitmap.close();
    this.photo = null;
    this.#candidate = null;
    this.result = null;
    this.times = null;
    this.#tell("photo", null);
  }

  /** Back to the last good photo and model. */
  #giveUp() {
    this.#wanted = this.#loaded ?? { id: DEFAULT_MODEL };
    this.detail = this.#doneDetail;
    if (!this.#candidate) return;
    this.#candidate.picture.bitmap.close();
    this.#candidate = null;
    this.#tell("photo", this.photo);
  }

  /**
   * A GPU that goes away twice will do so again: where the choice is ours, the processor takes over.
   * @param {AbortSignal} signal
   */
  async #recover(signal) {
    this.#losses += 1;
    await this.#renew(signal);
  }

  /** @param {AbortSignal} signal */
  async #renew(signal) {
    const old = this.#engine;
    this.#engine = null;
    this.#loaded = null;
    this.#tell("engine", null);
    // A lost device cannot be asked to free itself; its worker can be ended.
    void old?.then((engine) => engine.dispose()).catch(() => undefined);
    await this.#run(signal);
  }

  async #create() {
    try {
      const backend = this.backend === "auto" && this.#losses > 1 ? "cpu" : this.backend;
      const [threads, activations] = [chosenThreads(), chosenActivations()];
      const engine = await Engine.create({ canvas: this.#newCanvas(), backend, threads, activations });
      this.#tell("engine", engine);
      return engine;
    } catch (error) {
      this.#engine = null;
      throw error;
    }
  }

  /** @param {AbortSignal} signal */
  async #run(signal) {
    const engine = await this.engine();
    signal.throwIfAborted();
    if (this.#loaded !== this.#wanted) await this.#load(engine, signal);
    const photo = this.#candidate ?? this.photo;
    if (!photo || !this.model) {
      this.#tell("state", "ready");
      return;
    }
    this.#tell("state", "working");
    /** @param {import("./types.js").TileProgress} progress */
    const onProgress = (progress) => this.#tell("progress", progress);
    if (this.detail !== this.#doneDetail) this.times = null;
    const options = { detail: this.#usableDetail(photo), signal, onProgress };
    const result = await this.#timed(() => engine.segment(photo.picture, options));
    this.#doneDetail = this.detail;
    this.#adopt(photo, result.value);
    const { compile } = result.value.timings;
    const isRepeat = this.times !== null && compile === 0;
    this.times = isRepeat
      ? { .../** @type {Times} */ (this.times), warm: result.ms }
      : { model: this.model.delivery, compile, first: result.ms, warm: null };
    this.#tell("times", this.times);
    this.#tell("state", "done");
    if (isRepeat || result.ms - compile > CHEAP_MS) return;
    const { ms } = await this.#timed(() => engine.segment(photo.picture, options));
    this.times = { ...this.times, warm: ms };
    this.#tell("times", this.times);
  }

  /**
   * A small photo has nothing more to show.
   * @param {Photo} photo
   */
  #usableDetail({ picture }) {
    return this.model ? Math.min(this.detail, mostDetail(picture, this.model)) : 1;
  }

  /**
   * @param {Engine} engine
   * @param {AbortSignal} signal
   */
  async #load(engine, signal) {
    const wanted = this.#wanted;
    this.#tell("state", "loading");
    /** @param {import("./types.js").Progress} progress */
    const onProgress = (progress) => this.#tell("progress", progress);
    const source = "id" in wanted ? wanted.id : await readModelFile(engine.store, wanted.file, { onProgress, signal });
    const model = await engine.loadModel(source, { onProgress, signal });
    this.#loaded = wanted;
    this.model = model;
    this.result = null;
    this.times = null;
    this.#tell("model", model);
  }

  /**
   * @param {Photo} photo
   * @param {SegmentResult} result
   */
  #adopt(photo, result) {
    if (photo === this.#candidate) {
      this.photo?.picture.bitmap.close();
      this.photo = photo;
      this.#candidate = null;
      this.times = null;
    }
    this.result = result;
    this.#tell("result", result);
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   */
  async #timed(work) {
    const start = performance.now();
    const value = await work();
    return { value, ms: performance.now() - start };
  }

  /**
   * @param {string} type
   * @param {unknown} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
