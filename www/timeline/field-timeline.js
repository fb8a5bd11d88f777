import { h } from "../dom.js";
import { download } from "../download.js";
import { MAY_PASS, asSegscopeError } from "../errors.js";
import { asSentence } from "../format.js";
import { ModelStore } from "../models.js";
import { clearError, showError } from "../page-state.js";
import { MessageBar } from "../elements/message-bar.js";

/** @typedef {import("../types.js").CatalogueEntry} CatalogueEntry */

/**
 * An entry of timeline.json.
 * @typedef {object} Entry
 * @property {string} network
 * @property {number} year when it was first to be read
 * @property {{venue: string, year: number} | null} published where it was reviewed, if it was
 * @property {string} title
 * @property {string[]} authors
 * @property {string} idea
 * @property {string} change in the graph
 * @property {string} [arxiv]
 * @property {string} [url] where there is no arXiv id
 * @property {string[]} [zoo] what the names of our zoo's architectures begin with, before an underscore and what they are built on
 */

/** The networks of the field, one after another, with links to those that the catalogue has weights of. */
export class FieldTimeline extends HTMLElement {
  #message = new MessageBar();
  // Styled without markers, a list is none to some screen readers unless it says so.
  #list = h("ol", { role: "list" });

  connectedCallback() {
    this.append(this.#message, this.#list);
    this.addEventListener("cleared", () => clearError("ready"));
    void this.#load();
  }

  async #load() {
    try {
      const [bytes, models] = await Promise.all([download(new URL("timeline.json", import.meta.url).href), new ModelStore().entries()]);
      /** @type {{entries: Entry[]}} */
      const { entries } = JSON.parse(new TextDecoder().decode(bytes));
      const modelsOf = assigned(entries, models);
      this.#list.replaceChildren(...entries.map((entry) => item(entry, modelsOf.get(entry) ?? [])));
      document.documentElement.dataset.state = "ready";
    } catch (error) {
      const { code, message } = asSegscopeError(error);
      const again = () => {
        this.#message.clear();
        void this.#load();
      };
      this.#message.show(asSentence(message), MAY_PASS.includes(code) ? { label: "Try again", act: again } : null);
      showError(code, false);
    }
  }
}

/**
 * The catalogue's models by the entry of their architecture.
 * @param {Entry[]} entries
 * @param {CatalogueEntry[]} models
 */
function assigned(entries, models) {
  /** @type {Map<Entry, CatalogueEntry[]>} */
  const modelsOf = new Map();
  for (const model of models) {
    const { name } = model.architecture;
    const entry = entries.find(({ zoo }) => zoo?.some((begin) => `${name}_`.startsWith(`${begin}_`)));
    if (entry) modelsOf.set(entry, [...(modelsOf.get(entry) ?? []), model]);
  }
  return modelsOf;
}

/**
 * @param {Entry} entry
 * @param {CatalogueEntry[]} models
 */
function item(entry, models) {
  const { network, year, published, title, authors, idea, change, arxiv, url } = entry;
  const isLater = published && published.year !== year;
  const years = isLater ? `${year}/${String(published.year).slice(2)}` : String(year);
  const venue = published ? `, ${published.venue} ${published.year}` : "";
  const link = h("a", { href: url ?? `https://arxiv.org/abs/${arxiv}`, rel: "noreferrer" }, arxiv ? `arXiv ${arxiv}` : "proceedings");
  return h(
    "li",
    {},
    h("p", { className: "year" }, years),
    h(
      "div",
      { className: "entry" },
      h("h2", {}, network),
      h("p", { className: "hint" }, authors.join(", ")),
      h("dl", {}, h("dt", {}, "Idea"), h("dd", {}, idea), h("dt", {}, "In the graph"), h("dd", {}, change)),
      h("p", { className: "hint" }, `“${title}”${venue}, `, link),
      models.length > 0 ? openings(network, models) : h("p", { className: "none" }, absence(entry)),
    ),
  );
}

/**
 * @param {string} network
 * @param {CatalogueEntry[]} models
 */
function openings(network, models) {
  const links = models.map(({ id, name }) => h("a", { className: "open", href: `../compare/?pane=${id}`, "aria-label": `Open ${network}, model ${name}` }, name));
  return h("p", { className: "openings" }, "Open with weights for ", ...links);
}

/** @param {Entry} entry */
const absence = ({ zoo }) =>
  zoo ? "No weights here: Segscope can build and import this network, but its catalogue has no model of it." : "No weights here: the catalogue has no model of this network.";

customElements.define("field-timeline", FieldTimeline);
