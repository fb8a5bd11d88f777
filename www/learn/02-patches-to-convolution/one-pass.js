import { h } from "../../dom.js";
import { formula, frac, row } from "../shell/formula.js";
import { MapView } from "../shell/map-view.js";
import { figure, scroller } from "../shell/figure.js";
import { argmax } from "../shell/softmax.js";

/** @typedef {import("./sliding.js").Compared} Compared */
/** @typedef {import("./picture.js").Grid} Grid */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/**
 * What either way costs, in multiply-adds.
 * @param {Grid} grid
 * @param {number} patchMacs
 * @param {number} wholeMacs
 */
export function costs({ count, width, height, patch, stride }, patchMacs, wholeMacs) {
  const everywhere = (width - patch + 1) * (height - patch + 1);
  return {
    slid: count * patchMacs,
    once: wholeMacs,
    ratio: (count * patchMacs) / wholeMacs,
    // A patch around every pixel that has one, against the whole picture once for each shift below the stride.
    everywhere: everywhere * patchMacs,
    positions: everywhere,
    passes: stride ** 2,
  };
}

/** The same weights over the whole picture at once, beside the sliding: answers, multiply-adds, time. */
export class OnePass extends HTMLElement {
  #texts;
  #button;
  #rows = h("tbody");
  #ratio;
  #line = h("p", { className: "readout equal", role: "status" });
  #maps;
  #slid;
  #once;
  #difference;
  #differenceCaption = h("span");
  #everywhere = h("p");

  /** @param {import("../shell/text.js").Texts} texts @param {() => void} both */
  constructor(texts, both) {
    super();
    const t = texts.t.bind(texts);
    this.#texts = texts;
    this.#button = h("button", { type: "button", className: "primary", onclick: both }, t("once.both"));
    this.#slid = new MapView(t("once.slidAlt"));
    this.#once = new MapView(t("once.onceAlt"));
    this.#difference = new MapView(t("once.differenceAlt"));
    this.#ratio = scroller(t("once.ratioLabel"));
    const columns = ["way", "runs", "macs", "time"].map((column) => h("th", { scope: "col" }, t(`once.columns.${column}`)));
    const table = h("table", {}, h("caption", { className: "visually-hidden" }, t("once.table")), h("thead", {}, h("tr", {}, ...columns)), this.#rows);
    this.#maps = h(
      "div",
      { className: "figures", hidden: true },
      figure(this.#slid, t("once.slid")),
      figure(this.#once, t("once.once")),
      figure(this.#difference, this.#differenceCaption),
    );
    this.append(scroller(t("once.table"), table), this.#ratio, this.#everywhere, h("div", {}, this.#button), this.#line, this.#maps);
  }

  /**
   * @param {Grid} grid
   * @param {ReturnType<typeof costs>} cost
   * @param {Compared | null} compared `null` before both ways were run
   */
  showCosts(grid, cost, compared) {
    const { t, n } = this.#words;
    const time = (/** @type {number | undefined} */ ms) => (ms === undefined ? "–" : t("once.ms", { ms: n(ms, 3) }));
    const rows = [
      [t("once.rows.slid"), t("once.patches", { count: grid.count }), n(cost.slid), time(compared?.slidMs)],
      [t("once.rows.once"), t("once.picture", { width: grid.width, height: grid.height }), n(cost.once), time(compared?.onceMs)],
      [t("once.rows.ratio"), "", n(cost.ratio, 3), compared ? n(compared.slidMs / compared.onceMs, 3) : "–"],
    ];
    this.#rows.replaceChildren(...rows.map(([head, ...cells]) => h("tr", {}, h("th", { scope: "row" }, head), ...cells.map((cell) => h("td", {}, cell)))));
    const slid = row(n(grid.count), "·", n(cost.slid / grid.count));
    this.#ratio.replaceChildren(formula(frac(slid, n(cost.once)), "=", frac(n(cost.slid), n(cost.once)), "=", n(cost.ratio, 3)));
    this.#everywhere.textContent = t("once.everywhere", {
      positions: cost.positions,
      macs: cost.everywhere,
      stride: grid.stride,
      passes: cost.passes,
      shifted: cost.passes * cost.once,
      ratio: n(cost.everywhere / (cost.passes * cost.once), 3),
    });
  }

  /** @param {Compared | null} compared @param {Grid} grid @param {ClassOf[]} classes */
  show(compared, { columns, rows, count }, classes) {
    this.#maps.hidden = !compared;
    this.#line.textContent = "";
    if (!compared) return;
    const { t, n } = this.#words;
    const how = { width: columns, height: rows, colours: classes.map(({ colour }) => colour) };
    const idsOf = (/** @type {Float32Array} */ scores) =>
      Uint8Array.from({ length: count }, (_, at) => argmax(scores.subarray(at * classes.length, (at + 1) * classes.length)));
    const [slid, once] = [idsOf(compared.slid), idsOf(compared.once)];
    this.#slid.showClasses(slid, how);
    this.#once.showClasses(once, how);
    const differences = Float32Array.from({ length: count }, (_, at) => {
      const of = (/** @type {number} */ id) => Math.abs(compared.slid[at * classes.length + id] - compared.once[at * classes.length + id]);
      return Math.max(...classes.map((_, id) => of(id)));
    });
    this.#difference.showValues(differences, { width: columns, height: rows, low: 0 });
    this.#differenceCaption.textContent = t("once.difference", { most: scientific(this.#texts, compared.difference) });
    this.#line.textContent = t("once.line", {
      difference: scientific(this.#texts, compared.difference),
      largest: n(compared.largest, 3),
      scores: compared.once.length,
      other: slid.filter((id, at) => id !== once[at]).length,
      runs: compared.runs,
      columns,
    });
  }

  get #words() {
    const texts = this.#texts;
    return { t: texts.t.bind(texts), n: texts.number.bind(texts) };
  }
}

/** Small numbers, such as those of rounding: 1.9 · 10⁻⁶. @param {import("../shell/text.js").Texts} texts @param {number} value */
export function scientific(texts, value) {
  if (value === 0 || value >= 0.001) return texts.number(value, 2);
  const exponent = Math.floor(Math.log10(value));
  const raised = [...String(-exponent)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${texts.number(value / 10 ** exponent, 2)} · 10⁻${raised}`;
}

customElements.define("one-pass", OnePass);
