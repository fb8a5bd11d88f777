import { emit, h } from "../dom.js";
import { svg } from "../learn/shell/svg.js";
import { fold, foldedGraph } from "./fold.js";
import { layOut } from "./lanes.js";

/** @typedef {import("../learn/shell/lab-types.d.ts").Description} Description */
/** @typedef {import("./fold.js").Row} Row */
/** @typedef {Pick<Description, "nodes" | "output">} Drawn */

/**
 * `changed` are names of nodes that are drawn as changed, `mark` says how: a sign, and a word for those who hear it. `shown` are names of nodes that
 * have a row of their own; runs of others fold into one, which `folded` names by their number.
 * @typedef {object} Options
 * @property {ReadonlySet<string>} [changed]
 * @property {{sign: string, word: string}} [mark]
 * @property {ReadonlySet<string>} [shown] all nodes unless given
 * @property {(count: number) => string} [folded]
 */

const ROW = 30;
const LANE = 15;

/** What a node is, by colour and by its first letters. @param {string} op */
function kind(op) {
  if (op.startsWith("conv")) return "convolution";
  if (/pool|resize|crop|pad/.test(op)) return "size";
  if (/concat|add|mul|attention|slice|shuffle/.test(op)) return "join";
  return "point";
}

/**
 * A network, drawn: a row for each node, its lane, what it reads, and its shape. Rows are buttons; arrow keys move among them. Event: `node` (index).
 */
export class GraphView extends HTMLElement {
  /** @type {Drawn} */ #drawn = { nodes: [], output: 0 };
  /** @type {Options} */ #options = {};
  /** First nodes of runs that were unfolded. @type {Set<number>} */ #unfolded = new Set();
  /** @type {(Row & {button: HTMLButtonElement})[]} */ #rows = [];
  /** @type {number | null} */ #chosen = null;
  #zoom = 1;

