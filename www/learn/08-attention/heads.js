import { entropy, indexOfLargest, meanDistance } from "./shares.js";
import { cellAt, findStages, tapsOf } from "./stages.js";

/** @typedef {import("./stages.js").Stage} Stage */
/** @typedef {import("../shell/lab.js").LiveModel} LiveModel */
/** @typedef {import("../shell/photo.js").Photo} Photo */

/**
 * SegFormer on a photo, with all its queries and keys kept.
 * @typedef {object} Run
 * @property {LiveModel} model
 * @property {Photo} photo
 * @property {import("../shell/lab-types.d.ts").Description} description
 * @property {Stage[]} stages
 * @property {import("../shell/lab-types.d.ts").Answer} answer
 */

/**
 * A head, as one query uses it.
 * @typedef {object} Head
 * @property {Float32Array} shares `[height, width]` of the keys
 * @property {number} largest
 * @property {number} entropy bits
 * @property {number} distance mean, in pixels of the network's input
 */

/** @typedef {{stage: Stage, block: import("./stages.js").Block, query: {x: number, y: number}, heads: Head[], uniformDistance: number}} StageHeads */

/**
 * @param {LiveModel} model
 * @param {Photo} photo
 * @returns {Promise<Run>}
 */
export async function runOn(model, photo) {
  const description = await model.describe(await model.sizeFor(photo));
  const stages = findStages(description);
  const [, answer] = await Promise.all([model.setTaps(tapsOf(stages)), model.run(photo)]);
  return { model, photo, description, stages, answer };
}

/**
 * All heads of one block in each stage, for the query at a point.
 * @param {Run} run
 * @param {{x: number, y: number}} point fractions of the photo
 * @param {number} block of each stage
 * @returns {Promise<StageHeads[]>}
 */
export function headsAt({ model, stages, description: { size: [height, width] } }, point, block) {
  return Promise.all(
    stages.map(async (stage) => {
      const chosen = stage.blocks[Math.min(block, stage.blocks.length - 1)];
      const query = cellAt(point, stage.queries);
      const { data } = await model.attention(chosen.attention.name, query);
      const { keys, queries } = stage;
      const maps = { queries, keys, query, input: { width, height } };
      const heads = Array.from({ length: stage.heads }, (_, head) => {
        const shares = data.subarray(head * keys.count, (head + 1) * keys.count);
        return { shares, largest: shares[indexOfLargest(shares)], entropy: entropy(shares), distance: meanDistance(shares, maps) };
      });
      return { stage, block: chosen, query, heads, uniformDistance: meanDistance(new Float32Array(keys.count).fill(1 / keys.count), maps) };
    }),
  );
}

/** @param {number[]} values */
export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
