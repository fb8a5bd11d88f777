/** Settings of a figure; they show what they are told to and tell what was chosen. */
import { h } from "../../dom.js";

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
 * A slider with its value beside it. `setMost` moves its upper end. One that `isLate` is told what to show only when something is computed:
 * by then a hand on it is elsewhere, and is not moved.
 * @param {string | Node} title
 * @param {{min: number, max: number, step: number, isLate?: boolean}} range
 * @param {(value: number) => void} change
 */
export function slider(title, { min, max, step, isLate = false }, change) {
  const shown = h("output");
  const input = h("input", { type: "range", min: String(min), max: String(max), step: String(step), oninput: () => change(input.valueAsNumber) });
  const element = h("label", {}, title, input, shown);
  const show = (/** @type {number} */ value, /** @type {string} */ text) => {
    if (!isLate || document.activeElement !== input) input.valueAsNumber = value;
    input.ariaValueText = text;
    shown.textContent = text;
  };
  const setMost = (/** @type {number} */ most) => (input.max = String(most));
  return { element, input, show, setMost };
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
