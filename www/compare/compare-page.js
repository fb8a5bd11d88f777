import { listCameras } from "../camera.js";
import { download } from "../download.js";
import { MAY_PASS, asSegscopeError } from "../errors.js";
import { asSentence } from "../format.js";
import { listenForFiles, onFile } from "../incoming-files.js";
import { isModelFile } from "../model-file.js";
import { ModelStore } from "../models.js";
import { clearError, showError, showState } from "../page-state.js";
import { MessageBar } from "../elements/message-bar.js";
import "../elements/sample-strip.js";
import { readAddress, writeAddress } from "./address.js";
import { AreaTable } from "./area-table.js";
import { CompareBar } from "./compare-bar.js";
import { ComparePane } from "./compare-pane.js";
import { Comparison } from "./comparison.js";
import { DifferenceView } from "./difference-view.js";
import { FieldTable } from "./field-table.js";
import { otherChoice } from "./other-choice.js";
import { PRECISIONS } from "./precisions.js";
import { ZoomBar } from "./zoom-bar.js";
import { isSame } from "./zoom.js";

/** @typedef {import("./address.js").Choice} Choice */
/** @typedef {import("../types.js").CatalogueEntry} CatalogueEntry */
/** What the stages have: the photo, or the size of the camera's picture. @typedef {import("../types.js").Picture | {width: number, height: number} | null} Shown */

const LEAST = 2;
/** Each is a worker with a network in it. */
const MOST = 4;
const LETTERS = "ABCD";
/** Browsers allow few changes of the address in a row. */
const ADDRESS_PAUSE_MS = 300;