  /** @param {string} label */
  constructor(label) {
    super();
    this.role = "group";
    this.ariaLabel = label;
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoom = this.#zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1);
      },
      { passive: false },
    );
  }

  /** 0.4 to 2. */
  get zoom() {
    return this.#zoom;
  }

  set zoom(zoom) {
    this.#zoom = Math.min(Math.max(zoom, 0.4), 2);
    this.style.setProperty("--zoom", String(this.#zoom));
  }

  /**
   * @param {Drawn} drawn
   * @param {Options} [options]
   */
  show(drawn, options = {}) {
    this.#drawn = drawn;
    this.#options = options;
    this.#unfolded.clear();
    this.#chosen = null;
    this.#draw();
    this.scrollTop = 0;
  }

  /** Marks a node; no event follows. @param {number | null} id */
  set chosen(id) {
    this.#chosen = id;
    const run = id === null ? undefined : this.#rows.find(({ first, last }) => first <= id && id <= last);
    if (run && run.first !== run.last) this.#unfold(run.first);
    else this.#markChosen();
  }

  /** Scrolls to a node, within the drawing only. @param {number} id */
  reveal(id) {
    const button = this.#rows.find(({ first, last }) => first <= id && id <= last)?.button;
    if (!button) return;
    const [row, frame] = [button.getBoundingClientRect(), this.getBoundingClientRect()];
    if (row.top >= frame.top && row.bottom <= frame.bottom) return;
    this.scrollTop += row.top - frame.top - (frame.height - row.height) / 3;
  }

  #draw() {
    const { nodes } = this.#drawn;
    const { shown } = this.#options;
    const isUnfolded = (/** @type {Row} */ { first, last }) => first !== last && this.#unfolded.has(first);
    const folded = fold(nodes.length, (id) => !shown || shown.has(nodes[id].name));
    const rows = folded.flatMap((row) => (isUnfolded(row) ? Array.from({ length: row.last - row.first + 1 }, (_, i) => ({ first: row.first + i, last: row.first + i })) : [row]));
    this.#rows = rows.map((row) => ({ ...row, button: row.first === row.last ? this.#nodeRow(row.first) : this.#foldedRow(row) }));
    const list = h("div", { className: "rows" }, ...this.#rows.map(({ button }) => button));
    this.replaceChildren(h("div", { className: "drawing" }, this.#lanes(rows), list));
    this.#markChosen();
  }

  /** @param {Row[]} rows */
  #lanes(rows) {
    const graph = foldedGraph(rows, this.#drawn.nodes);
    const { lanes, count } = layOut(graph);
    const left = (/** @type {number} */ row) => (lanes[row] + 0.5) * LANE;
    const top = (/** @type {number} */ row) => (row + 0.5) * ROW;
    const drawing = svg("svg", { width: count * LANE, height: rows.length * ROW, "aria-hidden": "true" });
    graph.forEach(({ inputs, sizes }, row) => {
      for (const input of inputs) {
        // Down in the lane of the value, then over to its reader.
        const turn = top(row) - ROW / 2;
        const d = `M ${left(input)} ${top(input)} V ${turn - ROW / 4} C ${left(input)} ${turn + ROW / 4}, ${left(row)} ${turn - ROW / 4}, ${left(row)} ${top(row)}`;
        drawing.append(svg("path", { d, class: sizes.includes(input) ? "size-only" : "" }));
      }
    });
    rows.forEach(({ first, last }, row) => {
      const isRun = first !== last;
      const changed = !isRun && this.#options.changed?.has(this.#drawn.nodes[first].name);
      drawing.append(svg("circle", { cx: left(row), cy: top(row), r: isRun ? 3 : 5, class: `${isRun ? "run" : kind(this.#drawn.nodes[first].op)}${changed ? " changed" : ""}` }));
    });
    return drawing;
  }

  /** @param {number} id */
  #nodeRow(id) {
    const { nodes, output } = this.#drawn;
    const { changed, mark = { sign: "±", word: "" } } = this.#options;
    const { name, op, shape: [, c, height, width] } = nodes[id];
    const isChanged = changed?.has(name) ?? false;
    const sign = isChanged ? [h("span", { className: "sign", "aria-hidden": "true" }, `${mark.sign} `), h("span", { className: "visually-hidden" }, `${mark.word} `)] : [];
    return h(
      "button",
      { type: "button", className: `row${isChanged ? " changed" : ""}${id === output ? " output" : ""}`, onclick: () => this.#choose(id), title: name },
      // A long name is cut at its beginning, where its neighbours' are the same.
      h("span", { className: "label" }, ...sign, h("span", { className: "name" }, h("bdi", {}, name))),
      h("span", { className: "op" }, op),
      h("span", { className: "shape" }, `${c} × ${height} × ${width}`),
    );
  }

  /** @param {Row} row */
  #foldedRow({ first, last }) {
    const count = last - first + 1;
    const text = this.#options.folded?.(count) ?? String(count);
    return h("button", { type: "button", className: "row folded", ariaExpanded: "false", onclick: () => this.#unfold(first, true) }, h("span", { className: "label" }, `⋮ ${text}`));
  }

  /** @param {number} first @param {boolean} [takesFocus] */
  #unfold(first, takesFocus = false) {
    this.#unfolded.add(first);
    const at = this.scrollTop;
    this.#draw();
    this.scrollTop = at;
    if (takesFocus) this.#rows.find((row) => row.first === first)?.button.focus();
  }

  #markChosen() {
    const chosen = this.#rows.findIndex(({ first }) => first === this.#chosen);
    this.#rows.forEach(({ first, last, button }, at) => {
      if (first === last) button.ariaPressed = String(at === chosen);
      // One of the rows is in the page's order of focus; arrow keys lead to the others.
      button.tabIndex = at === Math.max(chosen, 0) ? 0 : -1;
    });
  }

  /** @param {number} id */
  #choose(id) {
    this.chosen = id;
    emit(this, "node", id);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const at = this.#rows.findIndex(({ button }) => button === event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#rows.length - 1 }[event.key];
    const row = to === undefined || at < 0 ? undefined : this.#rows[to];
    if (!row) return;
    event.preventDefault();
    for (const { button } of this.#rows) button.tabIndex = button === row.button ? 0 : -1;
    row.button.focus();
  }
}

customElements.define("graph-view", GraphView);
