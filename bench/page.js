// A page that holds one engine with one model; the runner tells it what to do through `window.bench`.
import { watchMemory } from "./memory.js";
import { loadPicture } from "./picture.js";

/**
 * What a page is opened for, in its address.
 * @typedef {object} Job
 * @property {string} module adapter of the engine
 * @property {"webgpu" | "cpu" | "wasm"} backend
 * @property {number} threads
 * @property {string} model address of the model's files without their extension
 * @property {number} size of a side of the picture
 * @property {boolean} first whether the page goes for its first mask as soon as it is loaded
 *
 * What an engine's adapter offers. `start` gets it ready for frames and returns what runs one: from the picture to the class of
 * every pixel in JavaScript's hands. `firstMask` is what a page would do that uses the engine, if that is not a start and a frame.
 * @typedef {object} Adapter
 * @property {(job: Job, picture: import("./picture.js").Picture) => Promise<() => Promise<Classes>>} start
 * @property {(job: Job) => Promise<void>} [firstMask]
 * @property {() => Promise<{wasm: number, gpu: number} | undefined>} [memory] where the engine is not in the page
 *
 * @typedef {Uint8Array | Int32Array | BigInt64Array} Classes
 */

/** @type {Job} */
const job = JSON.parse(new URLSearchParams(location.search).get("job") ?? "{}");
const memory = watchMemory();
/** @type {() => Promise<Classes>} */
let frame = () => Promise.reject(new Error("warmUp comes first"));

/** @returns {Promise<Adapter>} */
const adapter = () => import(`./engines/${job.module}`);

/** Milliseconds from the start of navigation to the first mask. */
async function firstMask() {
  const engine = await adapter();
  if (engine.firstMask) await engine.firstMask(job);
  else await (await engine.start(job, await loadPicture(job.size)))();
  return performance.now();
}

const bench = {
  first: job.first ? firstMask() : null,

  /** Makes the engine ready and runs a frame that does not count; its classes. */
  async warmUp() {
    frame = await (await adapter()).start(job, await loadPicture(job.size));
    return Array.from(await frame(), Number);
  },

  /** Milliseconds of one frame. */
  async time() {
    const start = performance.now();
    await frame();
    return performance.now() - start;
  },

  /** The most bytes so far. */
  async memory() {
    return (await (await adapter()).memory?.()) ?? memory();
  },
};

/** @typedef {typeof bench} Bench */
Object.assign(window, { bench });
