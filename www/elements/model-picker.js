import { emit, h } from "../dom.js";
import { megabytes } from "../format.js";
import { MODEL_FILES } from "../model-file.js";

/** @typedef {import("../types.js").CatalogueEntry} CatalogueEntry */

/**
 * The catalogue. Pressing a model fetches it if need be, and says so beforehand.
 *
 * Events: `choose-model` (id), `model-file` (File), `cancel-work`.
 */
export class ModelPicker extends HTMLElement {
  #current = h("span", { className: "current" }, "People");
  #list = h("ul");
  #details = h("details", { className: "models" });
  #bar = h("progress", { max: 1, "aria-label": "Download" });
  #phase = h("p", { className: "phase" });
  #cancel = h("button", { type: "button", className: "plain", onclick: () => emit(this, "cancel-work") }, "Cancel");
  #progress = h("div", { className: "download", hidden: true }, this.#phase, this.#bar, this.#cancel);
  #facts = h("p", { className: "hint" });
  #about = h("details", { className: "about hint", hidden: true });
  #file = h("input", { type: "file", accept: MODEL_FILES, hidden: true, className: "model-file" });
  /** @type {CatalogueEntry[]} */ #entries = [];
  /** @type {Map<string, number>} Size by hash, of the models kept. */ #kept = new Map();
  #selected = "";
  /** Series whose models are shown. @type {Set<string>} */ #open = new Set();

  connectedCallback() {
    const open = h("button", { type: "button", className: "plain wide", onclick: () => this.#file.click() }, "Open a model file…");
    this.#details.append(h("summary", {}, h("span", { className: "label" }, "Model"), this.#current), this.#list, open, this.#file);
    this.append(h("h2", { className: "visually-hidden" }, "Model"), this.#details, this.#progress, this.#facts, this.#about);
    this.#file.addEventListener("change", () => {
      const file = this.#file.files?.[0];
      this.#file.value = "";
      if (file) emit(this, "model-file", file);
    });
  }

  /** @param {CatalogueEntry[]} entries */
  showEntries(entries) {
    this.#entries = entries;
    this.#render();
  }

  /** @param {{sha256: string, sizeBytes: number}[]} kept */
  showKept(kept) {
    this.#kept = new Map(kept.map(({ sha256, sizeBytes }) => [sha256, sizeBytes]));
    this.#render();
  }

  /** @param {string} name of a model that is not here yet */
  showChoice(name) {
    this.#current.textContent = name;
  }

  /** @param {import("../types.js").LoadedModel} model */
  showModel({ id, name, classes, parameters, bytes, licence, data, receptiveField }) {
    this.#selected = id;
    this.#current.textContent = name;
    this.#facts.textContent = `${classes.length} classes · ${(parameters / 1e6).toFixed(2)} M parameters · ${megabytes(bytes)} · ${licence}`;
    const entry = this.#entries.find((entry) => entry.id === id);
    const url = entry?.licence.url;
    const link = url ? h("a", { href: url, rel: "noreferrer" }, licence) : licence;
    const reach = receptiveField === null ? "the whole picture" : `${Math.round(receptiveField)} × ${Math.round(receptiveField)} pixels around it`;
    const lines = [
      h("p", {}, "Licence: ", link, ". ", entry?.licence.note ?? ""),
      h("p", {}, `Trained on ${data}.`),
      h("p", {}, entry?.credit ?? ""),
      h("p", {}, `Receptive field: what it says of a pixel can depend on ${reach}.`),
    ];
    this.#about.replaceChildren(h("summary", {}, "About this model"), ...lines);
    this.#about.hidden = false;
    this.#render();
  }

  /** @param {import("../types.js").Progress | null} progress */
  showProgress(progress) {
    const hadFocus = document.activeElement === this.#cancel;
    this.#progress.hidden = progress === null;
    if (progress === null) {
      if (hadFocus) this.#details.querySelector("summary")?.focus();
      return;
    }
    const { phase, receivedBytes, totalBytes } = progress;
    if (phase === "convert") {
      this.#phase.textContent = "Converting the checkpoint…";
      this.#bar.removeAttribute("value");
      return;
    }
    this.#phase.textContent = totalBytes ? `${megabytes(receivedBytes)} of ${megabytes(totalBytes)}` : megabytes(receivedBytes);
    if (totalBytes) this.#bar.value = receivedBytes / totalBytes;
    else this.#bar.removeAttribute("value");
  }

  #render() {
    const focused = document.activeElement?.getAttribute("data-model");
    const alone = this.#entries.filter(({ series }) => !series);
    const all = new Set(this.#entries.flatMap(({ series }) => series ?? []));
    this.#list.replaceChildren(...alone.map((entry) => this.#row(entry)), ...[...all].map((series) => this.#series(series)));
    if (focused) this.#list.querySelector(`[data-model="${focused}"]`)?.closest("button")?.focus();
  }

  /** @param {string} series */
  #series(series) {
    const entries = this.#entries.filter((entry) => entry.series === series);
    const isOpen = this.#open.has(series) || entries.some(({ id }) => id === this.#selected);
    const details = h("details", { className: "series", open: isOpen });
    details.append(h("summary", {}, series), h("ul", {}, ...entries.map((entry) => this.#row(entry))));
    details.addEventListener("toggle", () => (details.open ? this.#open.add(series) : this.#open.delete(series)));
    return h("li", {}, details);
  }

  /** @param {CatalogueEntry} entry */
  #row(entry) {
    const { id, name, description, classes, licence, file, source } = entry;
    const origin = file ?? source;
    const isKept = origin !== undefined && this.#kept.has(origin.sha256);
    const size = megabytes(origin?.size_bytes ?? 0);
    const where = isKept ? "on this device" : source ? `${size} from ${new URL(source.url).host}` : size;
    const button = h(
      "button",
      { type: "button", className: "model", "data-model": id, onclick: () => this.#choose(id) },
      h("span", { className: "name" }, name),
      h("span", { className: "what" }, description),
      h("span", { className: "numbers" }, `${classes.length} classes · ${where} · ${licence.name}`),
    );
    if (id === this.#selected) button.setAttribute("aria-current", "true");
    return h("li", {}, button);
  }

  /** @param {string} id */
  #choose(id) {
    this.#details.open = false;
    this.#details.querySelector("summary")?.focus();
    emit(this, "choose-model", id);
  }
}

customElements.define("model-picker", ModelPicker);
