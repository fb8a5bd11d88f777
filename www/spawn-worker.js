import { newWorker } from "./new-worker.js";
import { Rpc } from "./rpc.js";

/**
 * A worker of ours that answers calls.
 * @param {string} file beside this one
 */
export const spawnWorker = (file) => new Rpc(newWorker(file));
