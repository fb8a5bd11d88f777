import { emit, h } from "../../dom.js";
import { formula, sub, sup } from "../shell/formula.js";
import { scroller } from "../shell/figure.js";
import { joinCosts, withAdditions } from "./join-graphs.js";
import { zooDescription } from "./zoo-descriptions.js";

/** @typedef {import("./join-graphs.js").JoinCost} JoinCost */

/** What U-Net's joins cost, and would cost as additions. Event: `join` (index), the one whose formulas are shown. */
export class JoinCosts extends HTMLElement {
  #texts;
  #lab;
  #table = h("table");
  #choice = h("select", { onchange: () => emit(this, "join", Number(this.#choice.value)) });
  #formulas = h("div");
  #readout = h("p", { className: "readout", role: "status" });
  /** @type {JoinCost[]} */ #costs = [];
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

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(`costs.${key}`);
    const choice = h("p", { className: "settings" }, h("label", {}, t("join"), this.#choice));
    this.append(scroller(t("table"), this.#table), choice, scroller(t("formulas"), this.#formulas), this.#readout);
  }

  get costs() {
    return this.#costs;
  }

  /**
   * @param {[number, number]} size of the network's input
   * @param {number} join whose formulas are shown
   */
  async show(size, join) {
    if (String(size) !== this.#size) {
      const { graph, description } = await zooDescription(this.#lab, "unet", size);
      const adding = await this.#lab.describeGraph(withAdditions(graph, description), size);
      this.#size = String(size);
      this.#costs = joinCosts(description, adding);
      this.#showTable(description, adding);
    }
    const at = Math.min(Math.max(Math.round(join), 0), this.#costs.length - 1);
    this.#choice.value = String(at);
    this.#showFormulas(this.#costs[at]);
  }

  /** @param {import("../shell/lab-types.d.ts").Description} concatenating @param {import("../shell/lab-types.d.ts").Description} adding */
  #showTable(concatenating, adding) {
    const texts = this.#texts;
    const number = (/** @type {number} */ value) => texts.number(value);
    const header = ["name", "below", "value", "concatChannels", "addChannels", "concatParameters", "addParameters", "concatMacs", "addMacs"];
    const cells = (/** @type {JoinCost} */ { below, value, concat, add }) => [below.shape[1], value.shape[1], concat.channels, add.channels, concat.parameters, add.parameters, concat.macs, add.macs];
    const rows = this.#costs.map((cost) => h("tr", {}, h("th", { scope: "row" }, cost.name), ...cells(cost).map((value) => h("td", {}, number(value)))));
    const whole = [concatenating.parameters, adding.parameters, concatenating.macs, adding.macs];
    const total = h("tr", { className: "total" }, h("th", { scope: "row", colSpan: 5 }, texts.t("costs.whole")), ...whole.map((value) => h("td", {}, number(value))));
    const head = h("tr", {}, ...header.map((key) => h("th", { scope: "col" }, texts.t(`costs.${key}`))));
    this.#table.replaceChildren(h("caption", { className: "visually-hidden" }, texts.t("costs.table")), h("thead", {}, head), h("tbody", {}, ...rows, total));
    this.#choice.replaceChildren(...this.#costs.map(({ name }, i) => h("option", { value: String(i) }, name)));
  }

  /** @param {JoinCost} cost */
  #showFormulas(cost) {
    const texts = this.#texts;
    const number = (/** @type {number} */ value) => texts.number(value);
    const { below, value, reader, concat, add, isProjected } = cost;
    const [fromBelow, fromSkip, out, kernel] = [below.shape[1], value.shape[1], reader.shape[1], reader.options.kernel[0]];
    const [, , height, width] = reader.shape;
    const channels = (/** @type {string} */ of) => sub("C", texts.t(`costs.${of}`));
    const square = (/** @type {string} */ of) => sup(of, "2");
    const overMap = (/** @type {{parameters: number, macs: number}} */ { parameters, macs }) =>
      formula(number(parameters), "·", "H", "·", "W", "=", number(parameters), "·", number(height), "·", number(width), "=", number(macs));
    const [symbols, numbers] = isProjected ? [["+", channels("e"), "·", channels("d")], ["+", number(fromSkip), "·", number(fromBelow)]] : [[], []];
    const kernelSquare = () => square(number(kernel));
    this.#formulas.replaceChildren(
      h("h3", {}, texts.t("costs.concatTitle")),
      formula(
        ...["(", channels("d"), "+", channels("e"), ")", "·", channels("o"), "·", square("k")],
        ...["=", "(", number(fromBelow), "+", number(fromSkip), ")", "·", number(out), "·", kernelSquare(), "=", number(concat.parameters)],
      ),
      overMap(concat),
      h("h3", {}, texts.t(isProjected ? "costs.addProjectedTitle" : "costs.addTitle")),
      formula(channels("d"), "·", channels("o"), "·", square("k"), ...symbols, "=", number(fromBelow), "·", number(out), "·", kernelSquare(), ...numbers, "=", number(add.parameters)),
      overMap(add),
    );
    this.#readout.textContent = texts.t("costs.readout", {
      name: cost.name, concat: concat.channels, add: add.channels, parameters: texts.percent(add.parameters / concat.parameters), reader: reader.name,
    });
  }
}

customElements.define("join-costs", JoinCosts);
