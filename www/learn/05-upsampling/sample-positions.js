import { h } from "../../dom.js";
import { floor, formula, frac, row } from "../shell/formula.js";
import { svg } from "../shell/svg.js";
import { ENLARGED, SIDE } from "./state.js";

const [CELL, HEIGHT, GAP, MARGIN] = [80, 28, 48, 4];

/** @typedef {"nearest" | "bilinear" | "aligned"} Resize */

/** Where along one axis each output cell reads the input: a row of cells above, a larger one below, and a line from each. */
export class SamplePositions extends HTMLElement {
  #texts;
  #resize;
  #drawing = svg("svg", { viewBox: `0 0 ${SIDE * CELL + 2 * MARGIN} ${2 * HEIGHT + GAP + 2 * MARGIN}`, role: "img" });
  #math = h("div", { className: "lines" });

  /** @param {import("../shell/text.js").Texts} texts @param {Resize} resize */
  constructor(texts, resize) {
    super();
    this.#texts = texts;
    this.#resize = resize;
  }

  connectedCallback() {
    this.replaceChildren(h("figure", {}, h("figcaption", {}, this.#texts.t(`positions.${this.#resize}`)), this.#drawing, this.#math));
  }

  /**
   * @param {ArrayLike<number>} positions of the output cells among the input's, as the lab reads them
   * @param {number} chosen column of the output
   */
  show(positions, chosen) {
    const wide = CELL * SIDE;
    const small = wide / ENLARGED;
    const box = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ width, /** @type {string} */ text, /** @type {string} */ name) => [
      svg("rect", { x, y, width, height: HEIGHT, class: name }),
      svg("text", { x: x + width / 2, y: y + HEIGHT / 2 + 5, "text-anchor": "middle" }, text),
    ];
    const [top, bottom] = [MARGIN, MARGIN + HEIGHT + GAP];
    const inputs = Array.from({ length: SIDE }, (_, i) => box(MARGIN + i * CELL, top, CELL, String(i), "input")).flat();
    const outputs = Array.from({ length: ENLARGED }, (_, i) => box(MARGIN + i * small, bottom, small, String(i), i === chosen ? "chosen" : "output")).flat();
    const lines = Array.from(positions, (position, i) => {
      const [x1, x2] = [MARGIN + (i + 0.5) * small, MARGIN + (position + 0.5) * CELL];
      const name = i === chosen ? "chosen" : "";
      return [svg("line", { x1, y1: bottom, x2, y2: top + HEIGHT, class: name }), svg("circle", { cx: x2, cy: top + HEIGHT, r: i === chosen ? 6 : 4, class: name })];
    });
    this.#drawing.replaceChildren(...inputs, ...outputs, ...lines.flat());
    const list = Array.from(positions, (position) => this.#texts.number(position, 3)).join("; ");
    this.#drawing.setAttribute("aria-label", this.#texts.t("positionsLabel", { list }));
    this.#math.replaceChildren(this.#formula(chosen, positions[chosen]));
  }

  /** @param {number} i @param {number} read */
  #formula(i, read) {
    const texts = this.#texts;
    const [input, output] = [SIDE, ENLARGED];
    const number = (/** @type {number} */ value) => texts.number(value, 4);
    if (this.#resize === "nearest") return formula(floor(i, "·", frac(input, output)), "=", number(read));
    if (this.#resize === "aligned") return formula(i, "·", frac(row(input, "−", 1), row(output, "−", 1)), "=", number(read));
    const whole = ((i + 0.5) * input) / output - 0.5;
    // What would lie outside is read at the border.
    const clamped = whole === read ? [] : ["→", number(read)];
    return formula("(", i, "+", frac(1, 2), ")", "·", frac(input, output), "−", frac(1, 2), "=", number(whole), ...clamped);
  }
}

customElements.define("sample-positions", SamplePositions);
