import { emit, h } from "../../dom.js";
import { slider } from "../shell/controls.js";
import { shapeOf } from "./skip-diagram.js";

/** @typedef {import("./find-skips.js").Skip} Skip */
/** @typedef {import("./find-skips.js").Settings} Settings */

/**
 * What sets a skip; what it does not have is null.
 * @typedef {{factor: ReturnType<typeof slider> | null, swap: HTMLSelectElement | null, forget: HTMLInputElement | null}} Fields
 */

/** A factor and a swap for each skip, or whether its indices are forgotten. Event: `settings` (Settings). */
export class SkipControls extends HTMLElement {
  #texts;
  /** @type {Skip[]} */ #skips = [];
  /** By skip. @type {Fields[]} */ #fields = [];

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  /**
   * @param {Skip[]} skips
   * @param {Settings} settings
   */
  show(skips, settings) {
    if (skips !== this.#skips) this.#build(skips);
    this.#fields.forEach(({ factor, swap, forget }, i) => {
      const value = settings.factors[i] ?? 1;
      factor?.show(value, `×${this.#texts.number(value)}`);
      if (swap) swap.value = String(settings.swaps[i] ?? 0);
      if (forget) forget.checked = Boolean(settings.forget[i]);
    });
  }

  /** @param {Skip[]} skips */
  #build(skips) {
    const t = (/** @type {string} */ key, /** @type {Record<string, string | number>} */ values = {}) => this.#texts.t(`controls.${key}`, values);
    this.#skips = skips;
    this.#fields = skips.map((skip) => (skip.kind === "indices" ? this.#indices() : this.#factor(skip)));
    const all = (/** @type {string} */ key, /** @type {number} */ factor, /** @type {number} */ forget) =>
      h("button", { type: "button", className: "plain", onclick: () => this.#setAll(factor, forget) }, t(key));
    const sets = skips.map((skip, i) => {
      const { factor, swap, forget } = this.#fields[i];
      const factors = factor && swap ? [factor.element, h("label", {}, t("reads"), swap)] : [];
      const joined = h("p", { className: "hint" }, t(skip.kind, { below: shapeOf(skip.below), value: shapeOf(skip.value) }));
      return h("fieldset", { className: "settings" }, h("legend", {}, `${skip.join.name} ← ${skip.source.name}`), joined, ...factors, ...(forget ? [h("label", {}, forget, t("forget"))] : []));
    });
    const buttons = skips.length > 0 ? [h("p", { className: "settings" }, all("cutAll", 0, 1), all("restoreAll", 1, 0))] : [h("p", {}, t("noSkips"))];
    // The finest skip is at the top, as in the diagram.
    this.replaceChildren(...buttons, ...sets.reverse());
  }

  /** @param {Skip} skip */
  #factor(skip) {
    const factor = slider(this.#texts.t("controls.factor"), { min: 0, max: 2, step: 0.05, isLate: true }, () => this.#tell());
    const options = skip.candidates.map(({ node, isFitting }, index) => {
      const key = node === skip.below ? "fromBelow" : "other";
      const text = this.#texts.t(`controls.${key}`, { name: node.name, shape: shapeOf(node) });
      return h("option", { value: String(index + 1), disabled: !isFitting }, isFitting ? text : `${text} (${this.#texts.t("controls.doesNotFit")})`);
    });
    const itself = h("option", { value: "0" }, `${skip.value.name} ${shapeOf(skip.value)}`);
    const swap = h("select", { onchange: () => this.#tell() }, itself, ...options);
    return { factor, swap, forget: null };
  }

  #indices() {
    return { factor: null, swap: null, forget: h("input", { type: "checkbox", onchange: () => this.#tell() }) };
  }

  /** @param {number} value of all factors @param {number} isForgetting */
  #setAll(value, isForgetting) {
    for (const { factor, swap, forget } of this.#fields) {
      if (factor) factor.input.valueAsNumber = value;
      if (swap) swap.value = "0";
      if (forget) forget.checked = Boolean(isForgetting);
    }
    this.#tell();
  }

  #tell() {
    const of = (/** @type {(fields: Fields) => number} */ read, /** @type {number} */ usual) => {
      const values = this.#fields.map(read);
      return values.every((value) => value === usual) ? [] : values;
    };
    /** @type {Settings} */
    const settings = {
      factors: of(({ factor }) => factor?.input.valueAsNumber ?? 1, 1),
      swaps: of(({ swap }) => Number(swap?.value ?? 0), 0),
      forget: of(({ forget }) => Number(forget?.checked ?? false), 0),
    };
    emit(this, "settings", settings);
  }
}

customElements.define("skip-controls", SkipControls);
