import { h } from "../../dom.js";
import { formula, sub } from "../shell/formula.js";
import { scroller } from "../shell/figure.js";
import { findSkips } from "./find-skips.js";
import { readerOf } from "./join-graphs.js";
import { shapeOf } from "./skip-diagram.js";
import { zooDescription } from "./zoo-descriptions.js";

/** @typedef {import("./find-skips.js").Skip} Skip */
/** @typedef {import("./find-skips.js").Description} Description */

/** Of a number that the network computes with. */
const FLOAT_BITS = 32;
const NETWORKS = ["fcn8s", "unet", "segnet"];

/**
 * What crosses over: how many values of how many bits, and the parameters that are there for it.
 * @param {Skip} skip
 * @param {Description} description
 */
export function carried({ kind, value, source, below, join }, description) {
  const carrier = kind === "indices" ? below : value;
  const values = carrier.shape.reduce((product, side) => product * side);
  const bits = kind === "indices" ? indexBits(join) : FLOAT_BITS;
  return { carrier, values, bits, bytes: (values * bits) / 8, parameters: ownParameters({ kind, value, source, join }, description) };
}

/** Of an index into a window. @param {import("./find-skips.js").Node} join a max-unpooling */
const indexBits = ({ options: { kernel } }) => Math.log2(kernel[0] * kernel[1]);

/**
 * A scoring layer's own, the weights by which a convolution reads concatenated channels, or none.
 * @param {Pick<Skip, "kind" | "value" | "source" | "join">} skip
 * @param {Description} description
 */
function ownParameters({ kind, value, source, join }, description) {
  if (kind === "indices") return 0;
  if (kind === "concat") return (readerOf(join, description).parameters * value.shape[1]) / join.shape[1];
  const { nodes } = description;
  let parameters = 0;
  for (let node = value; node.name !== source.name; node = nodes[node.inputs[0]]) parameters += node.parameters;
  return parameters;
}

/** Addition, concatenation and indices against each other. */
export class CarriedTable extends HTMLElement {
  #texts;
  #lab;
  #size = "";

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {import("../shell/lab.js").Lab} lab
   */
  constructor(texts, lab) {
    super();
    this.#texts = texts;
    this.#lab = lab;
  }

  /** @param {[number, number]} size of the networks' input */
  async show(size) {
    if (String(size) === this.#size) return;
    const networks = await Promise.all(NETWORKS.map((id) => zooDescription(this.#lab, id, size)));
    this.#size = String(size);
    const texts = this.#texts;
    const cell = (/** @type {string} */ text) => h("td", {}, text);
    const bodies = networks.map(({ name, description }) => {
      const rows = findSkips(description).map((skip) => ({ skip, ...carried(skip, description) }));
      const shown = rows.map(({ skip, carrier, values, bits, bytes, parameters }) => {
        const numbers = [values, bits, Math.round(bytes / 1000), parameters].map((value) => texts.number(value));
        return h("tr", {}, h("th", { scope: "row" }, `${name}, ${skip.join.name}`), ...[texts.t(`kinds.${skip.kind}`), shapeOf(carrier), ...numbers].map(cell));
      });
      const sum = (/** @type {"values" | "bytes" | "parameters"} */ key) => rows.reduce((total, row) => total + row[key], 0);
      const totals = [texts.number(sum("values")), "", texts.number(Math.round(sum("bytes") / 1000)), texts.number(sum("parameters"))];
      return h("tbody", {}, ...shown, h("tr", { className: "total" }, h("th", { scope: "row", colSpan: 3 }, texts.t("carried.total", { name })), ...totals.map(cell)));
    });
    const head = h("tr", {}, ...["join", "how", "shape", "values", "bits", "bytes", "parameters"].map((key) => h("th", { scope: "col" }, texts.t(`carried.${key}`))));
    const table = h("table", {}, h("caption", { className: "visually-hidden" }, texts.t("carried.table")), h("thead", {}, head), ...bodies);
    this.replaceChildren(scroller(texts.t("carried.table"), table), this.#bits(networks[2].description));
  }

  /** Why an index is so small. @param {Description} segnet */
  #bits(segnet) {
    const [{ join }] = findSkips(segnet);
    const [height, width] = join.options.kernel;
    return h("figure", {}, formula(sub("log", "2"), "(", String(height), "·", String(width), ")", "=", this.#texts.number(indexBits(join))), h("figcaption", {}, this.#texts.t("carried.index")));
  }
}

customElements.define("carried-table", CarriedTable);
