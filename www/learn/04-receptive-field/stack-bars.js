import { svg } from "../shell/svg.js";

/** What one value of each layer reads, as a bar over the input's pixels; the input on top, the last layer at the bottom. */
export class StackBars extends HTMLElement {
  /**
   * @param {import("./stack.js").Field[]} fields the input's, then each layer's
   * @param {{position: number, side: number, selected: number, label: string}} how `position` of the value, `side` of the input
   */
  show(fields, { position, side, selected, label }) {
    const spans = fields.map(({ size, jump, first, start }) => ({ from: first + position * jump, size, centre: start + position * jump + 0.5 }));
    const from = Math.min(...spans.map((span) => span.from)) - 1;
    const to = Math.max(...spans.map((span) => span.from + span.size)) + 1;
    const bars = spans.map((span, row) => {
      const bar = svg("rect", { x: span.from, y: row + 0.15, width: span.size, height: 0.7, class: row === selected + 1 ? "bar selected" : "bar" });
      return svg("g", {}, bar, svg("line", { x1: span.centre, x2: span.centre, y1: row + 0.15, y2: row + 0.85, class: "centre" }));
    });
    const outside = [
      [from, Math.min(0, to)],
      [Math.max(side, from), to],
    ].filter(([begin, end]) => end > begin);
    const padding = outside.map(([begin, end]) => svg("rect", { x: begin, y: 0, width: end - begin, height: fields.length, class: "outside" }));
    const drawing = svg("svg", { viewBox: `${from} 0 ${to - from} ${fields.length}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, ...padding, ...bars);
    drawing.style.height = `${Math.min(fields.length * 22, 300)}px`;
    this.replaceChildren(drawing);
  }
}

customElements.define("stack-bars", StackBars);
