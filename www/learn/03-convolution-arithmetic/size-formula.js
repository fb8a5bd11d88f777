import { h } from "../../dom.js";
import { floor, formula, frac, row, sub } from "../shell/formula.js";
import { scroller } from "../shell/figure.js";
import { extentOf, leftOver, reasonsOf, sizeOf } from "./arithmetic.js";
import { codeOf } from "./settings.js";

/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("../shell/formula.js").Part} Part */
/** @typedef {Record<"h" | "p" | "d" | "k" | "s" | "a", Part>} Letters */

/** @type {Letters} */
const LETTERS = { h: "h", p: "p", d: "d", k: "k", s: "s", a: "a" };
const result = () => sub("h", "out");

/** The formula of the output's size, with letters or numbers for its letters. @param {boolean} isTransposed @param {Letters} of */
function sizeFormula(isTransposed, { h, p, d, k, s, a }) {
  const reach = [d, "·", "(", k, "−", 1, ")"];
  if (isTransposed) return row("(", h, "−", 1, ")", "·", s, "−", 2, "·", p, "+", ...reach, "+", a, "+", 1);
  return row(floor(frac(row(h, "+", 2, "·", p, "−", ...reach, "−", 1), s)), "+", 1);
}

/** The size by formula beside the size that the lab infers, or why there is none. */
export class SizeFormula extends HTMLElement {
  #texts;
  #lines = h("div", { className: "lines" });
  #code = h("code");
  #result = h("div", { className: "readout", role: "status" });

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  connectedCallback() {
    // What is wider than a phone moves within itself, by keyboard too.
    const scroll = scroller(this.#texts.t("formulaLabel"), this.#code, this.#lines);
    this.replaceChildren(scroll, this.#result);
  }

  /** @param {Settings} settings */
  show(settings) {
    const { isTransposed, size, kernel_size, stride, padding, output_padding } = settings;
    const dilation = isTransposed ? 1 : settings.dilation;
    this.#code.textContent = codeOf(settings);
    const numbers = { h: size, p: padding, d: dilation, k: kernel_size, s: stride, a: output_padding };
    const value = String(sizeOf(settings)).replace("-", "−");
    const general = formula(result(), "=", sizeFormula(isTransposed, LETTERS));
    const substituted = formula(result(), "=", sizeFormula(isTransposed, numbers), "=", value);
    this.#lines.replaceChildren(general, substituted);
  }

  /**
   * What the lab says of the graph; with numbers for people.
   * @param {Settings} settings
   * @param {import("../shell/lab-types.d.ts").NodeDescription} node
   */
  showInferred(settings, { shape, parameters, macs }) {
    const texts = this.#texts;
    const isSame = shape[2] === sizeOf(settings) && shape[3] === sizeOf(settings);
    const rest = leftOver(settings);
    this.classList.remove("wrong");
    this.#result.replaceChildren(
      h("strong", {}, texts.t(isSame ? "agrees" : "disagrees", { shape: `[${shape.join(", ")}]`, size: sizeOf(settings) })),
      ` ${texts.t("cost", { parameters, macs })}`,
      rest ? ` ${texts.t(rest === 1 ? "leftOverOne" : "leftOverMany", { rest })}` : "",
      !settings.isTransposed && settings.dilation > 1 ? ` ${texts.t("extent", { extent: extentOf(settings), kernel: settings.kernel_size, dilation: settings.dilation })}` : "",
    );
  }

  /**
   * @param {Settings} settings
   * @param {string} sentence the lab's own
   */
  showInvalid(settings, sentence) {
    const texts = this.#texts;
    const reasons = reasonsOf(settings).map(({ key, values }) => h("p", { className: "reason" }, texts.t(`reasons.${key}`, values)));
    this.classList.add("wrong");
    this.#result.replaceChildren(h("strong", {}, texts.t("invalid")), " ", h("q", { lang: "en" }, sentence), ...reasons);
  }
}

customElements.define("size-formula", SizeFormula);
