import { SegscopeError, abortedError } from "./errors.js";
import { forgetRaces, recallRace, rememberRace } from "./remembered-races.js";
import { download } from "./download.js";
import { ModelStore } from "./models.js";
import { fitPicture, decodePicture } from "./picture.js";
import { spawnWorker } from "./spawn-worker.js";
import { frameOfVideo } from "./video-frame.js";

export { SegscopeError } from "./errors.js";
export { ModelStore } from "./models.js";
export { decodePicture } from "./picture.js";

/** @typedef {import("./types.js").View} View */
/** @typedef {import("./types.js").LoadedModel} LoadedModel */

/** The shown colours cover the photo by half; a visitor changes that, a script may. @type {View} */
const DEFAULT_VIEW = { opacity: 0.5, hidden: [], solo: null, split: null, background: "photo", mirrored: false, fineEdges: false, outlined: false };

/** More pixels than this along a side cost memory and show nothing: no network sees as many. */
const MAX_PICTURE_SIDE = 8192;

/** Each is a worker: thousands would take the visitor's machine down. */
const MOST_THREADS = 64;

/** @param {import("./types.js").ModelInfo} model @returns {number[]} ids */
export const backgroundOf = ({ classes }) => classes.filter(({ name }) => name === "background").map(({ id }) => id);

/**
 * Segments pictures on the visitor's own machine, in a worker of its own. Every method that fails does so with a `SegscopeError`.
 *
 *     const engine = await Engine.create({ canvas });
 *     await engine.loadModel("people");
 *     const { classes } = await engine.segment(photo);
 */
export class Engine {
  #worker;
  #store;
  /** @type {import("./types.js").Machine} */ #machine;
  /** Of the races that are remembered. @type {"auto" | import("./types.js").Activations} */ #activations;
  /** Until the backend is known, which decides how it is drawn to. @type {OffscreenCanvas | null} */ #canvas;
  /** @type {View} */ #view = { ...DEFAULT_VIEW };
  /** Hash of the model whose class ids the view has. */ #viewed = "";
  /** Its classes' colours. @type {[number, number, number][]} */ #palette = [];
  /** @type {{width: number, height: number} | null} Of the last result. */ #size = null;
  /** @type {[number, number] | null} */ #canvasSize = null;

  /**
   * @param {import("./rpc.js").Rpc} worker
   * @param {ModelStore} store
   * @param {Omit<import("./types.js").Machine, "race" | "activations">} machine
   * @param {OffscreenCanvas | null} canvas
   * @param {"auto" | import("./types.js").Activations} activations
   */
  constructor(worker, store, machine, canvas, activations) {
    this.#worker = worker;
    this.#store = store;
    this.#machine = { ...machine, activations: null, race: null };
    this.#canvas = canvas;
    this.#activations = activations;
  }

