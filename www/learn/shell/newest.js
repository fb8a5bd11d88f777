/**
 * Does one thing at a time; of what is asked for meanwhile only the newest: a slider that is dragged never waits for where it was.
 * @template {unknown[]} Wanted
 * @param {(...wanted: Wanted) => Promise<unknown>} work
 * @returns {((...wanted: Wanted) => Promise<void>) & {isOutdated: () => boolean}} settles when nothing is wanted any more; `isOutdated` tells the
 *   work under way that something newer is
 */
export function newest(work) {
  /** @type {Wanted | null} */ let next = null;
  /** @type {Promise<void> | null} */ let running = null;
  const run = async () => {
    try {
      while (next) {
        const wanted = next;
        next = null;
        try {
          await work(...wanted);
        } catch (error) {
          // What failed is not wanted any more, if something newer is.
          if (!next) throw error;
        }
      }
    } finally {
      running = null;
    }
  };
  const ask = (/** @type {Wanted} */ ...wanted) => {
    next = wanted;
    return (running ??= run());
  };
  return Object.assign(ask, { isOutdated: () => next !== null });
}
