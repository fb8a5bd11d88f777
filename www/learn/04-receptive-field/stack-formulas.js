import { formula, sub } from "../shell/formula.js";

/**
 * The recurrences of one layer, with its numbers.
 * @param {import("./stack.js").Layer} layer
 * @param {import("./stack.js").Field} before
 * @param {import("./stack.js").Field} after
 * @param {number} index of the layer, from 1
 * @param {import("../shell/text.js").Texts} texts
 */
export function layerFormulas({ kernel, stride, padding, dilation }, before, after, index, texts) {
  const n = (/** @type {number} */ value) => texts.number(value, 8);
  /** @param {string} letter */
  const here = (letter) => sub(letter, index);
  /** @param {string} letter */
  const previous = (letter) => sub(letter, index - 1);
  const times = "·";
  const [r, j, start] = ["r", "j", "start"];
  return [
    formula(
      here(r), "=", previous(r), "+", here("d"), "(", here("k"), "−", 1, ")", previous(j),
      "=", n(before.size), "+", n(dilation), times, "(", n(kernel), "−", 1, ")", times, n(before.jump), "=", n(after.size),
    ),
    formula(here(j), "=", previous(j), here("s"), "=", n(before.jump), times, n(stride), "=", n(after.jump)),
    formula(
      here(start), "=", previous(start), "+", "(", here("d"), "(", here("k"), "−", 1, ")", "/", 2, "−", here("p"), ")", previous(j),
      "=", n(before.start), "+", "(", n(dilation), times, "(", n(kernel), "−", 1, ")", "/", 2, "−", n(padding), ")", times, n(before.jump), "=", n(after.start),
    ),
  ];
}
