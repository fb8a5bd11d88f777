/** A lesson's whole state, in the address: a link shows others the same. */

/** @typedef {string | number | boolean | number[]} Value */

/**
 * Typed by its defaults; what has its default is not in the address.
 * @template {Record<string, Value>} State
 */
export class LessonState {
  #defaults;
  /** @type {State} */ #values;
  /** @type {((changed: Set<string>) => void)[]} */ #listeners = [];
  #later = 0;

  /** @param {State} defaults */
  constructor(defaults) {
    this.#defaults = defaults;
    this.#values = { ...defaults };
    const address = new URLSearchParams(location.search);
    for (const [key, value] of Object.entries(defaults)) {
      const text = address.get(key);
      const parsed = text === null ? undefined : parse(text, value);
      if (parsed !== undefined) Reflect.set(this.#values, key, parsed);
    }
  }

  /** A copy. */
  get values() {
    return { ...this.#values };
  }

  /**
   * Changes some of it, tells those who listen, and writes the address.
   * @param {Partial<State>} changes
   */
  set(changes) {
    const changed = new Set(Object.keys(changes).filter((key) => encode(/** @type {Value} */ (changes[key])) !== encode(/** @type {Value} */ (this.#values[key]))));
    if (changed.size === 0) return;
    this.#values = { ...this.#values, ...changes };
    this.#write();
    for (const listener of this.#listeners) listener(changed);
  }

  #write() {
    const address = new URL(location.href);
    for (const [key, value] of Object.entries(this.#values)) {
      const text = encode(value);
      if (text === encode(/** @type {Value} */ (this.#defaults[key]))) address.searchParams.delete(key);
      else address.searchParams.set(key, text);
    }
    window.clearTimeout(this.#later);
    try {
      history.replaceState(null, "", address);
    } catch {
      // Safari takes a hundred addresses in half a minute, which a slider that is dragged exceeds.
      this.#later = window.setTimeout(() => this.#write(), 1000);
    }
  }

  /** Everything as in the lesson's plain address. */
  reset() {
    this.set(this.#defaults);
  }

  /**
   * Calls `listener` now, with all keys, and after each change with those that changed.
   * @param {(changed: Set<string>) => void} listener
   */
  onChange(listener) {
    this.#listeners.push(listener);
    listener(new Set(Object.keys(this.#defaults)));
  }
}

/** @param {Value} value */
function encode(value) {
  if (Array.isArray(value)) return value.map(short).join(",");
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "number" ? short(value) : value;
}

/** Addresses are read aloud and typed. @param {number} value */
const short = (value) => String(Math.round(value * 1e4) / 1e4);

/**
 * None for what is no value of the default's type: an address is typed by people.
 * @param {string} text
 * @param {Value} like
 * @returns {Value | undefined}
 */
function parse(text, like) {
  if (Array.isArray(like)) {
    const numbers = text === "" ? [] : text.split(",").map(Number);
    return numbers.every(Number.isFinite) ? numbers : undefined;
  }
  if (typeof like === "boolean") return text === "1";
  if (typeof like === "number") return text !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
  return text;
}
