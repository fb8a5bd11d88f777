/** Threads for the CPU backend: workers that run the same wasm on the same memory. */
import { newWorker } from "./new-worker.js";

/** What takes longer than this is taken to hang: one thread computes as well. */
const PATIENCE_MS = 10_000;

/**
 * Starts workers beside this one; none if they do not all start.
 * @param {import("./bundle.js").Threaded} wasm
 * @param {number} threads this one included
 * @param {string} crashes
 * @returns {Promise<Worker[]>}
 */
export async function startPool(wasm, threads, crashes) {
  /** @type {Worker[]} */
  const workers = [];
  try {
    while (workers.length < threads - 1) workers.push(newWorker("pool-worker.js"));
    const parts = wasm.sharedWasm();
    for (const worker of workers) worker.postMessage({ ...parts, crashes });
    await Promise.race([Promise.all(workers.map(isReady)), patience()]);
    wasm.makePool(threads);
  } catch {
    for (const worker of workers) worker.terminate();
    return [];
  }
  for (const worker of workers) worker.postMessage("join");
  return workers;
}

/** @param {Worker} worker */
function isReady(worker) {
  return new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  });
}

/** @returns {Promise<never>} */
function patience() {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("late")), PATIENCE_MS));
}
