/**
 * What stays of one network in another. Layers with a kernel are read in order, like the lines of two texts: those of the longest common sequence stay
 * if they have the same operation, hyper-parameters and shape of weights, and stand beside another that stays, or have its name. What has no kernel of its
 * own belongs to the layer before it, and is compared likewise within; but the last node of one is compared with the last of the other.
 */
import { valuesOf } from "../../graph/fold.js";

/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} Node */
/** @typedef {Map<number, number>} Match index in the network before -> index in the one after */

/** What a layer computes. Padding, rounding, biases and epsilons are left out: they follow from the rest, or are matters of a library. */
const OPTIONS = ["kernel", "stride", "dilation", "groups", "heads", "function", "mode", "size", "channels"];

/**
 * @param {readonly Node[]} before
 * @param {readonly Node[]} after
 * @returns {Match}
 */
export function matchNodes(before, after) {
  const [from, to] = [layersOf(before), layersOf(after)];
  const found = new Map(commonSequence(from.layers, to.layers, (a, b) => likeness(before[a], after[b])));
  const isNeighbour = (/** @type {number} */ a, /** @type {number} */ b) =>
    from.neighbours(a).some((other) => {
      const match = found.get(other);
      return match !== undefined && to.neighbours(b).includes(match);
    });
  /** @type {Match} */
  const match = new Map();
  for (const [a, b] of found) {
    if (before[a].name !== after[b].name && !isNeighbour(a, b)) continue;
    match.set(a, b);
    for (const [x, y] of commonSequence(from.followers(a), to.followers(b), (x, y) => likeness(before[x], after[y]))) match.set(x, y);
  }
  const [lastBefore, lastAfter] = [before.length - 1, after.length - 1];
  const isOpen = !match.has(lastBefore) && ![...match.values()].includes(lastAfter) && !from.layers.includes(lastBefore);
  if (isOpen && likeness(before[lastBefore], after[lastAfter]) > 0) match.set(lastBefore, lastAfter);
  return match;
}

/** 0 for nodes that compute something else; the more the ends of their names agree, the more they are preferred to others. @param {Node} a @param {Node} b */
function likeness(a, b) {
  if (signature(a) !== signature(b)) return 0;
  const [ends, others] = [a, b].map(({ name }) => name.split(".").reverse());
  const differs = ends.findIndex((part, i) => part !== others[i]);
  // So little that it never outweighs another pair.
  return 1 + Math.min(differs < 0 ? ends.length : differs, 5) / 10_000;
}

/** @param {Node} node */
function signature({ op, options, weights }) {
  return JSON.stringify([op, OPTIONS.map((key) => options[key] ?? null), weights.map(({ shape }) => shape).filter((shape) => shape.length > 1)]);
}

/**
 * The layers of a network: its input, and nodes with a kernel.
 * @param {readonly Node[]} nodes
 */
function layersOf(nodes) {
  const isLayer = (/** @type {Node} */ { op, weights }) => op === "input" || weights.some(({ shape }) => shape.length > 1);
  const layers = nodes.flatMap((node, id) => (isLayer(node) ? [id] : []));
  /** Of each node, the layers whose values come to it. @type {Set<number>[]} */
  const sources = [];
  /** Of each node, the layer that it follows. @type {number[]} */
  const layerOf = [];
  /** @type {Map<number, Set<number>>} */
  const neighbours = new Map(layers.map((layer) => [layer, new Set()]));
  nodes.forEach((node, id) => {
    const reached = new Set(valuesOf(node).flatMap((input) => [...sources[input]]));
    layerOf.push(isLayer(node) ? id : layerOf[node.inputs[0]]);
    if (!isLayer(node)) {
      sources.push(reached);
      return;
    }
    sources.push(new Set([id]));
    for (const source of reached) {
      neighbours.get(id)?.add(source);
      neighbours.get(source)?.add(id);
    }
  });
  return {
    layers,
    neighbours: (/** @type {number} */ layer) => [...(neighbours.get(layer) ?? [])],
    followers: (/** @type {number} */ layer) => layerOf.flatMap((of, id) => (of === layer && id !== layer ? [id] : [])),
  };
}

/**
 * Pairs in the order of both lists, with the most likeness in all.
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 * @param {(a: number, b: number) => number} likeness
 * @returns {[number, number][]}
 */
function commonSequence(a, b, likeness) {
  // best[i][j] is that of the lists from i and from j on.
  const best = Array.from({ length: a.length + 1 }, () => new Float64Array(b.length + 1));
  const likenesses = a.map((x) => b.map((y) => likeness(x, y)));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const together = likenesses[i][j] > 0 ? likenesses[i][j] + best[i + 1][j + 1] : 0;
      best[i][j] = Math.max(together, best[i + 1][j], best[i][j + 1]);
    }
  }
  /** @type {[number, number][]} */
  const pairs = [];
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; ) {
    if (likenesses[i][j] > 0 && best[i][j] === likenesses[i][j] + best[i + 1][j + 1]) pairs.push([a[i++], b[j++]]);
    else if (best[i][j] === best[i + 1][j]) i++;
    else j++;
  }
  return pairs;
}

/**
 * What is worth a row of its own on either side: what changed, what it reads, what reads it, and the counterparts of these.
 * @param {readonly Node[]} before
 * @param {readonly Node[]} after
 * @param {Match} match
 * @returns {{gone: Set<string>, added: Set<string>, shownBefore: Set<string>, shownAfter: Set<string>}} names
 */
export function changesOf(before, after, match) {
  const matched = new Set(match.values());
  const gone = new Set(before.flatMap((_, id) => (match.has(id) ? [] : [id])));
  const added = new Set(after.flatMap((_, id) => (matched.has(id) ? [] : [id])));
  const shownBefore = around(before, gone);
  const shownAfter = around(after, added);
  for (const [a, b] of match) {
    if (shownBefore.has(a) || shownAfter.has(b)) {
      shownBefore.add(a);
      shownAfter.add(b);
    }
  }
  const names = (/** @type {readonly Node[]} */ nodes, /** @type {Set<number>} */ ids) => new Set([...ids].map((id) => nodes[id].name));
  return { gone: names(before, gone), added: names(after, added), shownBefore: names(before, shownBefore), shownAfter: names(after, shownAfter) };
}

/** @param {readonly Node[]} nodes @param {ReadonlySet<number>} changed */
function around(nodes, changed) {
  const shown = new Set([0, nodes.length - 1, ...changed]);
  nodes.forEach(({ inputs }, id) => {
    for (const input of inputs) {
      if (changed.has(id)) shown.add(input);
      if (changed.has(input)) shown.add(id);
    }
  });
  return shown;
}
