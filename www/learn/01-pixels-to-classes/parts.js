/** Small parts that several sections are made of. */
import { cssColour, h } from "../../dom.js";
import { readable } from "../../format.js";

/** @typedef {import("../shell/text.js").Texts} Texts */
/** @typedef {{name: string, label: string, colour: [number, number, number]}} ClassOf */

/**
 * The classes of a network, in the reader's words where there are some.
 * @param {Texts} texts
 * @param {import("../shell/lab-types.d.ts").ModelInfo} info
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

/** With the minus of the formulas. @param {string} percent */
export const signed = (percent) => percent.replace("-", "−");

/** What is wider than a phone moves within itself, by keys too. @param {string} label @param {...Node} children */
export const scroller = (label, ...children) => h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, ...children);

/** @param {HTMLElement} picture @param {...(Node | string)} caption */
export const figure = (picture, ...caption) => h("figure", {}, picture, h("figcaption", {}, ...caption));

/**
 * Choices of which one holds, as radio buttons. `show` checks one; no event follows.
 * @param {string} title
 * @param {string} name
 * @param {Record<string, string>} choices labels by value
 * @param {(value: string) => void} choose
 */
export function radios(title, name, choices, choose) {
  const inputs = Object.keys(choices).map((value) => h("input", { type: "radio", name, value, onchange: () => choose(value) }));
  const labels = inputs.map((input) => h("label", {}, input, choices[input.value]));
  const element = h("fieldset", { className: "choices" }, h("legend", {}, title), ...labels);
  return { element, show: (/** @type {string} */ value) => inputs.forEach((input) => (input.checked = input.value === value)) };
}

/**
 * A slider with its value beside it. `setMost` moves its upper end.
 * @param {string} title
 * @param {{min: number, max: number, step: number}} range
 * @param {(value: number) => void} change
 */
export function slider(title, { min, max, step }, change) {
  const shown = h("output");
  const input = h("input", { type: "range", min: String(min), max: String(max), step: String(step), oninput: () => change(input.valueAsNumber) });
  const element = h("label", {}, title, input, shown);
  const show = (/** @type {number} */ value, /** @type {string} */ text) => {
    input.valueAsNumber = value;
    input.ariaValueText = text;
    shown.textContent = text;
  };
  const setMost = (/** @type {number} */ most) => (input.max = String(most));
  return { element, show, setMost };
}

/**
 * A list to choose from.
 * @param {string} title
 * @param {(value: string) => void} choose
 */
export function choice(title, choose) {
  const select = h("select", { onchange: () => choose(select.value) });
  const element = h("label", {}, title, select);
  const show = (/** @type {[value: string, label: string][]} */ options, /** @type {string} */ value) => {
    select.replaceChildren(...options.map(([option, label]) => h("option", { value: option }, label)));
    select.value = value;
  };
  return { element, show };
}
