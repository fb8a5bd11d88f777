import { chosenBackend, chosenThreads } from "../chosen-backend.js";
import { emit, h } from "../dom.js";
import { download } from "../download.js";
import { Engine } from "../engine.js";
import { duration, megabytes } from "../format.js";
import { RUNS, placeOf } from "./runs.js";
import { SIZE, timeNetwork } from "./time-network.js";

/** @typedef {import("../types.js").CatalogueEntry} CatalogueEntry */

/**
 * A row of models/camvid.json, which `cargo xtask eval --all --write` makes.
 * @typedef {object} Row
 * @property {string} id in the catalogue
 * @property {number} parameters
 * @property {number} macs
 * @property {number | null} receptive_field pixels across; `null`: the whole photo
 * @property {number} images
 * @property {number | null} mean_iou_f32
 * @property {number} mean_iou of the int8 file
 * @property {{mean_iou: number, source: string} | null} published
 */

/** Does work while no pane works. @typedef {<T>(work: () => Promise<T>) => Promise<T>} Alone */

const [WIDTH, HEIGHT] = SIZE;
/** Of all models that ship; tests/catalogue.rs holds them to it. */
const BUDGET = "40 MB";
/** Mean IoU of the LinkNet that was too large; models/camvid.md. */
const LARGER_LINKNET = 0.2119;
const FIGURES = new URL("../../models/camvid.json", import.meta.url);

/**
 * The networks that were trained on the same photos by the same recipe: what they are made of, how well they do, and, once the
 * visitor asks, how long each takes here.
 *
 * Events: `measure`, `open-model` (id).
 */
export class FieldTable extends HTMLElement {
  #heading = h("h2");
  #explanation = h("p", { className: "hint" });
  #body = h("tbody");
  #start = h("button", { type: "button", className: "plain", onclick: () => emit(this, "measure") }, "Time them on this machine");
  #stop = h("button", { type: "button", className: "plain", hidden: true, onclick: () => this.#cancel.abort() }, "Stop");
  #linknet = h("p", { className: "hint linknet", hidden: true });
  #status = h("p", { className: "hint", role: "status" });
  #sources = h("ul", { className: "hint" });
  #cancel = new AbortController();
  /** @type {Row[]} */ #rows = [];
  /** @type {Map<string, CatalogueEntry>} */ #entries = new Map();
  /** Cells by id. @type {Map<string, HTMLElement>} */ #times = new Map();

