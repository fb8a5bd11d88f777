import { h } from "../../dom.js";
import { formula, frac, row, sub, sum, sup } from "../shell/formula.js";
import { choice } from "../shell/controls.js";
import { scroller } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { argmax, softmax } from "../shell/softmax.js";

/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/** What has no label yet takes the network's own answer for one. */
export const NO_LABEL = -1;

const COLUMNS = /** @type {const} */ (["class", "score", "exponential", "softmax", "argmax", "target"]);

/**
 * One pixel, from its scores to its class: exponentials, softmax, argmax, and the one-hot target beside them; softmax of one class as a formula.
 */
export class PixelScores extends HTMLElement {
  #texts;
  #of;
  #label;
  #line = h("p", { className: "readout", role: "status" });
  #body = h("tbody");
  #foot = h("tfoot");
  #formula = h("div");
  #target = h("p", { className: "readout" });

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {{chooseClass: (id: number) => void, chooseLabel: (id: number) => void}} events
   */
  constructor(texts, { chooseClass, chooseLabel }) {
    super();
    this.#texts = texts;
    this.#of = choice(texts.t("pixel.of"), (value) => chooseClass(Number(value)));
    this.#label = choice(texts.t("pixel.label"), (value) => chooseLabel(Number(value)));
    const head = COLUMNS.map((column) => h("th", { scope: "col" }, texts.t(`pixel.columns.${column}`)));
    const caption = h("caption", { className: "visually-hidden" }, texts.t("pixel.table"));
    const table = h("table", {}, caption, h("thead", {}, h("tr", {}, ...head)), this.#body, this.#foot);
    this.append(
      this.#line,
      scroller(texts.t("pixel.table"), table),
      h("div", { className: "settings" }, this.#of.element, this.#label.element),
      scroller(texts.t("pixel.formula"), this.#formula),
      this.#target,
    );
  }

  /**
   * @param {number[]} scores of one pixel
   * @param {{position: {x: number, y: number}, classes: ClassOf[], of: number, label: number}} about `of` is the class in the formula
   */
  show(scores, { position, classes, of, label }) {
    const { t, n, percent } = this.#words;
    const exponentials = scores.map(Math.exp);
    const total = exponentials.reduce((all, value) => all + value, 0);
    const probabilities = softmax(scores);
    const best = argmax(scores);
    const truth = label === NO_LABEL ? best : label;
    const options = classes.map(({ label: name }, id) => /** @type {[string, string]} */ ([String(id), name]));
    this.#of.show(options, String(of));
    this.#label.show([[String(NO_LABEL), t("pixel.noLabel")], ...options], String(label));

    this.#line.textContent = t("pixel.line", { ...position, class: classes[best].label, probability: percent(probabilities[best]) });
    const bit = (/** @type {boolean} */ isOne) => (isOne ? "1" : "0");
    const rows = classes.map((each, id) => [n(scores[id]), n(exponentials[id]), n(probabilities[id]), id === best ? t("pixel.best") : "", bit(id === truth)]);
    this.#body.replaceChildren(...rows.map((cells, id) => tableRow(swatch(classes[id]), cells, id === best ? "best" : "")));
    const sumOf = probabilities.reduce((all, value) => all + value, 0);
    this.#foot.replaceChildren(tableRow(t("pixel.sum"), ["", n(total), n(sumOf), "", "1"], ""));

    const terms = scores.flatMap((score, id) => [...(id === 0 ? [] : ["+"]), sup("e", n(score))]);
    this.#formula.replaceChildren(
      formula(
        sub("p", classes[of].label),
        "=",
        frac(sup("e", sub("s", classes[of].label)), sum("j", sup("e", sub("s", "j")))),
        "=",
        frac(sup("e", n(scores[of])), row(...terms)),
        "=",
        frac(n(exponentials[of]), n(total)),
        "=",
        n(probabilities[of]),
      ),
    );
    this.#target.textContent = t("pixel.targetLine", {
      class: classes[truth].label,
      vector: scores.map((_, id) => bit(id === truth)).join(", "),
      probability: percent(probabilities[truth]),
    });
  }

  get #words() {
    const texts = this.#texts;
    return {
      t: texts.t.bind(texts),
      percent: texts.percent.bind(texts),
      n: (/** @type {number} */ value) => texts.number(value),
    };
  }
}

/** @param {Node | string} head @param {string[]} cells @param {string} className */
const tableRow = (head, cells, className) => h("tr", { className }, h("th", { scope: "row" }, head), ...cells.map((cell) => h("td", {}, cell)));

customElements.define("pixel-scores", PixelScores);
