import { levelsOf, swappedIn } from "./find-skips.js";
import { svg } from "../shell/svg.js";

/** @typedef {import("./find-skips.js").Description} Description */
/** @typedef {import("./find-skips.js").Node} Node */
/** @typedef {import("./find-skips.js").Skip} Skip */
/** @typedef {import("./find-skips.js").Settings} Settings */

const WIDTH = 360;
const BOX = { width: 122, height: 38 };
const ROW = 52;

/** @param {Node} node */
export const shapeOf = ({ shape: [, channels, height, width] }) => `${channels}×${height}×${width}`;

/** A network as a U: the encoder goes down, the decoder up, skips cross over. */
export class SkipDiagram extends HTMLElement {
  #texts;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  /**
   * @param {string} name of the network
   * @param {Description} description
   * @param {Skip[]} skips
   * @param {Settings} settings
   */
  show(name, description, skips, settings) {
    const levels = levelsOf(description, skips);
    const { nodes, output } = description;
    const bottomY = levels.length * ROW;
    const right = WIDTH - BOX.width;
    const left = { x: BOX.width / 2, y: BOX.height };
    const parts = [box(0, 0, nodes[0]), box(right, 0, nodes[output])];
    /** Where the line up the decoder stands. */
    let up = { x: WIDTH / 2 + BOX.width / 2, y: bottomY + BOX.height / 2 };
    /** Of boxes, finest first. @type {number[]} */ const decoder = [];
    /** @type {string[]} */ const said = [];
    levels.forEach(({ encoder, skip, decoder: joined }, i) => {
      const y = (i + 1) * ROW;
      const isBottom = i === levels.length - 1;
      if (encoder) {
        parts.push(box(isBottom ? (WIDTH - BOX.width) / 2 : 0, y, encoder));
        if (isBottom) parts.push(arrow([[left.x, left.y], [left.x, y + BOX.height / 2], [(WIDTH - BOX.width) / 2, y + BOX.height / 2]]));
        else parts.push(arrow([[left.x, left.y], [left.x, y]]));
        left.y = y + BOX.height;
      }
      if (joined) parts.push(box(right, y, joined));
      if (joined) decoder.push(y);
      if (skip < 0) return;
      const { label, isCut, factor } = this.#say(skips[skip], skip, settings);
      parts.push(...crossing(y, label, shapeOf(skips[skip].kind === "indices" ? skips[skip].below : skips[skip].value), isCut, factor));
      said.push(this.#texts.t("diagram.skip", { source: skips[skip].source.name, join: skips[skip].join.name, how: label }));
    });
    for (const y of [...decoder.reverse(), 0]) {
      const x = right + BOX.width / 2;
      const from = up.x === x ? [[x, up.y]] : [[up.x, up.y], [x, up.y]];
      parts.push(arrow([...from, [x, y + BOX.height]]));
      up = { x, y };
    }
    const label = this.#texts.t("diagram.label", { name, skips: said.join("; ") || this.#texts.t("diagram.none") });
    this.replaceChildren(svg("svg", { viewBox: `0 -1 ${WIDTH} ${bottomY + BOX.height + 2}`, role: "img", "aria-label": label }, arrowhead(), ...parts));
  }

  /**
   * @param {Skip} skip
   * @param {number} i
   * @param {Settings} settings
   */
  #say(skip, i, settings) {
    const kind = (/** @type {string} */ key) => this.#texts.t(`kinds.${key}`);
    const isForgotten = Boolean(settings.forget[i]);
    if (skip.kind === "indices") return { label: kind(isForgotten ? "forgotten" : "indices"), isCut: isForgotten, factor: 1 };
    const factor = settings.factors[i] ?? 1;
    const what = [kind(skip.kind), swappedIn(skip, i, settings)?.name ?? "", factor === 1 ? "" : `×${this.#texts.number(factor)}`];
    return { label: what.filter(Boolean).join(" "), isCut: factor === 0, factor };
  }
}

customElements.define("skip-diagram", SkipDiagram);

/** @param {number} x @param {number} y @param {Node} node */
function box(x, y, node) {
  return svg(
    "g",
    { class: "box", transform: `translate(${x} ${y})` },
    svg("rect", { width: BOX.width, height: BOX.height, rx: 6 }),
    svg("text", { x: BOX.width / 2, y: 15, class: "name" }, node.name),
    svg("text", { x: BOX.width / 2, y: 30 }, shapeOf(node)),
  );
}

/** @param {number[][]} points */
const arrow = (points) => svg("polyline", { class: "flow", points: points.map((point) => point.join(",")).join(" "), "marker-end": "url(#head)" });

/**
 * @param {number} y of its level
 * @param {string} label
 * @param {string} shape of what crosses
 * @param {boolean} isCut
 * @param {number} factor makes it thicker
 */
function crossing(y, label, shape, isCut, factor) {
  const middle = y + BOX.height / 2;
  const [from, to] = [BOX.width, WIDTH - BOX.width];
  const line = svg("line", { class: isCut ? "skip cut" : "skip", x1: from, y1: middle, x2: to - 3, y2: middle, "stroke-width": isCut ? 1.5 : 1 + 1.5 * factor, "marker-end": "url(#head)" });
  return [line, svg("text", { class: "how", x: WIDTH / 2, y: middle - 6 }, label), svg("text", { class: "name", x: WIDTH / 2, y: middle + 15 }, shape)];
}

function arrowhead() {
  const marker = { id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto" };
  return svg("defs", {}, svg("marker", marker, svg("path", { d: "M0 0 8 4 0 8z" })));
}
