/** Which cells of the grid an output cell is made of, by formula: to be seen, and compared with what the lab computes. */
import { ENLARGED, FACTOR, SIDE } from "./state.js";

/** @typedef {import("./state.js").Method} Method */
/** @typedef {import("./state.js").Settings} Settings */
/** @typedef {{row: number, column: number, weight: number}} Source */

/**
 * Where along one axis an output cell lies among the input's; beyond the first or last centre where that is outside.
 * @param {"nearest" | "bilinear" | "aligned"} method
 * @param {number} at
 */
export function positionOf(method, at) {
  if (method === "nearest") return Math.floor((at * SIDE) / ENLARGED);
  if (method === "aligned") return (at * (SIDE - 1)) / (ENLARGED - 1);
  return ((at + 0.5) * SIDE) / ENLARGED - 0.5;
}

/** The two neighbours of a position and their shares. @param {number} position */
function between(position) {
  const inside = Math.min(Math.max(position, 0), SIDE - 1);
  const low = Math.floor(inside);
  const shares = [
    { at: low, share: 1 - (inside - low) },
    { at: Math.min(low + 1, SIDE - 1), share: inside - low },
  ];
  return shares.filter(({ share }) => share > 0);
}

/**
 * @param {Method} method
 * @param {Settings} settings
 * @param {{weight: number[], switches: ArrayLike<number>}} known the kernel of the transposed convolution; 1 where a window's maximum is
 * @param {{row: number, column: number}} cell of the output
 * @returns {Source[]}
 */
export function sourcesOf(method, { kernel, stride, expand }, { weight, switches }, { row, column }) {
  const square = { row: Math.floor(row / FACTOR), column: Math.floor(column / FACTOR) };
  switch (method) {
    case "nearest":
    case "bilinear":
    case "aligned": {
      const across = between(positionOf(method, column));
      return between(positionOf(method, row)).flatMap((y) => across.map((x) => ({ row: y.at, column: x.at, weight: y.share * x.share })));
    }
    case "nails":
      return row % FACTOR || column % FACTOR ? [] : [{ ...square, weight: 1 }];
    case "unpooling":
      return switches[row * ENLARGED + column] ? [{ ...square, weight: 1 }] : [];
    case "subpixel":
      return [{ ...square, weight: expand[(row % FACTOR) * FACTOR + (column % FACTOR)] }];
    case "transposed": {
      const sources = [];
      for (let y = 0; y < SIDE; y++) {
        for (let x = 0; x < SIDE; x++) {
          const [down, right] = [row - y * stride, column - x * stride];
          if (down >= 0 && down < kernel && right >= 0 && right < kernel) sources.push({ row: y, column: x, weight: weight[down * kernel + right] });
        }
      }
      return sources;
    }
  }
}
