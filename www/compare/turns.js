/** Work that must not run at the same time as other work: in order, one piece after another. */
export class Turns {
  /** @type {Promise<unknown>} */ #last = Promise.resolve();

  /**
   * @template T
   * @param {() => Promise<T> | T} work
   * @returns {Promise<T>}
   */
  take(work) {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
