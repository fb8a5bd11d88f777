import { h } from "../../dom.js";
import { NumberGrid } from "../shell/number-grid.js";
import { nameCells, shade, short } from "./method-card.js";

/**
 * A grid with a caption; one that is not edited is shaded by its values.
 * @param {import("../shell/text.js").Texts} texts
 * @param {string} key of its caption
 * @param {{isEditable?: boolean, values?: Record<string, number | string>}} [options]
 */
export function labelledGrid(texts, key, { isEditable = false, values = {} } = {}) {
  const label = texts.t(key, values);
  const grid = new NumberGrid(label, isEditable ? { isEditable } : { format: (value) => short(texts, value) });
  const caption = h("figcaption", {}, label);
  const figure = h("figure", {}, caption, grid);
  const show = (/** @type {ArrayLike<number>} */ numbers, /** @type {number} */ side) => {
    grid.show(numbers, side);
    if (isEditable) return;
    shade(grid, numbers);
    nameCells(grid, texts, label, side);
  };
  return { figure, grid, caption, show };
}
