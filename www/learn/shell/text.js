/** A lesson's text: one file per lesson and language, `en.json` first. */
import { download } from "../../download.js";
import { asSegscopeError } from "../../errors.js";
import { asSentence } from "../../format.js";

/** By code, in its own words. */
export const LANGUAGES = /** @type {const} */ ({ en: "English", de: "Deutsch" });

/** @typedef {keyof typeof LANGUAGES} Language */

/** That of the address, else the visitor's. @returns {Language} */
export function chosenLanguage() {
  const wanted = [new URLSearchParams(location.search).get("lang") ?? "", ...navigator.languages].map((code) => code.slice(0, 2));
  return /** @type {Language} */ (wanted.find((code) => code in LANGUAGES) ?? "en");
}

export class Texts {
  #own;
  #shell;
  /** By what it is asked to write; making one takes longer than writing a number. @type {Map<string, Intl.NumberFormat>} */
  #formats = new Map();

  /**
   * @param {Language} language
   * @param {Record<string, any>} own
   * @param {Record<string, any>} shell
   */
  constructor(language, own, shell) {
    this.language = language;
    this.#own = own;
    this.#shell = shell;
  }

  /**
   * The words of a file, and the shell's.
   * @param {Language} language
   * @param {URL} folder holds `<language>.json`
   */
  static async load(language, folder) {
    const [shell, own] = await Promise.all([read(language, import.meta.url), read(language, folder)]);
    return new Texts(language, own, shell);
  }

  /** The words of another folder's file, and the shell's. @param {URL} folder */
  async loadOther(folder) {
    return new Texts(this.language, await read(this.language, folder), this.#shell);
  }

  /**
   * A text, with `{name}` replaced by values; numbers as the language writes them.
   * @param {string} key `a.b` for nested ones
   * @param {Record<string, string | number>} [values]
   * @returns {string}
   */
  t(key, values = {}) {
    return this.#fill(key, this.raw(key), values);
  }

  /** One of the words that all lessons share. @param {string} key @param {Record<string, string | number>} [values] */
  shell(key, values = {}) {
    return this.#fill(key, at(this.#shell, key), values);
  }

  /** What went wrong and what to do: in the shell's words if it has some, else in the error's own, which are English. @param {unknown} error */
  sentenceOf(error) {
    const { code, message } = asSegscopeError(error);
    return /** @type {string} */ (this.#shell.errors[code] ?? asSentence(message));
  }

  /** @param {string} key @param {unknown} text @param {Record<string, string | number>} values */
  #fill(key, text, values) {
    if (typeof text !== "string") throw new Error(`there is no text "${key}" in ${this.language}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? this.number(value) : value;
    });
  }

  /** Whatever stands there: a list, an object. @param {string} key @returns {any} */
  raw(key) {
    return at(this.#own, key);
  }

  /** What is below a key, for a part that is shared and knows nothing of what is around it. @param {string} key */
  below(key) {
    return new Texts(this.language, this.raw(key), this.#shell);
  }

  /**
   * @param {number} value
   * @param {number} [digits] significant ones; 4 unless given, none for whole numbers
   */
  number(value, digits = 4) {
    return this.#write(value, Number.isInteger(value) ? {} : { maximumSignificantDigits: digits });
  }

  /** 0.123 as 12.3 %. @param {number} fraction */
  percent(fraction) {
    return this.#write(fraction, { style: "percent", maximumFractionDigits: 1 });
  }

  /** @param {number} value @param {Intl.NumberFormatOptions} options */
  #write(value, options) {
    const key = JSON.stringify(options);
    const format = this.#formats.get(key) ?? new Intl.NumberFormat(this.language, options);
    this.#formats.set(key, format);
    return format.format(value).replace("-", "−");
  }
}

/** @param {Language} language @param {string | URL} folder @returns {Promise<Record<string, any>>} */
const read = async (language, folder) => JSON.parse(new TextDecoder().decode(await download(new URL(`${language}.json`, folder).href)));

/** @param {Record<string, any>} texts @param {string} key @returns {any} */
const at = (texts, key) => key.split(".").reduce((value, part) => value?.[part], texts);
