/** Outcomes of earlier races between the backends, by machine and model. */

import { sha256Of } from "./download.js";

/** @typedef {import("./types.js").Race} Race */
/**
 * What a race depends on besides the model.
 * @typedef {Pick<import("./types.js").Machine, "adapter" | "threads"> & {activations: string}} Machine
 */

const PREFIX = "segscope.race.";

/**
 * @param {Machine} machine
 * @param {Uint8Array<ArrayBuffer>} model bytes of the model file
 * @returns {Promise<Race | null>}
 */
export async function recallRace(machine, model) {
  const sha256 = await sha256Of(model);
  try {
    return JSON.parse(localStorage.getItem(key(machine, sha256)) ?? "null");
  } catch {
    // No storage, or not what was stored: the race is held again.
    return null;
  }
}

/**
 * @param {Machine} machine
 * @param {string} sha256
 * @param {Race} race
 */
export function rememberRace(machine, sha256, race) {
  try {
    localStorage.setItem(key(machine, sha256), JSON.stringify(race));
  } catch {
    // A browser that stores nothing races at each visit.
  }
}

export function forgetRaces() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  } catch {
    // Nothing is stored where nothing can be.
  }
}

/**
 * A browser's update may change which is faster.
 * @param {Machine} machine
 * @param {string} sha256
 */
function key({ adapter, threads, activations }, sha256) {
  const gpu = adapter ? [adapter.vendor, adapter.architecture, adapter.device, adapter.description].join("/") : "none";
  return `${PREFIX}${gpu}|${threads} of ${navigator.hardwareConcurrency}|${activations}|${navigator.userAgent}|${sha256}`;
}