  /**
   * Starts an engine. `canvas`, if given, shows each result and belongs to the engine from now on. With `backend` "auto"
   * the first model is raced on the GPU and the CPU, and the faster one stays; the outcome is remembered. `threads` is how
   * many the CPU may use, by default one a core, eight at most; a page that is not cross-origin isolated has one. `activations`
   * are what the GPU computes with: "f32"; "f16", which is halved memory, where the adapter has it; "int8" products where
   * the adapter has them and the model was calibrated; with "auto" f16, or int8 if it wins the race. `catalogue` is the
   * address of another list of models.
   *
   * Errors: `no-webgpu`, `no-adapter`, `limits-too-low` (never with "auto" or "cpu"), `backend-unavailable`, `out-of-range`,
   * `engine-load-failed`.
   * @param {{canvas?: HTMLCanvasElement | OffscreenCanvas, backend?: "auto" | "webgpu" | "cpu", threads?: number | undefined,
   *   activations?: "auto" | import("./types.js").Activations, catalogue?: URL | string}} [options]
   */
  static async create({ canvas, backend = "auto", threads, activations = "auto", catalogue } = {}) {
    if (!["auto", "webgpu", "cpu"].includes(backend)) {
      throw new SegscopeError("backend-unavailable", `There is no "${backend}" backend; use "auto", "webgpu" or "cpu".`);
    }
    if (!["auto", "f32", "f16", "int8"].includes(activations)) {
      throw new SegscopeError("out-of-range", `There are no "${activations}" activations; use "auto", "f32", "f16" or "int8".`);
    }
    if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS)) {
      throw new SegscopeError("out-of-range", `An engine cannot have ${threads} threads; give a number from 1 to ${MOST_THREADS}, or none.`);
    }
    const worker = spawnWorker("worker.js");
    try {
      const machine = await worker.call("create", () => ({ args: [backend, threads, worker.crashes, activations] }));
      const surface = canvas instanceof HTMLCanvasElement ? canvas.transferControlToOffscreen() : canvas;
      return new Engine(worker, new ModelStore(catalogue), machine, surface ?? null, activations);
    } catch (error) {
      worker.end(abortedError());
      throw error;
    }
  }

  /**
   * Loads a model: the id of a catalogue entry, the address of a model file, or its bytes. With a `spec` (a catalogue
   * entry) the bytes are a PyTorch checkpoint, which is converted first. Bytes are moved, not copied. With another model
   * than before every class is shown again, but for the background. A `precision` other than "int8" converts a model of the catalogue to
   * that: what its authors publish from their numbers, what ships from its own.
   *
   * Errors: `unknown-model`, `offline`, `download-failed`, `hash-mismatch`, `aborted`, `model-...`; with "auto"
   * `backend-wrong` if neither the GPU nor the processor computes it right.
   * @param {string | URL | {spec: import("./types.js").CatalogueEntry | null, bytes: Uint8Array<ArrayBuffer>}} model
   * @param {import("./models.js").FetchOptions} [options]
   * @returns {Promise<LoadedModel>}
   */
  async loadModel(model, options = {}) {
    const { bytes, delivery } = await this.#deliver(model, options);
    const entrants = { ...this.#machine, activations: this.#activations };
    const remembered = this.#machine.backend ? null : await recallRace(entrants, bytes);
    const call = () => ({ args: [bytes, remembered], transfer: [bytes.buffer] });
    const { backend, activations, threads, race, ...info } = await this.#worker.call("loadModel", call, { signal: options.signal });
    this.#size = null;
    Object.assign(this.#machine, { threads, activations });
    if (race) {
      this.#machine.race = race;
      if (!remembered) rememberRace({ ...entrants, threads }, info.sha256, race);
    }
    this.#machine.backend = backend;
    await this.#showCanvas();
    if (info.sha256 !== this.#viewed) {
      this.#viewed = info.sha256;
      this.#palette = info.classes.map((/** @type {import("./types.js").ModelInfo["classes"][number]} */ { colour }) => colour);
      await this.setView({ hidden: backgroundOf(info), solo: null });
    }
    return { ...info, delivery };
  }

  /**
   * Segments a picture and shows it on the canvas. While one is worked on, one more may wait; a newer one takes its place,
   * and the older fails with `superseded`. Pictures the engine did not decode are copied, so they stay the caller's.
   *
   * With a `detail` of 2 to 16 the network sees the picture with so many times more pixels along a side, in tiles that
   * overlap; `onProgress` hears of each, and a `signal` ends the work after the tile it is at.
   *
   * Errors: those of `decodePicture`, `no-model`, `superseded`, `aborted`, `out-of-range` for another `detail`,
   * `limits-too-low` if the scores of so much detail do not fit, `device-lost`, `engine-crashed`.
   * @param {import("./types.js").Source} source
   * @param {{detail?: number, signal?: AbortSignal, onProgress?: (progress: import("./types.js").TileProgress) => void}} [options]
   * @returns {Promise<import("./types.js").SegmentResult>}
   */
  async segment(source, { detail = 1, signal, onProgress } = {}) {
    const { size, call } = this.#callFor(source, { detail });
    const onDoneAllTheSame = () => {
      this.#size = null;
    };
    try {
      const result = await this.#worker.call("segment", call, { slot: "segment", signal, onProgress, onDoneAllTheSame });
      this.#size = size;
      return { ...result, ...size };
    } catch (error) {
      // Only between tiles can the worker stop; else it ends what it began, and holds a result that nobody waited for.
      if (signal?.aborted && detail === 1) this.#size = null;
      throw error;
    }
  }

  /**
   * Segments and shows a frame of a camera or video. Nothing is measured and on the GPU nothing read back, so there are no
   * areas; `readMask` and `scoresAt` answer for the frame that is shown. As with `segment`, the newest frame waits.
   *
   * Errors: as for `segment`, `out-of-range` for an impossible `longSide`.
   * @param {import("./types.js").Source} source a video gives the frame that it shows when its turn has come
   * @param {{longSide?: number, steady?: import("./types.js").Steady}} [options] the long side of the network's input, in pixels,
   *   by default the model's own; and where the mask is kept steady as the picture does not move, by what earlier frames were
   * @returns {Promise<import("./types.js").ShownFrame>}
   */
  async showFrame(source, { longSide, steady = "off" } = {}) {
    const { size, call } = this.#callFor(source, { longSide, steady });
    const shown = await this.#worker.call("showFrame", call, { slot: "segment" });
    this.#size = size;
    return shown;
  }

  /**
   * The class of every pixel, at the size of the source. Errors: `no-result`.
   * @returns {Promise<import("./types.js").Mask>}
   */
  async readMask() {
    const { width, height } = this.#lastSize();
    return { width, height, data: await this.#worker.call("readMask") };
  }

  /**
   * The mask as a PNG whose pixel values are class ids and whose palette is the model's. Errors: `no-result`.
   * @returns {Promise<Blob>}
   */
  async maskPng() {
    const { width, height, data } = await this.readMask();
    const palette = new Uint8Array(this.#palette.flat());
    const worker = spawnWorker("files-worker.js");
    try {
      const png = await worker.call("maskPng", () => ({ args: [data, width, height, palette], transfer: [data.buffer] }));
      return new Blob([png], { type: "image/png" });
    } finally {
      worker.end(abortedError());
    }
  }

  /**
   * Softmax over the classes at a pixel of the source. Errors: `no-result`, `out-of-range`.
   * @param {number} x
   * @param {number} y
   * @returns {Promise<Float32Array>}
   */
  async scoresAt(x, y) {
    const { width, height } = this.#lastSize();
    if (!(x >= 0 && y >= 0 && x < width && y < height)) {
      throw new SegscopeError("out-of-range", `There is no pixel (${x}, ${y}) in a picture of ${width} × ${height}.`);
    }
    return this.#worker.call("scoresAt", () => ({ args: [Math.floor(x), Math.floor(y)] }));
  }

  /**
   * The activation of any node of the network. Errors: `no-result`, `no-such-layer`.
   * @param {string} name
   * @returns {Promise<import("./types.js").Layer>}
   */
  async readLayer(name) {
    this.#lastSize();
    return this.#worker.call("readLayer", () => ({ args: [name] }));
  }

  /**
   * Changes how the result is shown; what is left out stays as it is. Resolves when it is on the canvas.
   * @param {Partial<View>} view
   * @returns {Promise<void>}
   */
  async setView(view) {
    this.#view = { ...this.#view, ...view };
    await this.#newest("setView", () => ({ args: [this.#view] }));
  }

  /**
   * The picture that the background "picture" shows: it fills the canvas, in the middle. Errors: those of `decodePicture`.
   * @param {import("./types.js").Source} source
   * @returns {Promise<void>}
   */
  async setBackdrop(source) {
    const { frame } = await this.#frameOf(source);
    await this.#worker.call("setBackdrop", () => ({ args: [frame], transfer: [frame] }));
  }

  /**
   * Size of the canvas in device pixels.
   * @param {number} width
   * @param {number} height
   * @returns {Promise<void>}
   */
  async resize(width, height) {
    this.#canvasSize = [width, height];
    await this.#newest("resize", () => ({ args: [width, height] }));
  }

  /** Where this engine runs, and why there. */
  machine() {
    return this.#machine;
  }

  /** The GPU and its limits; `null` where the browser offers none. */
  adapterInfo() {
    return this.#machine.adapter;
  }

  /** Largest side of a picture that this machine takes in one piece; larger ones are shrunk, and their masks enlarged. */
  maxPictureSide() {
    return Math.min(this.#machine.adapter?.limits.maxTextureDimension2D ?? MAX_PICTURE_SIDE, MAX_PICTURE_SIDE);
  }

  /** Makes "auto" race again on this machine, with the next engine. */
  static forgetRaces() {
    forgetRaces();
  }

  /**
   * What the network's last run took by the GPU's own clock, in milliseconds; `null` on the processor, and where a browser does not
   * give it away. Reads sixteen bytes back.
   * @returns {Promise<number | null>}
   */
  networkGpuMs() {
    return this.#worker.call("networkGpuMs");
  }

  /** @returns {Promise<import("./types.js").Memory>} */
  memory() {
    return this.#worker.call("memory");
  }

  /** The list of models and what is kept of them. */
  get store() {
    return this.#store;
  }

  /** @returns {Promise<void>} */
  async unloadModel() {
    this.#size = null;
    await this.#worker.call("unloadModel");
  }

  /** Frees the GPU and ends the worker; what still waits fails with `aborted`. */
  async dispose() {
    try {
      await this.#worker.call("dispose");
    } finally {
      this.#worker.end(abortedError());
    }
  }

  /** Gives the canvas to the worker as soon as it is known what draws to it. */
  async #showCanvas() {
    const canvas = this.#canvas;
    if (!canvas || !this.#machine.backend) return;
    this.#canvas = null;
    await this.#worker.call("show", () => ({ args: [canvas], transfer: [canvas] }));
    if (this.#canvasSize) await this.resize(...this.#canvasSize);
    await this.setView({});
  }

  /**
   * What the worker is called with when a source's turn has come, and the source's size, which is known then.
   * @param {import("./types.js").Source} source
   * @param {object} job
   */
  #callFor(source, job) {
    const size = { width: 0, height: 0 };
    const call = async () => {
      const { frame, width, height } = await this.#frameOf(source);
      Object.assign(size, { width, height });
      return { args: [frame, { width, height, ...job }], transfer: [frame] };
    };
    return { size, call };
  }

  #lastSize() {
    if (this.#size) return this.#size;
    throw new SegscopeError("no-result", "Nothing was segmented with this model yet; call segment() first.");
  }

  /**
   * Of calls that only set a state the newest counts: it answers for those it replaced.
   * @param {string} method
   * @param {() => import("./rpc.js").Call} call
   */
  async #newest(method, call) {
    try {
      await this.#worker.call(method, call, { slot: method });
    } catch (error) {
      if (!(error instanceof SegscopeError && error.code === "superseded")) throw error;
    }
  }

  /**
   * @param {Parameters<Engine["loadModel"]>[0]} model
   * @param {import("./models.js").FetchOptions} options
   * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, delivery: import("./types.js").Delivery}>}
   */
  async #deliver(model, options) {
    const delivery = { downloadMs: 0, convertMs: 0, notKept: null };
    if (typeof model === "object" && "bytes" in model) {
      // A file of the caller's is in the precision that it is in.
      if (!model.spec) return { bytes: model.bytes, delivery: { ...delivery, source: "caller" } };
      const { bytes, convertMs } = await this.#store.convert(model.bytes, model.spec, options);
      return { bytes, delivery: { ...delivery, convertMs, source: "caller" } };
    }
    if (typeof model === "string" && !/[/.]/.test(model)) return this.#store.fetch(await this.#store.entry(model), options);
    const start = performance.now();
    const bytes = await download(new URL(model, location.href).href, options);
    return { bytes, delivery: { ...delivery, downloadMs: performance.now() - start, source: "network" } };
  }

  /**
   * @param {import("./types.js").Source} source
   * @returns {Promise<{frame: ImageBitmap | VideoFrame, width: number, height: number}>}
   */
  async #frameOf(source) {
    const maxSide = this.maxPictureSide();
    if (typeof VideoFrame !== "undefined" && source instanceof VideoFrame) {
      return { frame: source.clone(), width: source.displayWidth, height: source.displayHeight };
    }
    if (source instanceof HTMLVideoElement) {
      const frame = await frameOfVideo(source);
      if ("displayWidth" in frame) return { frame, width: frame.displayWidth, height: frame.displayHeight };
      const { bitmap, width, height } = await fitPicture(frame, { maxSide });
      return { frame: bitmap, width, height };
    }
    if (source instanceof Blob) {
      const { bitmap, width, height } = await decodePicture(source, maxSide);
      return { frame: bitmap, width, height };
    }
    if ("bitmap" in source) {
      const { width, height } = source;
      return { frame: await createImageBitmap(source.bitmap), width, height };
    }
    try {
      if (source instanceof HTMLImageElement) await source.decode();
      const { bitmap, width, height } = await fitPicture(await createImageBitmap(source), { maxSide });
      return { frame: bitmap, width, height };
    } catch (error) {
      if (error instanceof SegscopeError) throw error;
      throw new SegscopeError("image-broken", "This source has no picture to read: it is not loaded, damaged, or closed.", { cause: error });
    }
  }
}
