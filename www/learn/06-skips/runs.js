import { editsOf, findSkips } from "./find-skips.js";

/** @typedef {import("../shell/lab.js").Lab} Lab */
/** @typedef {import("../shell/lab.js").LiveModel} LiveModel */
/** @typedef {import("../shell/photo.js").Photo} Photo */

/**
 * A network as it was trained, on a photo.
 * @typedef {object} Full
 * @property {LiveModel} model
 * @property {Photo} photo
 * @property {import("../shell/lab-types.d.ts").Description} description
 * @property {import("./find-skips.js").Skip[]} skips
 * @property {Uint8Array} mask
 * @property {number} ms
 */

/**
 * @param {Lab} lab
 * @param {string} id
 * @param {Photo} photo
 * @returns {Promise<Full>}
 */
export async function runFull(lab, id, photo) {
  const model = await lab.model(id);
  const size = await model.sizeFor(photo);
  const [{ mask, ms }, description] = await Promise.all([runWith(model, photo, []), model.describe(size)]);
  return { model, photo, description, skips: findSkips(description), mask, ms };
}

/**
 * The same network with its skips as set.
 * @param {Full} full
 * @param {import("./find-skips.js").Settings} settings
 * @returns {Promise<{mask: Uint8Array, ms: number}>}
 */
export async function runChanged(full, settings) {
  const edits = editsOf(full.skips, settings);
  if (edits.length === 0) return { mask: full.mask, ms: full.ms };
  const { mask, ms } = await runWith(full.model, full.photo, edits);
  return { mask, ms };
}

/**
 * Calls are answered in order, so asked for at once they stand together, whoever else asks.
 * @param {LiveModel} model
 * @param {Photo} photo
 * @param {import("../shell/lab-types.d.ts").Edit[]} edits
 */
async function runWith(model, photo, edits) {
  const [, answer] = await Promise.all([model.setEdits(edits), model.run(photo)]);
  return answer;
}
