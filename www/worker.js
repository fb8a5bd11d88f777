/** Owns the wasm session and its canvas; engine.js is its only caller. */
import { chooseBackend, openSession } from "./backends.js";
import { loadBundle } from "./bundle.js";
import { pixelsOf, planesOf, showPixels } from "./cpu-canvas.js";
import { abortedError } from "./errors.js";
import { serveCalls } from "./serve-calls.js";

/** @typedef {import("./types.js").BackendName} BackendName */
/** @typedef {import("./pkg/engine.js").Session} Session */

/** What a backdrop is shrunk to fill: more nobody sees. */
const SCREEN = { width: 1920, height: 1080 };

/** The engine's backend; with "auto" the first model decides it. @type {BackendName | null} */
let backend = null;
/** @type {import("./bundle.js").Bundle} */
let bundle;
/** @type {Session} */
let session;
/** @type {import("./backends.js").Activations} */
let activations = "auto";
/** Of the canvas, once there is one. @type {{width: number, height: number} | undefined} */
let canvasSize;
/** RGBA. @type {{data: Uint8Array, width: number, height: number} | null} */
let backdrop = null;
/** The GPU's session while nothing is decided. @type {Session | null} */
let candidate = null;

serveCalls({
  /**
   * @param {"auto" | BackendName} wanted
   * @param {number | undefined} threads
   * @param {string} crashes see `loadBundle`
   * @param {import("./backends.js").Activations} wantedActivations
   */
  async create(wanted, threads, crashes, wantedActivations) {
    activations = wantedActivations;
    bundle = await loadBundle(wanted === "webgpu" ? 1 : threads, crashes);
    if (wanted !== "auto") {
      session = await openSession(bundle, wanted, activations);
      backend = wanted;
      return { backend, threads: bundle.threads, adapter: await adapterOf(session), noGpu: null };
    }
    try {
      candidate = await openSession(bundle, "webgpu", activations);
      return { backend: null, threads: bundle.threads, adapter: await adapterOf(candidate), noGpu: null };
    } catch (error) {
      session = await openSession(bundle, "cpu");
      backend = "cpu";
      const { code = "no-webgpu", message = String(error) } = /** @type {{code?: string, message?: string}} */ (error);
      return { backend, threads: bundle.threads, adapter: null, noGpu: { code, message } };
    }
  },
  /**
   * `remembered` is what an earlier race on this machine with this model said.
   * @param {Uint8Array} bytes
   * @param {import("./types.js").Race | null} remembered
   */
  async loadModel(bytes, remembered) {
    let race = null;
    if (candidate) {
      ({ session, race } = await chooseBackend(bundle, candidate, bytes, remembered, activations));
      backend = race.winner;
      candidate = null;
      showBackdrop();
    } else if (activations === "auto") {
      // Only the model that was raced is known to be faster and right in int8.
      session.setInt8(false);
    }
    const info = session.loadModel(bytes);
    return { ...info, backend, activations: backend === "cpu" ? null : session.activations(), threads: bundle.threads, race };
  },
  /** @param {OffscreenCanvas} canvas */
  show(canvas) {
    if (backend === "cpu") session.showWith(showPixels(canvas));
    else session.showOn(canvas);
  },
  /**
   * @param {ImageBitmap | VideoFrame} frame
   * @param {{width: number, height: number, detail: number}} source
   * @param {import("./serve-calls.js").Call} call
   */
  async segment(frame, source, { signal, report }) {
    /**
     * @param {number} done
     * @param {number} total
     */
    const onTile = async (done, total) => {
      report({ phase: "tiles", done, total });
      // Messages come in between two tasks only.
      await new Promise((resolve) => setTimeout(resolve));
      if (signal.aborted) throw abortedError();
    };
    const job = { ...source, onTile };
    try {
      if (backend === "webgpu") return await session.segment(frame, job);
      const start = performance.now();
      const pixels = pixelsOf(frame);
      const uploadMs = performance.now() - start;
      return await session.segmentPixels(pixels.data, pixels.width, pixels.height, { ...job, uploadMs });
    } finally {
      frame.close();
    }
  },
  /**
   * @param {ImageBitmap | VideoFrame} frame
   * @param {{width: number, height: number, longSide: number | undefined, steady: import("./types.js").Steady}} source
   */
  async showFrame(frame, source) {
    const job = { ...source, isLive: true };
    try {
      if (backend === "webgpu") {
        const before = session.bytesReadBack();
        const shown = await session.segment(frame, job);
        return { ...shown, bytesReadBack: session.bytesReadBack() - before };
      }
      return { ...(await showOnCpu(frame, job)), bytesReadBack: 0 };
    } finally {
      frame.close();
    }
  },
  /** @param {import("./types.js").View} view */
  setView(view) {
    session?.setView(view);
    session?.paint();
  },
  /** @param {ImageBitmap} picture */
  setBackdrop(picture) {
    backdrop = pixelsOf(picture, SCREEN);
    picture.close();
    showBackdrop();
    session?.paint();
  },
  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    canvasSize = { width, height };
    session?.resize(width, height);
  },
  readMask: () => session.readMask(),
  /**
   * @param {number} x
   * @param {number} y
   */
  scoresAt: (x, y) => session.scoresAt(x, y),
  /** @param {string} name */
  readLayer: (name) => session.readLayer(name),
  networkGpuMs: async () => (await session.networkGpuMs()) ?? null,
  memory: () => session.memory(),
  unloadModel: () => session.unloadModel(),
  dispose: () => (session ?? candidate)?.dispose(),
});

function showBackdrop() {
  if (backdrop) session?.setBackdrop(backdrop.data, backdrop.width, backdrop.height);
}

/**
 * The browser's own words for the GPU; wgpu passes on only some of them.
 * @param {Session} session
 */
async function adapterOf(session) {
  const told = session.adapterInfo();
  if (!told) return null;
  const adapter = await navigator.gpu.requestAdapter();
  const { vendor = "", architecture = "", device = "", description = "" } = adapter?.info ?? {};
  return { ...told, vendor, architecture, device, description };
}

/**
 * @param {ImageBitmap | VideoFrame} frame
 * @param {object} job
 */
async function showOnCpu(frame, job) {
  const start = performance.now();
  const planes = await planesOf(frame);
  if (planes) return session.segmentPlanes(planes.bytes, planes.shape, { ...job, uploadMs: performance.now() - start });
  // More than the canvas has nobody sees.
  const { data, width, height } = pixelsOf(frame, canvasSize);
  return session.segmentPixels(data, width, height, { ...job, uploadMs: performance.now() - start });
}
