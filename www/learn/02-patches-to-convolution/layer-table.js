import { h } from "../../dom.js";
import { scroller } from "../shell/figure.js";

/** @typedef {import("../shell/lab-types.d.ts").Description} Description */
/** @typedef {import("../shell/lab-types.d.ts").NodeDescription} NodeDescription */

const COLUMNS = /** @type {const} */ (["layer", "what", "patchShape", "patchMacs", "wholeShape", "wholeMacs"]);

/** The network layer by layer, for all patches and for the whole picture. */
export class LayerTable extends HTMLElement {
  #texts;
  #rows = h("tbody");
  #foot = h("tfoot");
  #line = h("p");

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
    const heads = COLUMNS.map((column) => h("th", { scope: "col" }, texts.t(`layers.columns.${column}`)));
    const caption = h("caption", { className: "visually-hidden" }, texts.t("layers.table"));
    const table = h("table", {}, caption, h("thead", {}, h("tr", {}, ...heads)), this.#rows, this.#foot);
    this.append(scroller(texts.t("layers.table"), table), this.#line);
  }

  /**
   * @param {Description} patch of one patch
   * @param {Description} whole of the picture
   * @param {number} count of patches
   */
  show(patch, whole, count) {
    const { t, number } = { t: this.#texts.t.bind(this.#texts), number: this.#texts.number.bind(this.#texts) };
    const sides = (/** @type {NodeDescription} */ { shape: [, ...sizes] }) => sizes.join(" × ");
    const rows = patch.nodes.map((node, i) => [this.#what(node), sides(node), number(node.macs * count), sides(whole.nodes[i]), number(whole.nodes[i].macs)]);
    this.#rows.replaceChildren(...rows.map((cells, i) => tableRow(patch.nodes[i].name, cells)));
    this.#foot.replaceChildren(tableRow(t("layers.sum"), ["", "", number(patch.macs * count), "", number(whole.macs)]));
    const [field] = patch.nodes[patch.output].field;
    this.#line.textContent = t("layers.line", { parameters: patch.parameters, size: field.size ?? 0, jump: field.jump ?? 0, count });
  }

  /** @param {NodeDescription} node */
  #what({ op, options: { kernel, stride } }) {
    const name = this.#texts.t(`layers.ops.${op}`);
    return kernel ? `${name} ${kernel.join(" × ")}, ${this.#texts.t("layers.stride", { stride: stride[0] })}` : name;
  }
}

/** @param {string} head @param {string[]} cells */
const tableRow = (head, cells) => h("tr", {}, h("th", { scope: "row" }, head), ...cells.map((cell) => h("td", {}, cell)));

customElements.define("layer-table", LayerTable);
