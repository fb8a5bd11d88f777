/** The engine's wasm, in the worker: the build with threads where the browser lends them, else the one without. */
import { startPool } from "./pool.js";

/** @typedef {typeof import("./pkg/engine.js")} Exports */
/** What the build with threads has besides. @typedef {Exports & {sharedWasm(): {module: WebAssembly.Module, memory: WebAssembly.Memory}, makePool(threads: number): void}} Threaded */
/** @typedef {{exports: Exports, threads: number, startThreads: () => Promise<void>, endThreads: () => void}} Bundle */

/** More threads gain little in maps of a few dozen rows, and each costs memory. */
const DEFAULT_MOST = 8;

/**
 * `threads` says how many the CPU backend is to have, 1 for none but its own; by default as many as the machine has cores.
 * Whatever keeps more than one from working, one will do.
 * @param {number | undefined} threads
 * @param {string} crashes name of the channel on which the page hears of threads that trapped
 * @returns {Promise<Bundle>}
 */
export async function loadBundle(threads = Math.min(navigator.hardwareConcurrency, DEFAULT_MOST), crashes) {
  if (threads > 1 && crossOriginIsolated) {
    try {
      return withThreads(/** @type {Threaded} */ (await load("engine-threads")), threads, crashes);
    } catch {
      // Not built, or the browser has no room for memory that is shared: the other build needs neither.
    }
  }
  return { exports: await load("engine"), threads: 1, startThreads: async () => {}, endThreads: () => {} };
}

/** @param {string} name @returns {Promise<Exports>} */
async function load(name) {
  const exports = await import(new URL(`./pkg/${name}.js`, import.meta.url).href);
  await exports.default({ module_or_path: new URL(`./pkg/${name}_bg.wasm`, import.meta.url) });
  return exports;
}

/**
 * @param {Threaded} exports
 * @param {number} threads
 * @param {string} crashes
 * @returns {Bundle}
 */
function withThreads(exports, threads, crashes) {
  /** @type {Worker[]} */
  let workers = [];
  return {
    exports,
    threads,
    async startThreads() {
      workers = await startPool(exports, threads, crashes);
      this.threads = workers.length + 1;
    },
    endThreads() {
      for (const worker of workers) worker.terminate();
    },
  };
}
