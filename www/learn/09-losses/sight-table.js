import { h } from "../../dom.js";
import { scroller } from "../shell/figure.js";
import { LOSSES, gradientOf } from "./loss-list.js";
import { MEASURES, valueOf, wayOf } from "./evaluation.js";
import { numberText } from "./small-number.js";

/** @typedef {import("./evaluation.js").Evaluation} Evaluation */
/** @typedef {import("./loss-list.js").Case} Case */

/**
 * Which measure sees what: its value, how far that is from perfect, and which true class's pixels a loss pushes on.
 */
export class SightTable extends HTMLElement {
  #texts;
  #body = h("tbody");
  #head = h("tr");

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    if (this.firstChild) return;
    const table = h("table", {}, h("thead", {}, this.#head), this.#body);
    this.append(scroller(this.#texts.t("sight.title"), table));
  }

  /**
   * @param {Case} of
   * @param {{evaluation: Evaluation, perfect: Evaluation, wrong: Evaluation}} evaluations
   */
  show(of, evaluations) {
    const texts = this.#texts;
    const columns = ["measure", "value", "perfect", "wrong", "way"].map((key) => texts.t(`sight.${key}`));
    const pushes = of.looks.map(({ name }) => texts.t("sight.push", { name }));
    this.#head.replaceChildren(...[...columns, ...pushes].map((text) => h("th", { scope: "col" }, text)));
    this.#body.replaceChildren(
      ...MEASURES.map((key) => {
        const numbers = [evaluations.evaluation, evaluations.perfect, evaluations.wrong].map((one) => h("td", {}, numberText(texts, valueOf(one, key))));
        const way = wayOf(key, evaluations);
        const name = h("th", { scope: "row" }, texts.t(`losses.${key}`));
        const shares = pushesOf(key, of, evaluations.evaluation);
        const cells = shares ? shares.map((share) => h("td", {}, texts.percent(share))) : [h("td", { colSpan: pushes.length, className: "none" }, texts.t("sight.noPush"))];
        return h("tr", { "data-measure": key, "data-way": String(way), "data-push": shares?.join(",") ?? "" }, name, ...numbers, h("td", {}, bar(way), texts.percent(way)), ...cells);
      }),
    );
  }
}

/**
 * Of all that a loss pushes on true classes' scores, each class's pixels' share; none for a measure that has no gradient.
 * @param {import("./evaluation.js").MeasureKey} key
 * @param {Case} of
 * @param {Evaluation} evaluation
 */
function pushesOf(key, { truth, looks }, { losses }) {
  const loss = LOSSES.find((other) => other === key);
  if (!loss) return null;
  const sums = new Array(looks.length).fill(0);
  gradientOf(losses[loss], truth).forEach((value, i) => (sums[truth[i]] += Math.abs(value)));
  const total = sums.reduce((all, sum) => all + sum, 0);
  return sums.map((sum) => (total > 0 ? sum / total : 0));
}

/** As long as a share; the number stands beside it. @param {number} share 0..1 */
export function bar(share) {
  const filled = h("span");
  filled.style.inlineSize = `${100 * Math.min(Math.max(share, 0), 1)}%`;
  return h("span", { className: "bar", "aria-hidden": "true" }, filled);
}

customElements.define("sight-table", SightTable);
