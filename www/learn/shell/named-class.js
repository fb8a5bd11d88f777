/** A network's classes as readers know them. */
import { cssColour, h } from "../../dom.js";
import { readable } from "../../format.js";

/** @typedef {{name: string, label: string, colour: [number, number, number]}} ClassOf */

/**
 * The classes of a network, in the reader's words where there are some.
 * @param {import("./text.js").Texts} texts
 * @param {import("./lab-types.d.ts").ModelInfo} info
 * @returns {ClassOf[]}
 */
export function classesOf(texts, { classes }) {
  const words = texts.raw("classNames");
  return classes.map(({ name, colour }) => ({ name, colour, label: words[name] ?? readable(name) }));
}

/** A class's colour beside its name. @param {ClassOf} classOf */
export function swatch({ colour, label }) {
  const square = h("span", { className: "swatch", "aria-hidden": "true" });
  square.style.background = cssColour(colour);
  return h("span", { className: "named" }, square, label);
}
