import { h } from "../../dom.js";
import { MAY_PASS, NEEDS_RELOAD, asSegscopeError } from "../../errors.js";
import { asSentence } from "../../format.js";
import { showError } from "../../page-state.js";
import { MessageBar } from "../../elements/message-bar.js";
import { LANGUAGES, Texts, chosenLanguage } from "./text.js";

const root = document.documentElement;

/** Languages to choose from; the page comes again in the one that is chosen. @param {Texts} texts */
export function languageChooser(texts) {
  const speak = (/** @type {Event} */ event) => {
    const address = new URL(location.href);
    address.searchParams.set("lang", /** @type {HTMLSelectElement} */ (event.target).value);
    location.assign(address);
  };
  const options = Object.entries(LANGUAGES).map(([code, name]) => h("option", { value: code, lang: code, selected: code === texts.language }, name));
  return h("select", { "aria-label": texts.shell("language"), onchange: speak }, ...options);
}

/** An address that keeps the language, if one was chosen. @param {string} path */
export function link(path) {
  const lang = new URLSearchParams(location.search).get("lang");
  if (!lang) return path;
  return `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;
}

/** Without texts, which may be what is missing, it speaks English. @param {Texts | null} texts */
export const messageBar = (texts) => new MessageBar(texts?.shell("dismiss"));

/** Says what went wrong, in the page and to scripts. @param {MessageBar} bar @param {unknown} error @param {Texts | null} texts */
export function showMessage(bar, error, texts) {
  const { code, message } = asSegscopeError(error);
  const reload = { label: texts?.shell("reload") ?? "Reload", act: () => location.reload() };
  bar.show(texts?.sentenceOf(error) ?? asSentence(message), [...MAY_PASS, ...NEEDS_RELOAD].includes(code) ? reload : null);
  showError(code, false);
}

/**
 * A page about lessons: reads its text, `<language>.json` beside it, and shows what `build` makes of it.
 * @param {(texts: Texts) => Promise<Node[]> | Node[]} build
 * @param {string} home where its picture leads
 * @param {Record<string, number>} [values] of the lead
 */
export async function showPage(build, home, values = {}) {
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  /** @type {Texts | null} */ let texts = null;
  try {
    texts = await Texts.load(chosenLanguage(), new URL("./", location.href));
    root.lang = texts.language;
    document.title = `Segscope: ${texts.t("title")}`;
    const picture = h("img", { src: new URL("../../icon.svg", import.meta.url).href, alt: "", width: 28, height: 28 });
    const title = h("h1", {}, h("a", { className: "home", href: link(home), "aria-label": "Segscope" }, picture), texts.t("title"));
    main.before(h("header", {}, title, h("p", {}), h("div", { className: "tools" }, languageChooser(texts))));
    main.append(h("p", { className: "lead" }, texts.t("lead", values)), ...(await build(texts)));
    // What begins to work when it is in the page says itself when it is done.
    if (root.dataset.state === "starting") root.dataset.state = "ready";
  } catch (error) {
    const bar = messageBar(texts);
    main.before(bar);
    showMessage(bar, error, texts);
  }
}
