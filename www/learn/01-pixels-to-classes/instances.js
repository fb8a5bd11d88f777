/**
 * Things of one class as connected components of its mask: neighbours are left, right, above and below. Its limit: things that touch are one
 * component, and a thing that something else cuts in two is two.
 */

/** @typedef {{pixels: number, left: number, top: number, right: number, bottom: number}} Instance Sides are pixels that belong to it. */

/**
 * Largest first; what has fewer than `least` pixels is left out.
 * @param {Uint8Array} ids class ids, row by row
 * @param {number} width
 * @param {number} id
 * @param {number} [least]
 * @returns {{instances: Instance[], labels: Int32Array}} `labels` has for each pixel the index of its instance, or -1
 */
export function instancesOf(ids, width, id, least = 1) {
  const found = new Int32Array(ids.length).fill(-1);
  const stack = new Int32Array(ids.length);
  /** @type {Instance[]} */
  const all = [];
  for (let seed = 0; seed < ids.length; seed++) {
    if (ids[seed] !== id || found[seed] >= 0) continue;
    const instance = { pixels: 0, left: width, top: ids.length, right: 0, bottom: 0 };
    let waiting = 0;
    /** @param {number} at */
    const take = (at) => {
      if (ids[at] !== id || found[at] >= 0) return;
      found[at] = all.length;
      stack[waiting++] = at;
    };
    take(seed);
    while (waiting > 0) {
      const at = stack[--waiting];
      const [x, y] = [at % width, Math.floor(at / width)];
      instance.pixels++;
      instance.left = Math.min(instance.left, x);
      instance.right = Math.max(instance.right, x);
      instance.top = Math.min(instance.top, y);
      instance.bottom = Math.max(instance.bottom, y);
      if (x > 0) take(at - 1);
      if (x < width - 1) take(at + 1);
      // Beyond the first and the last row there is no class, which is no class that is looked for.
      take(at - width);
      take(at + width);
    }
    all.push(instance);
  }
  const kept = all.map((_, index) => index).filter((index) => all[index].pixels >= least);
  kept.sort((a, b) => all[b].pixels - all[a].pixels);
  const rank = new Int32Array(all.length).fill(-1);
  kept.forEach((index, place) => (rank[index] = place));
  return { instances: kept.map((index) => all[index]), labels: found.map((index) => (index < 0 ? -1 : rank[index])) };
}
