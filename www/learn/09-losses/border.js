/** How far a pixel is from the objects around it, as U-Net's weight map asks (Ronneberger et al. 2015, equation 2). */

/**
 * Objects: connected pixels (of four neighbours) of one class that is not the background.
 * @param {Uint8Array} truth
 * @param {number} width
 * @returns {number[][]} pixels of each
 */
function objectsOf(truth, width) {
  const isSeen = new Uint8Array(truth.length);
  const objects = [];
  for (let start = 0; start < truth.length; start++) {
    if (isSeen[start] || truth[start] === 0) continue;
    const object = [start];
    isSeen[start] = 1;
    for (const pixel of object) {
      const x = pixel % width;
      const neighbours = [pixel - width, pixel + width, ...(x > 0 ? [pixel - 1] : []), ...(x < width - 1 ? [pixel + 1] : [])];
      for (const next of neighbours) {
        if (truth[next] !== truth[start] || isSeen[next]) continue;
        isSeen[next] = 1;
        object.push(next);
      }
    }
    objects.push(object);
  }
  return objects;
}

/**
 * Distances to the nearest object and to the second nearest; `null` where there are fewer than two.
 * @param {Uint8Array} truth
 * @param {number} width
 * @param {number} pixel
 * @returns {[number, number] | null}
 */
export function twoNearest(truth, width, pixel) {
  const [x, y] = [pixel % width, Math.floor(pixel / width)];
  const away = (/** @type {number} */ other) => Math.hypot((other % width) - x, Math.floor(other / width) - y);
  const distances = objectsOf(truth, width).map((object) => object.reduce((least, other) => Math.min(least, away(other)), Infinity));
  const [nearest, second] = distances.sort((a, b) => a - b);
  return second === undefined ? null : [nearest, second];
}
