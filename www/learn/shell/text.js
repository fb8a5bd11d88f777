/** A lesson's text: one file per lesson and language, `en.json` first. */
import { download } from "../../download.js";

/** By code, in its own words. */
export const LANGUAGES = /** @type {const} */ ({ en: "English", de: "Deutsch" });

/** @typedef {keyof typeof LANGUAGES} Language */

/** That of the address, else the visitor's. @returns {Language} */
export function chosenLanguage() {
  const wanted = [new URLSearchParams(location.search).get("lang") ?? "", ...navigator.languages].map((code) => code.slice(0, 2));
  return /** @type {Language} */ (wanted.find((code) => code in LANGUAGES) ?? "en");
}

export class Texts {
  #texts;

  /**
   * @param {Language} language
   * @param {Record<string, any>} texts
   */
  constructor(language, texts) {
    this.language = language;
    this.#texts = texts;
  }

  /**
   * The shell's words and those of a file; a lesson's hide the shell's.
   * @param {Language} language
   * @param {URL} folder holds `<language>.json`
   */
  static async load(language, folder) {
    const read = async (/** @type {URL} */ url) => JSON.parse(new TextDecoder().decode(await download(url.href)));
    const [shell, own] = await Promise.all([read(new URL(`${language}.json`, import.meta.url)), read(new URL(`${language}.json`, folder))]);
    return new Texts(language, { ...shell, ...own });
  }

  /**
   * A text, with `{name}` replaced by values; numbers as the language writes them.
   * @param {string} key `a.b` for nested ones
   * @param {Record<string, string | number>} [values]
   * @returns {string}
   */
  t(key, values = {}) {
    const text = this.raw(key);
    if (typeof text !== "string") throw new Error(`there is no text "${key}" in ${this.language}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => {
      const value = values[name];
      return value === undefined ? whole : typeof value === "number" ? this.number(value) : value;
    });
  }

  /** Whatever stands there: a list, an object. @param {string} key @returns {any} */
  raw(key) {
    return key.split(".").reduce((value, part) => value?.[part], this.#texts);
  }

  /**
   * @param {number} value
   * @param {number} [digits] significant ones; 4 unless given, none for whole numbers
   */
  number(value, digits = 4) {
    const options = Number.isInteger(value) ? {} : { maximumSignificantDigits: digits };
    return value.toLocaleString(this.language, options).replace("-", "−");
  }

  /** 0.123 as 12.3 %. @param {number} fraction */
  percent(fraction) {
    return fraction.toLocaleString(this.language, { style: "percent", maximumFractionDigits: 1 }).replace("-", "−");
  }
}
