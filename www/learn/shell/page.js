import { h } from "../../dom.js";
import { MAY_PASS, asSegscopeError } from "../../errors.js";
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
  return h("select", { "aria-label": texts.t("language"), onchange: speak }, ...options);
}

/** An address that keeps the language, if one was chosen. @param {string} path */
export function link(path) {
  const lang = new URLSearchParams(location.search).get("lang");
  if (!lang) return path;
  return `${path}${path.includes("?") ? "&" : "?"}lang=${lang}`;
}

/**
 * A page about lessons: reads its text, `<language>.json` beside it, and shows what `build` makes of it.
 * @param {(texts: Texts) => Promise<Node[]> | Node[]} build
 * @param {string} home where its picture leads
 */
export async function showPage(build, home) {
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  try {
    const texts = await Texts.load(chosenLanguage(), new URL("./", location.href));
    root.lang = texts.language;
    document.title = `Segscope: ${texts.t("title")}`;
    const picture = h("img", { src: new URL("../../icon.svg", import.meta.url).href, alt: "", width: 28, height: 28 });
    const title = h("h1", {}, h("a", { className: "home", href: link(home), "aria-label": "Segscope" }, picture), texts.t("title"));
    main.before(h("header", {}, title, h("p", {}), h("div", { className: "tools" }, languageChooser(texts))));
    main.append(h("p", { className: "lead" }, texts.t("lead")), ...(await build(texts)));
    root.dataset.state = "ready";
  } catch (error) {
    const { code, message } = asSegscopeError(error);
    const bar = new MessageBar();
    main.before(bar);
    bar.show(asSentence(message), MAY_PASS.includes(code) ? { label: "↻", act: () => location.reload() } : null);
    showError(code, false);
  }
}
