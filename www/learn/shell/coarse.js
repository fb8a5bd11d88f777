/** A photo's shape, and maps, on grids of few cells. */

/** @typedef {{width: number, height: number}} Size */

/** As a photo's shape has it, with this longer side. @param {Size} photo @param {number} side @returns {Size} */
export function coarseSize({ width, height }, side) {
  const scale = side / Math.max(width, height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/**
 * Averages over cells of a coarser grid.
 * @param {Float32Array} values `[channels, from.height, from.width]`
 * @param {Size} from
 * @param {Size} to no larger
 */
export function averaged(values, from, to) {
  const channels = values.length / (from.width * from.height);
  const result = new Float32Array(channels * to.width * to.height);
  const edge = (/** @type {number} */ at, /** @type {number} */ of, /** @type {number} */ all) => Math.floor((at * all) / of);
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) {
        const [top, bottom] = [edge(y, to.height, from.height), edge(y + 1, to.height, from.height)];
        const [left, right] = [edge(x, to.width, from.width), edge(x + 1, to.width, from.width)];
        let sum = 0;
        for (let row = top; row < bottom; row++) {
          for (let column = left; column < right; column++) sum += values[(channel * from.height + row) * from.width + column];
        }
        result[(channel * to.height + y) * to.width + x] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return result;
}
