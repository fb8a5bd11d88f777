/** What stands around pictures, tables and formulas. */
import { h } from "../../dom.js";

/**
 * What is wider than a phone moves within itself, by keys too. It is no landmark: a page has many, some named as the section around them.
 * @param {string} label
 * @param {...Node} children
 */
export const scroller = (label, ...children) => h("div", { className: "scroll", tabIndex: 0, role: "group", "aria-label": label }, ...children);

/** @param {HTMLElement} picture @param {...(Node | string)} caption */
export const figure = (picture, ...caption) => h("figure", {}, picture, h("figcaption", {}, ...caption));
