import { spawnWorker } from "../spawn-worker.js";
import { sharedClasses } from "./shared-classes.js";

/** More than a screen shows. */
const MOST_SIDE = 2048;

/**
 * Where masks differ.
 * @typedef {object} Difference
 * @property {string[]} names of the classes that all models have; others count as one
 * @property {boolean} areAll whether no model has others
 * @property {number | null} share of the pixels on which not all agree; `null` if no class is shared
 * @property {{a: number, b: number, share: number | null, meanIou: number | null}[]} pairs indices of panes; `null` if no class is shared
 * @property {ImageData | null} drawing `null` if no class is shared
 */

/** What a pane has to compare. @typedef {{model: import("./shared-classes.js").Classes, mask: import("../types.js").Mask}} Masked */

/** A worker that counts; who has it ends it, and its memory goes. */
export const newCounter = () => spawnWorker("compare/difference-worker.js");

/** @typedef {ReturnType<typeof newCounter>} Counter */

/**
 * Compares masks of one picture, pixel by pixel.
 * @param {Masked[]} panes two at least
 * @param {Counter} counter
 * @returns {Promise<Difference>}
 */
export async function differenceOf(panes, counter) {
  const members = panes.map((_, index) => index);
  const couples = members.flatMap((a) => members.slice(a + 1).map((b) => [a, b]));
  const groups = [members, ...couples].map((members) => ({ members, ...sharedClasses(members.map((index) => panes[index]?.model ?? { classes: [] })) }));
  const { counts, ious, width, height, data } = await counter.call("compare", () => ({ args: [panes.map(({ mask }) => mask.data), sizeOf(panes), groups, MOST_SIDE] }));
  const pixels = panes[0]?.mask.data.length ?? 1;
  const [all, ...pairs] = groups.map(({ members, names }, at) => ({ members, share: names.length > 0 ? counts[at] / pixels : null, meanIou: ious[at] }));
  const share = all?.share ?? null;
  return {
    names: groups[0]?.names ?? [],
    areAll: groups[0]?.areAll ?? false,
    share,
    pairs: pairs.map(({ members: [a = 0, b = 0], share, meanIou }) => ({ a, b, share, meanIou })),
    drawing: share === null ? null : new ImageData(data, width, height),
  };
}

/** Of all masks. @param {Masked[]} panes */
function sizeOf(panes) {
  const { width = 0, height = 0 } = panes[0]?.mask ?? {};
  return { width, height };
}
