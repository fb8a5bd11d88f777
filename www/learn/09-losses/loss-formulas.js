/** The losses' formulas, in general and with a pixel's numbers. What they come to is what the lab says; the tests hold both together. */
import { formula, frac, row, sub, sum, sup } from "../shell/formula.js";
import { REGION_LOSSES, regionLoss } from "./region-losses.js";

/** @typedef {import("./loss-list.js").LossKey} LossKey */
/** @typedef {import("./loss-list.js").Parameters} Parameters */
/** @typedef {import("../shell/formula.js").Part} Part */

/**
 * A pixel and what a loss makes of it.
 * @typedef {object} Chosen
 * @property {number} pixel
 * @property {number} trueClass
 * @property {number[]} probabilities by class
 * @property {import("./loss-list.js").Case} of
 * @property {Parameters} parameters completed
 * @property {import("../shell/lab-types.d.ts").EvaluatedLoss} evaluated
 * @property {number} balance weight of the true class that U-Net's map begins with
 * @property {[number, number] | null} distances to the two nearest objects, for a pixel of the background
 */

/** A formula with numbers. `computed` is what its left side comes to here, `value` the same from the lab. @typedef {{math: Element, computed: number, value: number}} Line */

/** Between the name of a function and a number. */
function space() {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", "mspace");
  made.setAttribute("width", "0.17em");
  return made;
}

const logarithm = (/** @type {Part} */ of) => row("−", "ln", space(), of);
const gradientSign = () => frac(row("∂", "L"), row("∂", "s"));
const termOf = (/** @type {Part[]} */ ...factors) => row("L", "=", frac("1", "N"), sum("i", ...factors, "(", logarithm(sub("p", "i")), ")"));
const regional = (/** @type {Part} */ below) => row("L", "=", frac("1", "C"), sum("c", "(", "1", "−", frac(row(sub("I", "c"), "+", "s"), below), ")"));
/** Through which a region's loss reaches the scores. */
const slopes = () => formula(sub("v", "c"), "=", frac(row("∂", "L"), row("∂", sub("p", "c"))));
const sumOf = (/** @type {string} */ letter, /** @type {Part[]} */ ...of) => formula(sub(letter, "c"), "=", sum("i", ...of));
/** Of probabilities p and truth g: of both, of either. */
const plainSums = () => [sumOf("I", sub("p", row("i", "c")), sub("g", row("i", "c"))), sumOf("P", sub("p", row("i", "c"))), sumOf("G", sub("g", row("i", "c")))];

/** @type {Record<LossKey, () => Element[]>} */
const GENERAL = {
  cross_entropy: () => [formula(termOf())],
  class_weighted: () => [formula("L", "=", frac(sum("i", sub("w", "i"), "(", logarithm(sub("p", "i")), ")"), sum("i", sub("w", "i"))))],
  border_weighted: () => [
    formula(termOf(sub("w", "i"))),
    formula("w", "=", sub("w", "c"), "+", sub("w", "0"), "·", sup("e", row("−", sup(row("(", sub("d", "1"), "+", sub("d", "2"), ")"), "2"), "/", row("2", sup("σ", "2"))))),
  ],
  focal: () => [formula(termOf(sub("α", "i"), sup(row("(", "1", "−", sub("p", "i"), ")"), "γ")))],
  dice: () => [
    formula(regional(row(frac("1", "2"), "(", sub("P", "c"), "+", sub("G", "c"), ")", "+", "s"))),
    ...plainSums(),
    slopes(),
  ],
  squared_dice: () => [
    formula(regional(row(frac("1", "2"), "(", sub("P", "c"), "+", sub("G", "c"), ")", "+", "s"))),
    sumOf("I", sub("p", row("i", "c")), sub("g", row("i", "c"))),
    sumOf("P", sup(sub("p", row("i", "c")), "2")),
    sumOf("G", sup(sub("g", row("i", "c")), "2")),
    slopes(),
  ],
  tversky: () => [
    formula(regional(row(sub("I", "c"), "+", "α", "(", sub("P", "c"), "−", sub("I", "c"), ")", "+", "β", "(", sub("G", "c"), "−", sub("I", "c"), ")", "+", "s"))),
    ...plainSums(),
    slopes(),
  ],
};

/** @param {LossKey} key */
export const generalFormulas = (key) => GENERAL[key]();

/**
 * @param {LossKey} key
 * @param {Chosen} chosen
 * @param {(value: number) => Part} n as people write it, a new one each time
 * @returns {Line[]}
 */
export function formulasAt(key, chosen, n) {
  return REGION_LOSSES.includes(key) ? regionLines(key, chosen, n) : pixelLines(key, chosen, n);
}

/**
 * Losses that are a sum over pixels: this one's weight, its share of the loss, and the gradient by its true class's score.
 * @param {LossKey} key
 * @param {Chosen} chosen
 * @param {(value: number) => Part} n
 */
