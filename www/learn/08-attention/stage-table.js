import { emit, h } from "../../dom.js";
import { formula, frac, row, sub, sup } from "../shell/formula.js";
import { scroller } from "../shell/figure.js";
import { mean } from "./heads.js";

/** @typedef {import("./heads.js").StageHeads} StageHeads */
/** @typedef {import("./stages.js").Stage} Stage */

/** Sizes, costs, and how the heads look, by stage; and the costs of one stage with its numbers. Event: `stage` (index). */
export class StageTable extends HTMLElement {
  #texts;
  #table = h("table");
  #choice = h("select", { onchange: () => emit(this, "stage", Number(this.#choice.value)) });
  #formulas = h("div", { className: "formulas" });
  #readout = h("p", { className: "readout", role: "status" });

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const t = (/** @type {string} */ key) => this.#texts.t(`costs.${key}`);
    const choice = h("p", { className: "settings" }, h("label", {}, t("choose"), this.#choice));
    this.append(scroller(t("table"), this.#table), choice, scroller(t("formulas"), this.#formulas), this.#readout);
  }

  /**
   * @param {StageHeads[]} stages
   * @param {number} chosen whose costs are shown
   */
  show(stages, chosen) {
    const texts = this.#texts;
    const number = (/** @type {number} */ value) => texts.number(value);
    const keys = ["stage", "queries", "keys", "reduction", "heads", "headSize", "products", "allProducts", "ratio", "entropy", "distance", "uniform"];
    const rows = stages.map(({ stage, heads, uniformDistance }) => {
      const { queries, keys, reduction, headSize } = stage;
      const cells = [
        `${queries.width}×${queries.height} = ${number(queries.count)}`,
        `${keys.width}×${keys.height} = ${number(keys.count)}`,
        ...[reduction, stage.heads, headSize, queries.count * keys.count, queries.count ** 2, queries.count / keys.count].map(number),
        texts.t("costs.bits", { entropy: texts.number(mean(heads.map(({ entropy }) => entropy)), 3), most: texts.number(Math.log2(keys.count), 3) }),
        ...[mean(heads.map(({ distance }) => distance)), uniformDistance].map((pixels) => texts.t("costs.pixels", { pixels: Math.round(pixels) })),
      ];
      return h("tr", {}, h("th", { scope: "row" }, number(stage.number)), ...cells.map((cell) => h("td", {}, cell)));
    });
    const head = h("tr", {}, ...keys.map((key) => h("th", { scope: "col" }, texts.t(`costs.${key}`))));
    this.#table.replaceChildren(h("caption", { className: "visually-hidden" }, texts.t("costs.table")), h("thead", {}, head), h("tbody", {}, ...rows));
    if (this.#choice.options.length !== stages.length) this.#choice.replaceChildren(...stages.map(({ stage }, i) => h("option", { value: String(i) }, texts.t("costs.option", { number: stage.number }))));
    this.#choice.value = String(chosen);
    this.#showFormulas(stages[chosen]);
  }

  /** @param {StageHeads} stageHeads */
  #showFormulas({ stage: { queries, keys, reduction, channels, number: name }, block: { attention, reducer } }) {
    const texts = this.#texts;
    const number = (/** @type {number} */ value) => texts.number(value);
    const [n, m] = [queries.count, keys.count];
    const whole = 2 * channels * n * n;
    this.#formulas.replaceChildren(
      formula("n", "=", number(queries.width), "·", number(queries.height), "=", number(n)),
      formula("m", "=", frac("n", sup("R", "2")), "=", frac(number(n), sup(number(reduction), "2")), "=", number(m)),
      formula(frac(sup("n", "2"), row("n", "·", "m")), "=", frac("n", "m"), "=", frac(number(n), number(m)), "=", number(n / m)),
      formula(sub("M", "R"), "=", "2", "·", "C", "·", "n", "·", "m", "=", "2", "·", number(channels), "·", number(n), "·", number(m), "=", number(attention.macs)),
      formula(sub("M", "1"), "=", "2", "·", "C", "·", sup("n", "2"), "=", "2", "·", number(channels), "·", sup(number(n), "2"), "=", number(whole)),
    );
    const values = { stage: name, macs: number(attention.macs), whole: number(whole), reducer: number(reducer?.macs ?? 0), total: number(attention.macs + (reducer?.macs ?? 0)) };
    this.#readout.textContent = texts.t(reducer ? "costs.readout" : "costs.readoutWhole", values);
  }
}

customElements.define("stage-table", StageTable);
