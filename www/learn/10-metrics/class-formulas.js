/** Measures of one class: formulas, with the numbers of the matrix in them, and what the lab makes of them. */
import { formula, frac, row, sub } from "../shell/formula.js";

/** @typedef {import("./outcomes.js").Counts} Counts */
/** @typedef {import("../shell/formula.js").Part} Part */
/** @typedef {Measured["classes"][number]} MeasuredClass */
/** @typedef {import("../shell/lab-types.d.ts").Measured} Measured */

/** A formula. `computed` is what its numbers come to, `value` the lab's; none where it is 0 / 0. @typedef {{key: string, math: Element, computed: number | null, value: number | null}} Line */

/** A sum. @param {...Part} parts */
const plus = (...parts) => row(...parts.flatMap((part, i) => (i > 0 ? ["+", part] : [part])));
/** @param {number[]} values */
const total = (values) => values.reduce((sum, value) => sum + value, 0);

/**
 * @param {Counts} counts
 * @param {MeasuredClass} measured
 * @param {(value: number) => string} n as people write it
 * @param {string} undefinedText for 0 / 0
 * @returns {Line[]}
 */
export function classFormulas({ tp, fp, fn }, { precision, recall, dice, iou }, n, undefinedText) {
  const shown = (/** @type {number | null} */ value) => (value === null ? undefinedText : n(value));
  const line = (/** @type {string} */ key, /** @type {number | null} */ value, /** @type {number} */ above, /** @type {number} */ below, /** @type {Part[]} */ ...parts) => ({
    key,
    math: formula(...parts, "=", shown(value)),
    computed: below === 0 ? null : above / below,
    value,
  });
  const lines = [
    line("precision", precision, tp, tp + fp, "precision", "=", frac("TP", plus("TP", "FP")), "=", frac(n(tp), plus(n(tp), n(fp)))),
    line("recall", recall, tp, tp + fn, "recall", "=", frac("TP", plus("TP", "FN")), "=", frac(n(tp), plus(n(tp), n(fn)))),
    line("iou", iou, tp, tp + fp + fn, "IoU", "=", frac("TP", plus("TP", "FP", "FN")), "=", frac(n(tp), plus(n(tp), n(fp), n(fn)))),
    line(
      "dice", dice, 2 * tp, 2 * tp + fp + fn,
      "Dice", "=", frac(row("2", "·", "TP"), plus(row("2", "·", "TP"), "FP", "FN")), "=", frac(row("2", "·", n(tp)), plus(row("2", "·", n(tp)), n(fp), n(fn))),
    ),
  ];
  if (precision !== null && recall !== null && precision + recall > 0) {
    const harmonic = frac(row("2", "·", n(precision), "·", n(recall)), plus(n(precision), n(recall)));
    lines.push(line("f1", dice, 2 * precision * recall, precision + recall, sub("F", "1"), "=", frac(row("2", "·", "precision", "·", "recall"), plus("precision", "recall")), "=", harmonic));
  }
  if (iou !== null) {
    lines.push(line("identity", dice, 2 * iou, 1 + iou, "Dice", "=", frac(row("2", "·", "IoU"), plus("1", "IoU")), "=", frac(row("2", "·", n(iou)), plus("1", n(iou)))));
  }
  return lines;
}

/**
 * Measures of all classes together.
 * @param {Counts[]} counts by class
 * @param {Measured} measured
 * @param {(value: number) => string} n
 * @param {{mean: string, global: string, weighted: string, accuracy: string, globalDice: string}} names
 * @returns {Line[]}
 */
export function averageFormulas(counts, measured, n, names) {
  const ious = measured.classes.flatMap(({ iou }) => (iou === null ? [] : [iou]));
  const pixels = total(counts.map(({ tp, fn }) => tp + fn));
  const tps = counts.map(({ tp }) => tp);
  const unions = counts.map(({ tp, fp, fn }) => tp + fp + fn);
  const shares = measured.classes.flatMap(({ iou }, id) => (iou === null ? [] : [{ share: (counts[id].tp + counts[id].fn) / pixels, iou }]));
  // An element has one place only.
  const sumTp = () => plus(...tps.map(n));
  return [
    { key: "meanIou", math: formula(names.mean, "=", frac(plus(...ious.map(n)), String(ious.length)), "=", n(measured.meanIou)), computed: ious.length ? total(ious) / ious.length : null, value: measured.meanIou },
    {
      key: "globalIou",
      math: formula(names.global, "=", frac(sumTp(), plus(...unions.map(n))), "=", n(measured.globalIou ?? 0)),
      computed: total(tps) / total(unions),
      value: measured.globalIou,
    },
    {
      key: "frequencyWeightedIou",
      math: formula(names.weighted, "=", plus(...shares.map(({ share, iou }) => row(n(share), "·", n(iou)))), "=", n(measured.frequencyWeightedIou ?? 0)),
      computed: total(shares.map(({ share, iou }) => share * iou)),
      value: measured.frequencyWeightedIou,
    },
    { key: "pixelAccuracy", math: formula(names.accuracy, "=", frac(sumTp(), n(pixels)), "=", n(measured.pixelAccuracy)), computed: total(tps) / pixels, value: measured.pixelAccuracy },
    {
      key: "globalDice",
      math: formula(names.globalDice, "=", frac(row("2", "·", "(", sumTp(), ")"), n(2 * pixels)), "=", n(measured.globalDice ?? 0)),
      computed: (2 * total(tps)) / (2 * pixels),
      value: measured.globalDice,
    },
  ];
}

/**
 * Puts formulas on the page.
 * @param {HTMLElement} into
 * @param {Line[]} lines
 */
export function showLines(into, lines) {
  for (const { key, math, computed, value } of lines) {
    for (const [name, text] of Object.entries({ "data-formula": key, "data-computed": String(computed), "data-value": String(value) })) math.setAttribute(name, text);
  }
  into.replaceChildren(...lines.map(({ math }) => math));
}
