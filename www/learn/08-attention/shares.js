/** What a head's shares say: how evenly they are spread, and how far away they are. */

/** @typedef {{width: number, height: number}} Size */
/** @typedef {{x: number, y: number}} Position */

/** In bits; the logarithm of their number if all are equal. @param {ArrayLike<number>} shares */
export function entropy(shares) {
  let bits = 0;
  for (let i = 0; i < shares.length; i++) if (shares[i] > 0) bits -= shares[i] * Math.log2(shares[i]);
  return bits;
}

/**
 * From the middle of the query to the middles of the keys, weighted with their shares, in pixels of the network's input.
 * @param {ArrayLike<number>} shares `[height, width]` of the keys
 * @param {{queries: Size, keys: Size, query: Position, input: Size}} maps `query` is a cell of the queries' map
 */
export function meanDistance(shares, { queries, keys, query, input }) {
  const middle = (/** @type {number} */ cell, /** @type {number} */ cells, /** @type {number} */ pixels) => ((cell + 0.5) * pixels) / cells;
  const [x, y] = [middle(query.x, queries.width, input.width), middle(query.y, queries.height, input.height)];
  let mean = 0;
  for (let i = 0; i < shares.length; i++) {
    const keyX = middle(i % keys.width, keys.width, input.width);
    const keyY = middle(Math.floor(i / keys.width), keys.height, input.height);
    mean += shares[i] * Math.hypot(keyX - x, keyY - y);
  }
  return mean;
}

/** @param {ArrayLike<number>} values */
export function indexOfLargest(values) {
  let largest = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[largest]) largest = i;
  return largest;
}
