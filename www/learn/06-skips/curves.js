import { svg } from "../shell/svg.js";

const [WIDTH, HEIGHT] = [360, 230];
const PLOT = { left: 40, right: 350, top: 10, bottom: 190 };

/**
 * Fractions by distance, 1 the first, as lines. Each is named at a mark of its own kind, so that colour is not needed.
 * @param {import("../shell/text.js").Texts} texts
 * @param {{name: string, values: number[], kind: string}[]} curves
 * @param {{label: string, xLabel: string, at: number}} how `at` is the index that is marked
 */
export function drawCurves(texts, curves, { label, xLabel, at }) {
  const count = curves[0].values.length;
  const x = (/** @type {number} */ i) => PLOT.left + ((PLOT.right - PLOT.left) * i) / (count - 1);
  const y = (/** @type {number} */ value) => PLOT.bottom - (PLOT.bottom - PLOT.top) * value;
  const lines = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
    svg("line", { class: "grid", x1: PLOT.left, x2: PLOT.right, y1: y(value), y2: y(value) }),
    svg("text", { x: PLOT.left - 5, y: y(value) + 4, "text-anchor": "end" }, texts.percent(value)),
  ]);
  const ticks = Array.from({ length: count }, (_, i) => svg("text", { x: x(i), y: PLOT.bottom + 16 }, texts.number(i + 1)));
  const drawn = curves.flatMap(({ values, kind }) => [
    svg("polyline", { class: `curve ${kind}`, points: values.map((value, i) => `${x(i)},${y(value)}`).join(" ") }),
    svg("circle", { class: `dot ${kind}`, cx: x(at), cy: y(values[at]), r: 4 }),
  ]);
  const keys = curves.map(({ name, kind }, i) => {
    const top = HEIGHT + 10 + 18 * i;
    return svg("g", {}, svg("line", { class: `curve ${kind}`, x1: PLOT.left, x2: PLOT.left + 28, y1: top, y2: top }), svg("text", { class: "key", x: PLOT.left + 36, y: top + 4 }, name));
  });
  const marked = svg("line", { class: "at", x1: x(at), x2: x(at), y1: PLOT.top, y2: PLOT.bottom });
  const axis = svg("text", { x: (PLOT.left + PLOT.right) / 2, y: PLOT.bottom + 34 }, xLabel);
  return svg("svg", { class: "curves", viewBox: `0 0 ${WIDTH} ${HEIGHT + 6 + 18 * curves.length}`, role: "img", "aria-label": label }, ...lines, marked, ...ticks, axis, ...drawn, ...keys);
}
