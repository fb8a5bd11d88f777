/** Formulas as MathML, which browsers draw and screen readers read. */

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";

/** @typedef {Element | string | number} Part letters become identifiers, digits numbers, all else operators */

/** @param {string} tag @param {...Part} parts */
function element(tag, ...parts) {
  const made = document.createElementNS(NAMESPACE, tag);
  made.append(...parts.map((part) => (part instanceof Element ? part : leaf(String(part)))));
  return made;
}

/** @param {string} text */
function leaf(text) {
  const tag = /^[-−]?[\d.,\s]+(e[-−]?\d+)?$/.test(text) ? "mn" : /^[\p{L}\p{M}' ]+$/u.test(text) ? "mi" : "mo";
  const made = document.createElementNS(NAMESPACE, tag);
  made.textContent = text;
  return made;
}

/** A whole formula on a line of its own. @param {...Part} parts */
export function formula(...parts) {
  const math = element("math", element("mrow", ...parts));
  math.setAttribute("display", "block");
  return math;
}

/** @param {...Part} parts */
export const row = (...parts) => element("mrow", ...parts);
/** @param {Part} above @param {Part} below */
export const frac = (above, below) => element("mfrac", above, below);
/** @param {Part} base @param {Part} index */
export const sub = (base, index) => element("msub", base, index);
/** @param {Part} base @param {Part} exponent */
export const sup = (base, exponent) => element("msup", base, exponent);
/** @param {Part} of */
export const root = (of) => element("msqrt", of);
/** Rounded down. @param {...Part} of */
export const floor = (...of) => row("⌊", ...of, "⌋");
/** @param {Part} under @param {...Part} of */
export const sum = (under, ...of) => row(element("munder", "∑", under), ...of);
