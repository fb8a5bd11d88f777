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
 * @property {string} [graph] the architecture of the zoo whose graph is drawn; without one, the catalogue's first model of it
 * @property {{name: string, path: string, words: string}} [lesson] that shows it, where the zoo does not have it: below learn/, and what there is to see
 */

/** The networks of the field, one after another, each with links that open it: its models, its graph, or the lesson that shows it. */
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
      openings(entry, models),
    ),
  );
}

/**
 * @param {Entry} entry
 * @param {CatalogueEntry[]} models
 */
function openings({ network, graph, lesson }, models) {
  if (lesson) {
    const { name, path, words } = lesson;
    return h("p", { className: "openings" }, `${words} `, opening(`../learn/${path}`, name, `${name}: ${network}`));
  }
  const drawn = opening(`../graph/?${graph ? `network=${graph}` : `model=${models[0]?.id}`}`, "Graph", `Graph of ${network}`);
  if (models.length === 0) return h("p", { className: "openings" }, "No trained weights here; open its ", drawn);
  const links = models.map(({ id, name }) => opening(`../compare/?pane=${id}`, name, `Open ${network}, model ${name}`));
  return h("p", { className: "openings trained" }, "Open with weights for ", ...links, " or its ", drawn);
}

/**
 * @param {string} href
 * @param {string} text
 * @param {string} label for who hears it without the heading
 */
const opening = (href, text, label) => h("a", { className: "open", href, "aria-label": label }, text);

customElements.define("field-timeline", FieldTimeline);
