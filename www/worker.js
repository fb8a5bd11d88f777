/** Owns the wasm session and its canvas; engine.js is its only caller. */
import init, { Session } from "./pkg/engine.js";
import { serveCalls } from "./serve-calls.js";

/** @type {Session} */
let session;

serveCalls({
  /** @param {OffscreenCanvas} [canvas] */
  async create(canvas) {
    await init({ module_or_path: new URL("./pkg/engine_bg.wasm", import.meta.url) });
    session = await Session.create(canvas);
    // The browser's own words for the GPU; wgpu passes on only some of them.
    const adapter = await navigator.gpu.requestAdapter();
    const { vendor = "", architecture = "", device = "", description = "" } = adapter?.info ?? {};
    return { ...session.adapterInfo(), vendor, architecture, device, description };
  },
  /** @param {Uint8Array} bytes */
  loadModel: (bytes) => session.loadModel(bytes),
  /**
   * @param {ImageBitmap | VideoFrame} frame
   * @param {number} width
   * @param {number} height
   */
  async segment(frame, width, height) {
    try {
      return await session.segment(frame, width, height);
    } finally {
      frame.close();
    }
  },
  /** @param {import("./types.js").View} view */
  setView(view) {
    session.setView(view);
    session.paint();
  },
  /**
   * @param {number} width
   * @param {number} height
   */
  resize(width, height) {
    session.resize(width, height);
    session.paint();
  },
  readMask: () => session.readMask(),
  maskPng: () => session.maskPng(),
  /**
   * @param {number} x
   * @param {number} y
   */
  scoresAt: (x, y) => session.scoresAt(x, y),
  /** @param {string} name */
  readLayer: (name) => session.readLayer(name),
  memory: () => session.memory(),
  unloadModel: () => session.unloadModel(),
  dispose: () => session.dispose(),
});
