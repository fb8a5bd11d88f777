import { emit, h } from "../../dom.js";
import { GraphView } from "../../graph/graph-view.js";
import { NodeDetail } from "../../graph/node-detail.js";
import { changesOf, matchNodes } from "./graph-diff.js";

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {"before" | "after"} Side */
/** @typedef {{name: string, description: Description}} Network */

const SIDES = /** @type {const} */ (["before", "after"]);

/** Two graphs beside each other, what changed marked in both, and the chosen node in figures. Events: `node` ({side, name}), `side` (Side). */
export class EditView extends HTMLElement {
  #texts;
  #views;
  #captions = { before: h("figcaption", {}), after: h("figcaption", {}) };
  #figures;
  #toggles;
  #look = h("div", { className: "settings look" });
  #readout = h("p", { className: "readout", role: "status" });
  #kind = h("p", { className: "hint", role: "status" });
  #detail;
  /** @type {Record<Side, Description> | null} */ #shown = null;
  /** Nodes to look at on either side, those that changed. @type {Record<Side, string[]>} */ #worth = { before: [], after: [] };
  /** @type {Record<Side, Set<string>>} */ #changed = { before: new Set(), after: new Set() };
  /** Index on one side -> index on the other. @type {Record<Side, Map<number, number>>} */ #counterparts = { before: new Map(), after: new Map() };

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    this.#detail = new NodeDetail(texts.below("node"));
    this.#views = { before: this.#view("before"), after: this.#view("after") };
    this.#figures = { before: h("figure", { className: "before" }, this.#captions.before, this.#views.before), after: h("figure", { className: "after" }, this.#captions.after, this.#views.after) };
    const toggle = (/** @type {Side} */ side) => h("button", { type: "button", className: "toggle", onclick: () => emit(this, "side", side) }, texts.t(`edit.${side}`));
    this.#toggles = { before: toggle("before"), after: toggle("after") };
  }

  /** @param {Side} side */
  #view(side) {
    const view = new GraphView(this.#texts.t(`edit.${side}`));
    view.addEventListener("node", (event) => {
      // What goes up is told with its side.
      event.stopPropagation();
      const node = this.#shown?.[side].nodes[/** @type {CustomEvent<number>} */ (event).detail];
      if (node) emit(this, "node", { side, name: node.name });
    });
    return view;
  }

  connectedCallback() {
    if (this.firstChild) return;
    this.append(
      this.#readout,
      h("div", { className: "sides", role: "group", "aria-label": this.#texts.t("edit.sides") }, this.#toggles.before, this.#toggles.after),
      h("div", { className: "graphs" }, this.#figures.before, this.#figures.after),
      this.#look,
      h("div", { className: "chosen" }, this.#detail, this.#kind),
    );
  }

  /**
   * @param {Network} before
   * @param {Network} after
   * @param {{isWhole: boolean, look: Record<Side, string[]>}} how whether every node has its row; nodes to look at
   */
  show(before, after, { isWhole, look }) {
    const [from, to] = [before.description.nodes, after.description.nodes];
    const match = matchNodes(from, to);
    const { gone, added, shownBefore, shownAfter } = changesOf(from, to, match);
    this.#shown = { before: before.description, after: after.description };
    this.#changed = { before: gone, after: added };
    this.#counterparts = { before: match, after: new Map([...match].map(([a, b]) => [b, a])) };
    const texts = this.#texts;
    const folded = (/** @type {number} */ count) => texts.t("edit.folded", { count });
    const options = (/** @type {Set<string>} */ changed, /** @type {Set<string>} */ shown, /** @type {{sign: string, word: string}} */ mark) => ({ changed, mark, folded, ...(isWhole ? {} : { shown }) });
    this.#views.before.show(before.description, options(gone, shownBefore, { sign: "−", word: texts.t("edit.gone") }));
    this.#views.after.show(after.description, options(added, shownAfter, { sign: "+", word: texts.t("edit.new") }));
    for (const [side, { name, description }] of /** @type {[Side, Network][]} */ ([["before", before], ["after", after]])) {
      this.#captions[side].replaceChildren(h("strong", {}, `${texts.t(`edit.${side}`)}: ${name}`), ` ${texts.t(`edit.${side}Nodes`, { nodes: description.nodes.length, changed: this.#changed[side].size })}`);
    }
    this.#readout.textContent = texts.t("edit.readout", { before: before.name, after: after.name, added: added.size, gone: gone.size, kept: match.size });
    for (const side of SIDES) this.#worth[side] = look[side].filter((name) => this.#changed[side].has(name));
    const buttons = SIDES.flatMap((side) => this.#worth[side].map((name) => this.#lookButton(side, name)));
    this.#look.replaceChildren(...(buttons.length > 0 ? [h("span", {}, texts.t("edit.look")), ...buttons] : []));
    this.#look.hidden = buttons.length === 0;
  }

  /** @param {Side} side @param {string} name */
  #lookButton(side, name) {
    const [sign, word] = side === "before" ? ["−", "edit.gone"] : ["+", "edit.new"];
    const spoken = h("span", { className: "visually-hidden" }, `${this.#texts.t(word)} `);
    return h("button", { type: "button", className: "plain", onclick: () => emit(this, "node", { side, name }) }, h("span", { "aria-hidden": "true" }, `${sign} `), spoken, name);
  }

  /**
   * Marks a node and its counterpart and shows its figures; without one the first that is worth a look, or that changed.
   * @param {Side} side the one that a narrow window shows
   * @param {string} name
   */
  choose(side, name) {
    if (!this.#shown) return;
    for (const each of SIDES) {
      this.#toggles[each].ariaPressed = String(each === side);
      this.#figures[each].classList.toggle("other", each !== side);
    }
    const other = side === "before" ? "after" : "before";
    const { nodes } = this.#shown[side];
    const indexOf = (/** @type {string | undefined} */ wanted) => nodes.findIndex((node) => node.name === wanted);
    const candidates = [indexOf(name), indexOf(this.#worth[side][0]), nodes.findIndex((node) => this.#changed[side].has(node.name))];
    const at = candidates.find((index) => index >= 0) ?? 0;
    const counterpart = this.#counterparts[side].get(at) ?? null;
    const first = this.#shown[other].nodes.findIndex((node) => this.#changed[other].has(node.name));
    this.#views[side].chosen = at;
    this.#views[side].reveal(at);
    this.#views[other].chosen = counterpart;
    this.#views[other].reveal(counterpart ?? Math.max(first, 0));
    const texts = this.#texts;
    this.#detail.show(nodes[at], this.#shown[side]);
    const state = counterpart === null ? (side === "before" ? "isGone" : "isNew") : "stays";
    this.#kind.textContent = texts.t(`edit.${state}`, { name: nodes[at].name, other: counterpart === null ? "" : this.#shown[other].nodes[counterpart].name });
  }
}

customElements.define("edit-view", EditView);
