/** So many nodes beside each other are worth a row that stands for them. */
const LEAST = 3;

/** Nodes of a graph that share a row, by index. @typedef {{first: number, last: number}} Row */

/**
 * A row for each node that is shown, and one for each run of three or more others.
 * @param {number} count of nodes
 * @param {(id: number) => boolean} isShown
 * @returns {Row[]}
 */
export function fold(count, isShown) {
  /** @type {Row[]} */
  const rows = [];
  for (let first = 0; first < count; ) {
    let last = first;
    while (!isShown(first) && last + 1 < count && !isShown(last + 1)) last++;
    if (last - first + 1 >= LEAST) rows.push({ first, last });
    else for (let id = first; id <= last; id++) rows.push({ first: id, last: id });
    first = last + 1;
  }
  return rows;
}

/** Of these only the first input gives values; the others tell a size. */
const SIZED = ["resize", "crop2d", "adaptive_avg_pool2d"];

/** The inputs whose values a node reads. @param {{op: string, inputs: number[]}} node */
export const valuesOf = ({ op, inputs }) => (SIZED.includes(op) ? inputs.slice(0, 1) : inputs);

/**
 * What each row reads from others, as a graph of rows: runs are consecutive, so the order stays topological. `sizes` are inputs that only tell a size.
 * @param {readonly Row[]} rows
 * @param {readonly {op: string, inputs: number[]}[]} nodes
 * @returns {{inputs: number[], sizes: number[]}[]}
 */
export function foldedGraph(rows, nodes) {
  const rowOf = rows.flatMap(({ first, last }, row) => new Array(last - first + 1).fill(row));
  return rows.map(({ first, last }, row) => {
    const own = nodes.slice(first, last + 1);
    const rowsOf = (/** @type {number[]} */ inputs) => [...new Set(inputs.map((input) => rowOf[input]))].filter((input) => input !== row);
    const values = rowsOf(own.flatMap(valuesOf));
    const inputs = [...new Set([...values, ...rowsOf(own.flatMap((node) => node.inputs))])];
    return { inputs, sizes: inputs.filter((input) => !values.includes(input)) };
  });
}
