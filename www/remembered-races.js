/** Outcomes of earlier races between the backends, by machine and model. */

import { sha256Of } from "./download.js";

/** @typedef {import("./types.js").Race} Race */
/** @typedef {import("./types.js").AdapterInfo} AdapterInfo */

const PREFIX = "segscope.race.";

/**
 * @param {AdapterInfo | null} adapter
 * @param {Uint8Array<ArrayBuffer>} model bytes of the model file
 * @returns {Promise<Race | null>}
 */
export async function recallRace(adapter, model) {
  const sha256 = await sha256Of(model);
  try {
    return JSON.parse(localStorage.getItem(key(adapter, sha256)) ?? "null");
  } catch {
    // No storage, or not what was stored: the race is held again.
    return null;
  }
}

/**
 * @param {AdapterInfo | null} adapter
 * @param {string} sha256
 * @param {Race} race
 */
export function rememberRace(adapter, sha256, race) {
  try {
    localStorage.setItem(key(adapter, sha256), JSON.stringify(race));
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
 * @param {AdapterInfo | null} adapter
 * @param {string} sha256
 */
function key(adapter, sha256) {
  const gpu = adapter ? [adapter.vendor, adapter.architecture, adapter.device, adapter.description].join("/") : "none";
  return `${PREFIX}${gpu}|${navigator.hardwareConcurrency}|${navigator.userAgent}|${sha256}`;
}
