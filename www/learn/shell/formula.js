/** Formulas as MathML, which browsers draw and screen readers read. */

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";

/** @typedef {Element | string | number} Part letters become identifiers, digits numbers, all else operators */

/** @param {string} tag @param {...Part} parts */
function element(tag, ...parts) {
  const made = document.createElementNS(NAMESPACE, tag);
  made.append(...parts.map((part) => (part instanceof Element ? part : leaf(String(part)))));
  if (tag === "mrow") sizeBrackets([...made.children]);
  return made;
}

const BRACKETS = new Map([["(", ")"], ["[", "]"], ["⌊", "⌋"]]);
/** What is higher than a line of text. */
const TALL = "mfrac, munder, msqrt";

/** As high as what they are around: left alone, brackets grow with the highest thing in their row, be it outside of them. @param {Element[]} row */
function sizeBrackets(row) {
  /** @type {number[]} */ const open = [];
  row.forEach((closing, at) => {
    if (BRACKETS.has(closing.textContent)) open.push(at);
    const from = open.at(-1);
    if (from === undefined || closing.textContent !== BRACKETS.get(row[from].textContent)) return;
    open.pop();
    const isTall = row.slice(from + 1, at).some((part) => part.matches(TALL) || part.querySelector(TALL));
    for (const bracket of [row[from], closing]) {
      bracket.setAttribute("stretchy", String(isTall));
      bracket.setAttribute("form", bracket === closing ? "postfix" : "prefix");
    }
  });
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
