import { h } from "../../dom.js";
import { formula, row, sub, sum } from "../shell/formula.js";
import { NumberGrid } from "../shell/number-grid.js";
import { choice, slider } from "../shell/controls.js";
import { scroller } from "../shell/figure.js";
import { scientific } from "./one-pass.js";

/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/**
 * One patch at the last layer.
 * @typedef {object} AtDense
 * @property {number} patch its index
 * @property {{shape: number[], data: Float32Array}} features what the last layer reads, `[1, c, k, k]`
 * @property {Float32Array} convolved the scores as a convolution gives them
 * @property {Float32Array} dense the scores as a matrix times a vector
 * @property {{shape: number[], data: number[]}} weight `[classes, c, k, k]`
 * @property {number[]} bias
 */

/**
 * A score by hand, in float64: the sums of each channel's products, and all together.
 * @param {AtDense} at
 * @param {number} of a class
 */
export function score({ features, weight, bias }, of) {
  const [, channels, height, width] = features.shape;
  const area = height * width;
  const sums = Array.from({ length: channels }, (_, channel) => {
    let total = 0;
    for (let i = channel * area; i < (channel + 1) * area; i++) total += features.data[i] * weight.data[of * channels * area + i];
    return total;
  });
  return { sums, score: sums.reduce((total, value) => total + value, bias[of]) };
}

/** A dense layer's matrix seen as kernels: the same numbers, the same dot product. */
export class DenseLayer extends HTMLElement {
  #texts;
  #shapes = h("div");
  #of;
  #channel;
  #most;
  #features;
  #kernel;
  #products = h("div", { className: "products" });
  #score = h("div");
  #line = h("p", { className: "readout", role: "status" });
  /** The channel whose products count most for the class, either way. */
  #weightiest = 0;

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {{chooseClass: (id: number) => void, chooseChannel: (channel: number) => void}} events
   */
  constructor(texts, { chooseClass, chooseChannel }) {
    super();
    const t = texts.t.bind(texts);
    this.#texts = texts;
    this.#of = choice(t("dense.of"), (value) => chooseClass(Number(value)));
    this.#channel = slider(t("dense.channel"), { min: 0, max: 1, step: 1 }, chooseChannel);
    this.#most = h("button", { type: "button", className: "plain", onclick: () => chooseChannel(this.#weightiest) }, t("dense.most"));
    const format = (/** @type {number} */ value) => texts.number(value, 2);
    this.#features = new NumberGrid(t("dense.features"), { format });
    this.#kernel = new NumberGrid(t("dense.kernel"), { format });
    this.append(
      scroller(t("dense.shapesLabel"), this.#shapes),
      h("div", { className: "settings" }, this.#of.element, this.#channel.element, this.#most),
      h(
        "div",
        { className: "figures grids" },
        h("figure", {}, this.#features, h("figcaption", {}, t("dense.features"))),
        h("figure", {}, this.#kernel, h("figcaption", {}, t("dense.kernel"))),
      ),
      scroller(t("dense.productsLabel"), this.#products),
      scroller(t("dense.scoreLabel"), this.#score),
      this.#line,
    );
  }

  /**
   * @param {AtDense} at
   * @param {{classes: ClassOf[], of: number, channel: number}} about
   */
  show(at, { classes, of, channel }) {
    const { t, n } = { t: this.#texts.t.bind(this.#texts), n: this.#texts.number.bind(this.#texts) };
    const [count, channels, height, width] = at.weight.shape;
    const area = height * width;
    const sides = (/** @type {number[]} */ ...all) => row(...all.flatMap((side, i) => [...(i === 0 ? [] : ["×"]), n(side)]));
    const vector = row(n(channels), "·", n(height), "·", n(width));
    const folded = sides(count, channels, height, width);
    this.#shapes.replaceChildren(formula("W", ":", sides(count, channels * area), "=", n(count), "×", "(", vector, ")", "→", folded));
    this.#of.show(classes.map(({ label }, id) => [String(id), label]), String(of));
    this.#channel.setMost(channels - 1);
    this.#channel.show(channel, t("dense.channelOf", { channel: channel + 1, channels }));

    const slice = at.features.data.subarray(channel * area, (channel + 1) * area);
    const first = (of * channels + channel) * area;
    const kernel = at.weight.data.slice(first, first + area);
    this.#features.show(slice, width);
    this.#kernel.show(kernel, width);

    const { sums, score: total } = score(at, of);
    const magnitudes = sums.map(Math.abs);
    this.#weightiest = magnitudes.indexOf(Math.max(...magnitudes));
    const terms = kernel.flatMap((weight, i) => [...(i === 0 ? [] : ["+"]), row(inBrackets(n(weight, 2)), "·", n(slice[i], 2))]);
    this.#products.replaceChildren(formula(sum("y, x", sub("w", "y, x"), "·", sub("f", "y, x")), "=", ...terms, "=", n(sums[channel])));
    const others = total - at.bias[of] - sums[channel];
    const parts = [inBrackets(n(sums[channel])), row(inBrackets(n(others)), t("dense.others", { others: channels - 1 })), inBrackets(n(at.bias[of]))];
    this.#score.replaceChildren(formula(sub("s", classes[of].label), "=", parts[0], "+", parts[1], "+", parts[2], "=", n(total)));
    const difference = at.dense.reduce((most, value, id) => Math.max(most, Math.abs(value - at.convolved[id])), 0);
    this.#line.textContent = t("dense.line", {
      patch: at.patch + 1,
      class: classes[of].label,
      products: channels * area,
      score: n(total, 6),
      dense: n(at.dense[of], 6),
      convolved: n(at.convolved[of], 6),
      classes: count,
      difference: scientific(this.#texts, difference),
    });
  }
}

/** A sum of negative numbers can be read with brackets only. @param {string} number */
const inBrackets = (number) => (number.startsWith("−") ? row("(", number, ")") : number);

customElements.define("dense-layer", DenseLayer);