/** The page: connects the panes, which show, with the comparison, which works. */
export class ComparePage extends HTMLElement {
  #parts = {
    message: this.#part("compare-page > message-bar", MessageBar),
    zoomBar: this.#part("zoom-bar", ZoomBar),
    bar: this.#part("compare-bar", CompareBar),
    panes: this.#part(".panes", HTMLElement),
    difference: this.#part("difference-view", DifferenceView),
    table: this.#part("area-table", AreaTable),
    field: this.#part("field-table", FieldTable),
    status: this.#part("#status", HTMLElement),
    empty: this.#part("#empty", HTMLElement),
    file: this.#part("#file", HTMLInputElement),
  };
  #store = new ModelStore();
  #comparison = new Comparison();
  #address = readAddress(location.search);
  /** @type {ComparePane[]} */ #panes = [];
  /** @type {CatalogueEntry[]} */ #entries = [];
  #zoom = this.#address.zoom;
  /** @type {Shown} */ #picture = null;
  /** Name of the picture's file, if it is one of the samples. */ #sample = this.#address.sample;
  /** The same of the photo that is being opened. @type {string | null} */ #nextSample = null;
  #view = { opacity: 0.6, mirrored: false };
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #addressTimer;

  connectedCallback() {
    this.#listenToElements();
    this.#listenToComparison();
    listenForFiles(this.#parts.panes, { onFile: (file) => this.#openFile(file) });
    this.#parts.bar.showOpacity(this.#view.opacity);
    showState(this.#parts.status, "starting", "Reading the list of models…");
    void this.#attempt(() => this.#start());
  }

  async #start() {
    this.#entries = await this.#store.entries();
    const choices = this.#address.choices.slice(0, MOST);
    while (choices.length < LEAST) choices.push(otherChoice(choices, this.#entries));
    for (const choice of choices) this.#addPane(choice);
    void this.#showKept();
    this.#showZoom(this.#zoom);
    showState(this.#parts.status, "ready");
    void this.#attempt(() => this.#parts.field.show(this.#entries));
    if (this.#sample) await this.#openSample(new URL(`../samples/${this.#sample}`, import.meta.url).href);
  }

  #listenToElements() {
    const { file } = this.#parts;
    for (const button of this.querySelectorAll("[data-open-photo]")) button.addEventListener("click", () => file.click());
    for (const button of this.querySelectorAll("[data-open-camera]")) {
      button.addEventListener("click", () => void this.#attempt(() => this.#comparison.startCamera()));
    }
    onFile(file, (chosen) => this.#openFile(chosen));
    /** @type {Record<string, (detail: any, target: ComparePane) => unknown>} */
    const reactions = {
      zoom: (zoom) => this.#showZoom(zoom),
      opacity: (opacity) => this.#changeView({ opacity }),
      "add-pane": () => this.#addPane(otherChoice(this.#choices, this.#entries)),
      precisions: () => this.#comparePrecisions(),
      "close-pane": (_, pane) => this.#closePane(pane),
      "run-again": () => this.#attempt(() => this.#comparison.repeat()),
      "choose-camera": (id) => this.#attempt(() => this.#comparison.startCamera({ id })),
      still: () => {
        this.#nextSample = null;
        return this.#attempt(() => this.#comparison.takeStill());
      },
      "stop-live": () => this.#comparison.stopCamera(),
      sample: (url) => this.#attempt(() => this.#openSample(url)),
      measure: () => this.#attempt(() => this.#parts.field.measure((work) => this.#comparison.alone(work))),
      "open-model": (id) => this.#openModel({ id }),
      work: () => this.#attempt(() => this.#work()),
      changed: () => this.#showTable(),
      cleared: () => clearError(this.#comparison.restingState),
    };
    for (const [type, react] of Object.entries(reactions)) {
      this.addEventListener(type, (event) => void react(/** @type {CustomEvent} */ (event).detail, /** @type {ComparePane} */ (event.target)));
    }
  }

  #listenToComparison() {
    const { status, bar, empty, difference } = this.#parts;
    /** @type {Record<string, (detail: any) => unknown>} */
    const reactions = {
      state: (state) => {
        const busy = this.#panes.find(({ ariaBusy }) => ariaBusy === "true");
        showState(status, state, sentenceOf(state, busy ? `${this.#letterOf(busy.pane)}, ${busy.name}` : ""));
        bar.showRepeatable(state === "done");
        if (["ready", "done", "live"].includes(state)) this.#settle();
      },
      turn: (pane) => {
        for (const element of this.#panes) element.showBusy(element.pane === pane);
      },
      picture: (picture) => {
        difference.clear();
        this.#sample = this.#nextSample;
        this.#showPicture(picture);
      },
      size: (size) => this.#showPicture(size),
      source: (source) => {
        bar.showSource(source !== null);
        difference.clear();
        // People know their face from the looking glass.
        this.#changeView({ mirrored: source?.isFront ?? false });
        if (!source) return this.#showPicture(this.#comparison.picture);
        empty.hidden = true;
        this.#sample = null;
        this.#noteAddress();
        void listCameras().then((cameras) => this.#comparison.source && bar.showCameras(cameras, source.id));
      },
      areas: () => this.#showTable(),
      difference: (found) => {
        const letters = found?.panes.map((/** @type {import("./pane.js").Pane} */ pane) => this.#letterOf(pane));
        difference.show(found, letters ?? [], found?.picture ?? null);
        difference.stage.showZoom(this.#zoom);
      },
      failed: (error) => this.#complain(error, null),
    };
    for (const [type, react] of Object.entries(reactions)) {
      this.#comparison.addEventListener(type, (event) => void react(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {File} file */
  #openFile(file) {
    void this.#attempt(async () => {
      if (isModelFile(file)) return this.#openModel({ file });
      this.#nextSample = null;
      await this.#comparison.openPhoto(file);
    });
  }

  /** In a pane of its own, or the last one's place. @param {import("../workbench.js").Wanted} wanted */
  #openModel(wanted) {
    if (this.#panes.length < MOST) this.#addPane(otherChoice([], this.#entries));
    this.#panes.at(-1)?.choose(wanted);
  }

  /** @param {string} url */
  async #openSample(url) {
    const bytes = await download(url);
    this.#nextSample = url.slice(url.lastIndexOf("/") + 1);
    await this.#comparison.openPhoto(new Blob([bytes], { type: "image/jpeg" }));
  }

  /** @param {Choice} choice */
  #addPane(choice) {
    const pane = new ComparePane(choice);
    this.#panes.push(pane);
    this.#parts.difference.before(pane);
    pane.pane.setView(this.#view);
    pane.showEntries(this.#entries);
    this.#comparison.add(pane.pane);
    this.#showPanes();
    pane.stage.showPicture(this.#picture);
    pane.stage.showZoom(this.#zoom);
    void this.#attempt(() => this.#work());
  }

  /** The first pane's network with its weights in every precision, a pane each, all on what the first runs on. */
  #comparePrecisions() {
    const first = this.#panes[0]?.pane;
    if (!first) return;
    const { wanted, run } = first;
    while (this.#panes.length < PRECISIONS.length) this.#addPane(otherChoice([], this.#entries));
    for (const [at, precision] of PRECISIONS.entries()) {
      this.#panes[at]?.chooseRun(run);
      this.#panes[at]?.choose({ ...wanted, precision });
    }
  }

  /** @param {ComparePane} pane */
  #closePane(pane) {
    this.#panes = this.#panes.filter((other) => other !== pane);
    pane.remove();
    this.#comparison.remove(pane.pane);
    this.#showPanes();
    // What had the focus is gone.
    this.#panes.at(-1)?.stage.focus();
    void this.#attempt(() => this.#work());
  }

  async #work() {
    this.#noteAddress();
    await this.#comparison.work();
  }

  #showPanes() {
    for (const [at, pane] of this.#panes.entries()) pane.showPlace(LETTERS.charAt(at), this.#panes.length <= LEAST);
    this.#parts.panes.dataset.count = String(this.#panes.length);
    this.#parts.bar.showAddable(this.#panes.length < MOST);
    this.#showTable();
  }

  #showTable() {
    this.#parts.table.show(this.#panes.map(({ pane, name }, at) => ({ letter: LETTERS.charAt(at), name, pane })));
  }

  /** @param {Shown} picture */
  #showPicture(picture) {
    this.#picture = picture;
    this.#parts.empty.hidden = picture !== null || this.#comparison.source !== null;
    this.classList.toggle("has-picture", picture !== null);
    for (const { stage } of this.#panes) stage.showPicture(picture);
    this.#noteAddress();
  }

  /** @param {import("./zoom.js").Zoom} zoom */
  #showZoom(zoom) {
    if (!isSame(zoom, this.#zoom)) this.#noteAddress();
    this.#zoom = zoom;
    this.#parts.zoomBar.show(zoom);
    for (const stage of [...this.#panes, this.#parts.difference].map(({ stage }) => stage)) stage.showZoom(zoom);
  }

  /** @param {Partial<{opacity: number, mirrored: boolean}>} change */
  #changeView(change) {
    Object.assign(this.#view, change);
    for (const { pane } of this.#panes) pane.setView(change);
    this.#parts.difference.showMirrored(this.#view.mirrored);
  }

  /** The work is done, or as much of it as can be: a pane that failed makes the whole page stand at its error. */
  #settle() {
    for (const element of this.#panes) element.showBusy(false);
    void this.#showKept();
    const error = this.#panes.find(({ pane }) => pane.error)?.pane.error;
    if (error) {
      showError(error.code, false);
      this.#parts.status.textContent = "";
    } else if (this.#parts.message.hidden) delete document.documentElement.dataset.error;
  }

  /** @param {import("./pane.js").Pane} pane */
  #letterOf(pane) {
    return LETTERS.charAt(this.#panes.findIndex((element) => element.pane === pane));
  }

  /** What a link can carry of the panes. */
  get #choices() {
    return this.#panes.flatMap(({ choice }) => choice ?? []);
  }

  async #showKept() {
    const kept = await this.#store.kept();
    for (const pane of this.#panes) pane.showKept(kept);
  }

  #noteAddress() {
    clearTimeout(this.#addressTimer);
    this.#addressTimer = setTimeout(() => {
      history.replaceState(null, "", writeAddress({ choices: this.#choices, zoom: this.#zoom, sample: this.#sample }, location.search));
    }, ADDRESS_PAUSE_MS);
  }

  /**
   * Runs what the visitor asked for; what is wrong with one pane that pane tells.
   * @param {() => Promise<unknown>} work
   */
  async #attempt(work) {
    this.#parts.message.clear();
    try {
      await work();
    } catch (error) {
      this.#complain(asSegscopeError(error), () => void this.#attempt(work));
    }
  }

  /**
   * @param {import("../errors.js").SegscopeError} error
   * @param {(() => void) | null} retry
   */
  #complain({ code, message }, retry) {
    this.#parts.message.show(asSentence(message), retry && MAY_PASS.includes(code) ? { label: "Try again", act: retry } : null);
    showError(code, false);
    this.#parts.status.textContent = "";
  }

  /**
   * @template {HTMLElement} T
   * @param {string} selector
   * @param {new () => T} type
   * @returns {T}
   */
  #part(selector, type) {
    const element = document.querySelector(selector);
    if (element instanceof type) return element;
    throw new Error(`index.html lacks ${selector}`);
  }
}

/**
 * @param {import("../workbench.js").State} state
 * @param {string} who the pane that works, if one does
 */
function sentenceOf(state, who) {
  /** @type {Partial<Record<import("../workbench.js").State, string>>} */
  const sentences = {
    ready: "Ready. Open a photo, or start the camera.",
    loading: who ? `Loading ${who}…` : "Loading…",
    working: `Segmenting: ${who}…`,
    done: "Done, one pane after another.",
    live: "Live: each frame goes through all panes, one after another. Areas and differences follow about once a second; take a still to look closer.",
  };
  return sentences[state];
}

customElements.define("compare-page", ComparePage);
