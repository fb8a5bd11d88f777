/**
 * Lanes for a graph's nodes, one node a row: a chain stays in its lane, a branch gets one of its own until it is joined.
 * @param {{inputs: number[]}[]} nodes in topological order
 * @returns {{lanes: number[], count: number}} the lane of each node, and how many there are
 */
export function layOut(nodes) {
  const lastReader = nodes.map((_, id) => id);
  nodes.forEach(({ inputs }, id) => inputs.forEach((input) => (lastReader[input] = id)));
  /** By lane, the row until which it is taken. @type {number[]} */
  const takenUntil = [];
  /** @type {number[]} */
  const lanes = [];
  nodes.forEach(({ inputs }, id) => {
    // A value that nobody reads after this gives its lane on; the first one is the trunk.
    const trunk = inputs.find((input) => lastReader[input] === id);
    const free = takenUntil.findIndex((row) => row < id);
    const lane = trunk !== undefined ? lanes[trunk] : free >= 0 ? free : takenUntil.length;
    lanes.push(lane);
    takenUntil[lane] = lastReader[id];
  });
  return { lanes, count: takenUntil.length };
}
