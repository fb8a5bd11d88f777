import { emit, h } from "../../dom.js";
import { labelledGrid } from "./labelled-grid.js";
import { ENLARGED, SIDE } from "./state.js";

/** Max pooling of a map, where its maxima were, and the grid's values put there. Event: `edited` ({row, column, value}). */
export class SwitchStudy extends HTMLElement {
  #map;
  #pooled;
  #result;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#map = labelledGrid(texts, "switchMap", { isEditable: true });
    this.#pooled = labelledGrid(texts, "switchPooled");
    this.#result = labelledGrid(texts, "switchResult");
    this.#map.grid.addEventListener("edit", (event) => emit(this, "edited", /** @type {CustomEvent} */ (event).detail));
  }

  connectedCallback() {
    this.replaceChildren(h("div", { className: "side-by-side" }, this.#map.figure, this.#pooled.figure, this.#result.figure));
  }

  /**
   * @param {number[]} map
   * @param {{pooled: ArrayLike<number>, result: ArrayLike<number>, switches: ArrayLike<number>}} computed `switches` is 1 where a maximum is
   */
  show(map, { pooled, result, switches }) {
    this.#map.show(map, ENLARGED);
    this.#pooled.show(pooled, SIDE);
    this.#result.show(result, ENLARGED);
    const classOf = (/** @type {number} */ row, /** @type {number} */ column) => (switches[row * ENLARGED + column] ? "switch" : "") + (row % 2 === 0 && row ? " below" : "") + (column % 2 === 0 && column ? " beside" : "");
    for (const { grid } of [this.#map, this.#result]) grid.mark(classOf);
  }
}

customElements.define("switch-study", SwitchStudy);
