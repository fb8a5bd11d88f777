/** Classes of several models, compared by name. */
import { readable } from "../format.js";

/** @typedef {Pick<import("../types.js").ModelInfo, "classes">} Classes */

/** What a model that lacks another's classes sees in their place. */
export const OTHER = 255;

/** Data sets write a name with `_`, `-` or a capital. @param {string} name */
export const keyOf = (name) => readable(name).toLowerCase();

/**
 * What masks of these models can be compared by: the names that all of them have, and for each model which of them a class
 * id stands for. Classes that not all models have count as one.
 * @param {Classes[]} models
 */
export function sharedClasses(models) {
  const sets = models.map(({ classes }) => new Set(classes.map(({ name }) => keyOf(name))));
  const names = [...(sets[0] ?? [])].filter((name) => sets.every((set) => set.has(name)));
  const labels = models.map(({ classes }) => {
    const table = new Uint8Array(256).fill(OTHER);
    for (const { id, name } of classes) {
      const at = names.indexOf(keyOf(name));
      if (at >= 0) table[id] = at;
    }
    return table;
  });
  return { names, labels, areAll: sets.every((set) => set.size === names.length) };
}
