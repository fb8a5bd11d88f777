// Our session in a worker, where it may wait for its threads.
import { openSession } from "../../www/backends.js";
import { loadBundle } from "../../www/bundle.js";
import { serveCalls } from "../../www/serve-calls.js";
import { watchMemory } from "../memory.js";

const memory = watchMemory();
/** @type {import("../../www/backends.js").Session} */
let session;

serveCalls({
  /**
   * @param {number} threads
   * @param {Uint8Array} model
   * @param {string} crashes
   */
  async start(threads, model, crashes) {
    const bundle = await loadBundle(threads, crashes);
    session = await openSession(bundle, "cpu");
    if (bundle.threads !== threads) throw new Error(`${bundle.threads} of ${threads} threads`);
    session.loadModel(model);
  },
  /**
   * @param {Uint8Array} rgba
   * @param {number} size
   */
  async frame(rgba, size) {
    await session.segmentPixels(rgba, size, size, { width: size, height: size });
    return session.readMask();
  },
  memory,
});