function pixelLines(key, { pixel, trueClass, probabilities, of, parameters, evaluated, balance, distances }, n) {
  const p = probabilities[trueClass];
  const pixels = of.truth.length;
  const weights = parameters.class_weights;
  const { gamma, focal_alpha, w0, sigma } = parameters;
  const alpha = focal_alpha[trueClass];
  /** @type {Line[]} */
  const lines = [];
  const value = evaluated.weights?.[pixel] ?? 1;
  let [weight, divisor] = [1, pixels];
  /** The weight as a factor; an element has one place only. @type {() => Part[]} */
  let shown = () => [];
  if (key === "class_weighted") {
    weight = weights[trueClass];
    divisor = of.truth.reduce((total, id) => total + weights[id], 0);
    shown = () => [n(parameters.class_weights[trueClass]), "·"];
  }
  if (key === "border_weighted") {
    const away = distances ? distances[0] + distances[1] : Infinity;
    weight = balance + w0 * Math.exp(-(away ** 2) / (2 * sigma ** 2));
    const exponent = (/** @type {[number, number]} */ [first, second]) =>
      row("−", sup(row("(", n(first), "+", n(second), ")"), "2"), "/", row("(", "2", "·", sup(n(sigma), "2"), ")"));
    const border = distances ? [n(w0), "·", sup("e", exponent(distances))] : ["0"];
    lines.push({ math: formula("w", "=", n(balance), "+", ...border, "=", n(value)), computed: weight, value });
    shown = () => [n(value), "·"];
  }
  if (key === "focal") {
    weight = alpha * (1 - p) ** gamma;
    const power = [n(alpha), "·", sup(row("(", "1", "−", n(p), ")"), n(gamma))];
    lines.push({ math: formula(sub("α", "i"), sup(row("(", "1", "−", "p", ")"), "γ"), "=", ...power, "=", n(value)), computed: weight, value });
    shown = () => [n(value), "·"];
  }
  const share = evaluated.perPixel?.[pixel] ?? 0;
  lines.push({
    math: formula(frac("1", n(divisor)), "·", ...shown(), "(", logarithm(n(p)), ")", "=", n(share)),
    computed: (weight * -Math.log(p)) / divisor,
    value: share,
  });
  const gradient = evaluated.gradient[trueClass * pixels + pixel];
  const inner = key === "focal" ? gamma * p * Math.log(p) + p - 1 : p - 1;
  const focal = key === "focal" ? [n(gamma), "·", n(p), "·", "ln", space(), n(p), "+"] : [];
  lines.push({
    math: formula(gradientSign(), "=", frac("1", n(divisor)), "·", ...shown(), "(", ...focal, n(p), "−", "1", ")", "=", n(gradient)),
    computed: (weight * inner) / divisor,
    value: gradient,
  });
  return lines;
}

/**
 * Losses of whole regions: the pixel's class's term with this pixel apart from the others, the loss of all classes, and the gradient by the
 * score of this pixel's true class, through softmax.
 * @param {LossKey} key
 * @param {Chosen} chosen
 * @param {(value: number) => Part} n
 */
function regionLines(key, { pixel, trueClass, probabilities, of, parameters, evaluated }, n) {
  const region = regionLoss(key, of, parameters);
  const { intersection, predicted, there, smooth } = region.sums[trueClass];
  const p = probabilities[trueClass];
  const own = key === "squared_dice" ? p ** 2 : p;
  const apart = (/** @type {number} */ all, /** @type {number} */ part) => row("(", n(all - part), "+", n(part), ")");
  const above = [apart(intersection, p), "+", n(smooth)];
  const { alpha, beta } = parameters;
  const below =
    key === "tversky"
      ? [n(intersection), "+", n(alpha), "·", n(predicted - intersection), "+", n(beta), "·", n(there - intersection), "+", n(smooth)]
      : [frac("1", "2"), "(", apart(predicted, own), "+", n(there), ")", "+", n(smooth)];
  const term = region.terms[trueClass];
  const terms = region.terms.flatMap((one, id) => [...(id > 0 ? ["+"] : []), n(one)]);
  const slopesHere = region.slopesAt(pixel);
  const mean = probabilities.reduce((total, other, id) => total + other * slopesHere[id], 0);
  const gradient = evaluated.gradient[trueClass * of.truth.length + pixel];
  const slope = (/** @type {number} */ id) => sub("v", String(id + 1));
  const scale = (/** @type {number} */ id) => row(n(probabilities[id]), "·", "(", n(slopesHere[id]), ")");
  return [
    { math: formula("1", "−", frac(row(...above), row(...below)), "=", n(term)), computed: 1 - region.ratios[trueClass], value: term },
    { math: formula("L", "=", frac("1", n(region.terms.length)), "(", ...terms, ")", "=", n(evaluated.value)), computed: region.value, value: evaluated.value },
    {
      math: formula(
        gradientSign(), "=", "p", "(", slope(trueClass), "−", sum("c", sub("p", "c"), sub("v", "c")), ")", "=",
        n(p), "·", "(", n(slopesHere[trueClass]), "−", "(", ...probabilities.flatMap((_, id) => [...(id > 0 ? ["+"] : []), scale(id)]), ")", ")", "=", n(gradient),
      ),
      computed: p * (slopesHere[trueClass] - mean),
      value: gradient,
    },
  ];
}
