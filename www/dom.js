/**
 * Makes an element: properties are set, `aria-…` and `data-…` as attributes, `on…` as listeners.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [properties]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, String(value));
    else Reflect.set(element, name, value);
  }
  element.append(...children);
  return element;
}

/**
 * Tells the elements above what the visitor wants.
 * @param {EventTarget} from
 * @param {string} type
 * @param {unknown} [detail]
 */
export const emit = (from, type, detail) => from.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));

/** @param {[number, number, number]} colour */
export const cssColour = ([r, g, b]) => `rgb(${r} ${g} ${b})`;
