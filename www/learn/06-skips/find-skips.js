/** Finds a network's skips in its description, and says what a lesson's settings change of them. */

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} Node */
/** @typedef {import("../shell/lab-types.d.ts").Edit} Edit */

/**
 * `value` is what the joining node reads as its `input`-th input, `source` the encoder's map that this comes from, `below` the enlarged map
 * that it is joined with. With indices nothing of `value` but the places of its maxima crosses over.
 * @typedef {object} Skip
 * @property {Node} join
 * @property {"add" | "concat" | "indices"} kind
 * @property {number} input
 * @property {Node} value
 * @property {Node} source
 * @property {Node} below
 * @property {{node: Node, isFitting: boolean}[]} candidates for the value's place: one fits if it has as many channels and is there before
 */

/**
 * What the visitor has set, by skip in the network's order. Missing ones are unchanged.
 * @typedef {object} Settings
 * @property {number[]} factors
 * @property {number[]} swaps 0 none, else 1 + index of a candidate
 * @property {number[]} forget 1 where indices are forgotten
 */

/** Operations that make a map larger. */
const ENLARGING = ["conv_transpose2d", "resize", "max_unpool2d"];

/**
 * The skips in the network's order, coarsest first: the other input of an `add` or `concat` that reads an enlarged map (`conv_transpose2d`,
 * `resize`), and the second input of a `max_unpool2d`. The additions within a ResNet's blocks read nothing enlarged, so they are none.
 * @param {Description} description of the network without edits
 * @returns {Skip[]}
 */
export function findSkips({ nodes }) {
  const found = nodes.flatMap((join) => {
    const inputs = join.inputs.map((index) => nodes[index]);
    /** @param {Skip["kind"]} kind @param {number} input */
    const skip = (kind, input) => ({ join, kind, input, value: inputs[input], source: kind === "indices" ? inputs[input] : sourceOf(inputs[input], nodes), below: inputs[1 - input] });
    if (join.op === "max_unpool2d") return [skip("indices", 1)];
    const enlarged = inputs.findIndex(({ op }) => op === "conv_transpose2d" || op === "resize");
    return (join.op === "add" || join.op === "concat") && inputs.length === 2 && enlarged >= 0 ? [skip(join.op, 1 - enlarged)] : [];
  });
  return found.map((skip) => {
    const others = found.filter((other) => other !== skip && other.kind !== "indices").map((other) => other.value);
    const isFitting = (/** @type {Node} */ node) => node.shape[1] === skip.value.shape[1] && nodes.indexOf(node) < nodes.indexOf(skip.join);
    const candidates = skip.kind === "indices" ? [] : [...others, skip.below].map((node) => ({ node, isFitting: isFitting(node) }));
    return { ...skip, candidates };
  });
}

/**
 * Back through cropping and scoring, to the map that the encoder made.
 * @param {Node} node
 * @param {Node[]} nodes
 * @returns {Node}
 */
function sourceOf(node, nodes) {
  const isScoring = node.op === "conv2d" && node.options.kernel.every((/** @type {number} */ side) => side === 1);
  return node.op === "crop2d" || isScoring ? sourceOf(nodes[node.inputs[0]], nodes) : node;
}

/**
 * What a skip's join reads in the value's place, if settings say so.
 * @param {Skip} skip
 * @param {number} i its index
 * @param {Settings} settings
 * @returns {Node | null}
 */
export function swappedIn({ candidates }, i, { swaps }) {
  const candidate = candidates[(swaps[i] ?? 0) - 1];
  return candidate?.isFitting ? candidate.node : null;
}

/**
 * The changes of the graph that settings ask for. A swap comes before a factor, which is then that of what was swapped in.
 * @param {Skip[]} skips
 * @param {Settings} settings
 * @returns {Edit[]}
 */
export function editsOf(skips, settings) {
  return skips.flatMap((skip, i) => {
    const { join, kind, input } = skip;
    if (kind === "indices") return settings.forget[i] ? [{ kind: "forget_indices", node: join.name }] : [];
    /** @type {Edit[]} */
    const edits = [];
    const other = swappedIn(skip, i, settings);
    if (other) edits.push({ kind: "swap", node: join.name, input, other: other.name });
    const factor = settings.factors[i] ?? 1;
    if (factor !== 1) edits.push({ kind: "scale", node: join.name, input, factor });
    return edits;
  });
}

/** Settings that cut every skip. @param {Skip[]} skips @returns {Settings} */
export const allCut = (skips) => ({ factors: skips.map(() => 0), swaps: [], forget: skips.map(() => 1) });

/**
 * Encoder and decoder as levels, finest first: level i has half the sides of level i - 1. The encoder ends where the first map is enlarged. A
 * level's nodes are the skip's source and joining node where there is a skip, else the last ones of that level.
 * @param {Description} description
 * @param {Skip[]} skips
 * @returns {{encoder: Node | null, decoder: Node | null, skip: number}[]} `skip` is an index, or -1
 */
export function levelsOf({ nodes, output }, skips) {
  const first = nodes.findIndex(({ op }) => ENLARGING.includes(op));
  const bottom = nodes[nodes[first].inputs[0]];
  // By the distance between the fields of neighbouring values: sizes would mislead where a network pads its input.
  const level = (/** @type {Node} */ { field }) => Math.round(Math.log2(field[0].jump ?? 1));
  const last = (/** @type {number} */ at, /** @type {Node[]} */ among) => among.findLast((node) => level(node) === at) ?? null;
  const levels = Array.from({ length: level(bottom) }, (_, at) => {
    const skip = skips.findIndex(({ join }) => level(join) === at);
    if (skip >= 0) return { encoder: skips[skip].source, decoder: skips[skip].join, skip };
    return { encoder: last(at, nodes.slice(1, first)), decoder: last(at, nodes.slice(first, output)), skip };
  });
  return [...levels, { encoder: bottom, decoder: null, skip: -1 }];
}
