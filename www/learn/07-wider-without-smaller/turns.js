/**
 * A model in the lab has one set of edits and one last photo; sections that share it take turns.
 * @returns {<Result>(work: () => Promise<Result>) => Promise<Result>}
 */
export function makeTurns() {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
}
