import { row, sup } from "../shell/formula.js";

/** Below, zeros would have to be counted. */
const SMALL = 1e-4;
const DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} value */
const isSmall = (value) => value !== 0 && Math.abs(value) < SMALL;

/** @param {number} value @returns {[number, number]} so that value = first · 10^second */
function scientific(value) {
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  return [value / 10 ** exponent, exponent];
}

/**
 * A number in a sentence; a small one as 3.2 · 10⁻⁹.
 * @param {import("../shell/text.js").Texts} texts
 * @param {number} value
 */
export function numberText(texts, value) {
  if (!isSmall(value)) return texts.number(value);
  const [factor, exponent] = scientific(value);
  return `${texts.number(factor)} · 10⁻${[...String(-exponent)].map((digit) => DIGITS[Number(digit)]).join("")}`;
}

/**
 * The same in a formula.
 * @param {import("../shell/text.js").Texts} texts
 * @param {number} value
 * @returns {import("../shell/formula.js").Part}
 */
export function numberPart(texts, value) {
  if (!isSmall(value)) return texts.number(value);
  const [factor, exponent] = scientific(value);
  return row(texts.number(factor), "·", sup("10", texts.number(exponent)));
}
