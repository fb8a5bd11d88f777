import { scaleColour } from "../shell/map-view.js";
import { cssColour } from "../../dom.js";
import { svg } from "../shell/svg.js";

/** With more cells across, their numbers would be too small to read. */
const MOST_WITH_NUMBERS = 21;

/** Cells and how many paths lead from each to the middle; cells with none are empty. */
export class PathGrid extends HTMLElement {
  /**
   * @param {ArrayLike<number>} counts `[side, side]`
   * @param {number} side
   * @param {string} label
   */
  show(counts, side, label) {
    const most = Array.from(counts).reduce((largest, count) => Math.max(largest, count), 1);
    const cells = Array.from(counts, (value, index) => {
      const count = Math.round(value);
      const [x, y] = [index % side, Math.floor(index / side)];
      if (count === 0) return svg("rect", { x: x + 0.04, y: y + 0.04, width: 0.92, height: 0.92, class: "unread" });
      const share = Math.sqrt(count / most);
      const rect = svg("rect", { x: x + 0.04, y: y + 0.04, width: 0.92, height: 0.92, fill: cssColour(scaleColour(share)) });
      if (side > MOST_WITH_NUMBERS) return rect;
      const text = svg("text", { x: x + 0.5, y: y + 0.66, "font-size": 0.46, "text-anchor": "middle", fill: share < 0.55 ? "#fff" : "#000" }, String(count));
      return svg("g", {}, rect, text);
    });
    const middle = (side - 1) / 2;
    const mark = svg("rect", { x: middle, y: middle, width: 1, height: 1, class: "middle" });
    this.replaceChildren(svg("svg", { viewBox: `0 0 ${side} ${side}`, role: "img", "aria-label": label }, ...cells, mark));
  }
}

customElements.define("path-grid", PathGrid);