  connectedCallback() {
    const heads = ["Network", "Parameters", "Multiply-adds", "Receptive field", "File", "mean IoU, f32", "int8", "Published", "Here"];
    const head = h("tr", {}, ...heads.map((text) => h("th", { scope: "col" }, text)));
    const caption = h("caption", { className: "visually-hidden" }, "What the networks are made of, how well they do, and how long they take here");
    const table = h("table", {}, caption, h("thead", {}, head), this.#body);
    const notes = h("details", { className: "about hint" }, h("summary", {}, "Where the published figures are from"), this.#sources);
    this.append(
      this.#heading,
      this.#explanation,
      h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Table of networks" }, table),
      this.#linknet,
      h("div", { className: "controls" }, this.#start, this.#stop, this.#status),
      notes,
    );
    this.hidden = true;
  }

  /**
   * Errors: `offline`, `download-failed`.
   * @param {CatalogueEntry[]} entries
   */
  async show(entries) {
    const bytes = await download(FIGURES.href);
    /** @type {{rows: Row[]}} */
    const { rows } = JSON.parse(new TextDecoder().decode(bytes));
    this.#rows = rows;
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]));
    // Street, which was trained otherwise, belongs to no series.
    const alike = rows.filter(({ id }) => this.#entries.get(id)?.series).length;
    this.#heading.textContent = `${alike} networks, one recipe`;
    const photos = rows[0]?.images ?? 0;
    this.#explanation.textContent = `Trained on the same photos of CamVid in the same way, but for Street, and scored on ${photos} that none of them saw. Multiply-adds and times are for a photo of ${WIDTH} × ${HEIGHT}.`;
    this.#explainLinknet();
    this.#body.replaceChildren(...rows.map((row) => this.#line(row)));
    this.#sources.replaceChildren(...rows.flatMap(({ id, published }) => (published ? [h("li", {}, `${this.#nameOf(id)}: ${published.source}.`)] : [])));
    this.hidden = false;
  }

  /**
   * Fetches each network and times it, whenever `alone` gives it the machine.
   *
   * Errors: those of `Engine.create` and `loadModel`. Stopping is none.
   * @param {Alone} alone
   */
  async measure(alone) {
    this.#cancel = new AbortController();
    const { signal } = this.#cancel;
    this.#showBusy(true);
    const canvas = h("canvas", { width: WIDTH, height: HEIGHT });
    const engine = await Engine.create({ canvas, backend: chosenBackend(), threads: chosenThreads() });
    try {
      for (const [at, { id }] of this.#rows.entries()) {
        this.#status.textContent = `${this.#nameOf(id)}, ${at + 1} of ${this.#rows.length}…`;
        const ms = await alone(() => timeNetwork(engine, id, signal));
        this.#showTime(id, ms);
      }
      this.#status.textContent = `Measured: ${placeOf(engine.machine(), RUNS[0])}.`;
    } catch (error) {
      this.#status.textContent = "";
      if (!signal.aborted) throw error;
      this.#status.textContent = "Stopped.";
    } finally {
      this.#showBusy(false);
      await engine.dispose();
    }
  }

  /** @param {Row} row */
  #line({ id, parameters, macs, receptive_field, mean_iou_f32, mean_iou, published }) {
    const time = h("td", { className: "time" }, "–");
    this.#times.set(id, time);
    const open = h("button", { type: "button", className: "link", onclick: () => emit(this, "open-model", id) }, this.#nameOf(id));
    open.setAttribute("aria-label", `Open ${this.#nameOf(id)} in a pane`);
    const cells = [
      millions(parameters),
      `${(macs / 1e9).toFixed(2)} G`,
      receptive_field === null ? "whole photo" : `${receptive_field} px`,
      megabytes(this.#entries.get(id)?.file?.size_bytes ?? 0),
      share(mean_iou_f32),
      share(mean_iou),
      share(published?.mean_iou ?? null),
    ];
    return h("tr", {}, h("th", { scope: "row" }, open), ...cells.map((text) => h("td", {}, text)), time);
  }

  /** Why a network that others think well of is so far behind. */
  #explainLinknet() {
    const row = this.#rows.find(({ id }) => id === "linknet");
    const scale = this.#entries.get("linknet")?.architecture.scale;
    this.#linknet.hidden = !row || !scale;
    if (!row || !scale) return;
    this.#linknet.textContent = `${this.#nameOf(row.id)} is so far behind partly for its size: all models that ship may weigh ${BUDGET} together, and what was left for it is ${millions(row.parameters)} parameters, every width times ${scale}; ten times as many brought it to ${share(LARGER_LINKNET)}.`;
  }

  /**
   * @param {string} id
   * @param {number} ms
   */
  #showTime(id, ms) {
    const cell = this.#times.get(id);
    if (cell) cell.textContent = duration(ms);
  }

  /** @param {boolean} isBusy */
  #showBusy(isBusy) {
    const hadFocus = document.activeElement === this.#start || document.activeElement === this.#stop;
    this.ariaBusy = String(isBusy);
    this.#start.hidden = isBusy;
    this.#stop.hidden = !isBusy;
    if (hadFocus) (isBusy ? this.#stop : this.#start).focus();
  }

  /** @param {string} id */
  #nameOf(id) {
    return this.#entries.get(id)?.name ?? id;
  }
}

/** @param {number} count */
const millions = (count) => `${(count / 1e6).toFixed(2)} M`;

/** @param {number | null} meanIou 0..1 */
const share = (meanIou) => (meanIou === null ? "–" : `${(100 * meanIou).toFixed(1)} %`);

customElements.define("field-table", FieldTable);
