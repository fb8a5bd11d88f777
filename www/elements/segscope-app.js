import { download } from "../download.js";
import { backgroundOf } from "../engine.js";
import { MAY_PASS, NEEDS_RELOAD, asSegscopeError } from "../errors.js";
import { exported } from "../exports.js";
import { asSentence, percent, readable } from "../format.js";
import { listenForFiles, onFile } from "../incoming-files.js";
import { isModelFile } from "../model-file.js";
import { ModelStore } from "../models.js";
import { LiveControl } from "../live-control.js";
import { clearError, showError, showState } from "../page-state.js";
import { Workbench } from "../workbench.js";
import { ClassLegend } from "./class-legend.js";
import { DetailChooser } from "./detail-chooser.js";
import { ExportMenu } from "./export-menu.js";
import { KeptModels } from "./kept-models.js";
import { LiveBar } from "./live-bar.js";
import { LiveMeter } from "./live-meter.js";
import { MachinePanel } from "./machine-panel.js";
import { MessageBar } from "./message-bar.js";
import { ModelPicker } from "./model-picker.js";
import { PhotoStage } from "./photo-stage.js";
import { PixelProbe } from "./pixel-probe.js";
import { RunTimes } from "./run-times.js";
import { ViewBar } from "./view-bar.js";
import "./address-form.js";
import "./sample-strip.js";

/** @typedef {import("../types.js").View} View */
/** @typedef {import("../errors.js").SegscopeError} SegscopeError */

/** The page: connects the elements, which show, with the workbench, which works. */
export class SegscopeApp extends HTMLElement {
  #parts = {
    stage: this.#part("photo-stage", PhotoStage),
    bar: this.#part("view-bar", ViewBar),
    message: this.#part("message-bar", MessageBar),
    picker: this.#part("model-picker", ModelPicker),
    detail: this.#part("detail-chooser", DetailChooser),
    legend: this.#part("class-legend", ClassLegend),
    probe: this.#part("pixel-probe", PixelProbe),
    exports: this.#part("export-menu", ExportMenu),
    times: this.#part("run-times", RunTimes),
    machine: this.#part("machine-panel", MachinePanel),
    kept: this.#part("kept-models", KeptModels),
    liveBar: this.#part("live-bar", LiveBar),
    liveMeter: this.#part("live-meter", LiveMeter),
    status: this.#part("#status", HTMLElement),
    empty: this.#part("#empty", HTMLElement),
    file: this.#part("#file", HTMLInputElement),
    backdropFile: this.#part("#backdrop-file", HTMLInputElement),
  };
  #store = new ModelStore();
  #bench = new Workbench(() => this.#parts.stage.newCanvas());
  /** @type {View} */ #view = { opacity: 0.6, hidden: [], solo: null, split: null, background: "photo", mirrored: false, fineEdges: false, outlined: false };
  /** What may stand behind the classes. @type {File | null} */ #backdrop = null;
  #live = new LiveControl({
    bench: this.#bench,
    stage: this.#parts.stage,
    bar: this.#parts.liveBar,
    meter: this.#parts.liveMeter,
    empty: this.#parts.empty,
    status: this.#parts.status,
    changeView: (change) => this.#changeView(change),
    attempt: (work) => this.#attempt(work),
    save: (file, name) => this.#parts.exports.save(file, name),
    onShown: () => this.#showLive(),
  });
  /** Hash of the model whose class ids the view has. */ #viewedModel = "";
  /** The next pixel to ask for, while one is being asked for. @type {{x: number, y: number, isSpoken: boolean} | null} */ #nextProbe = null;
  #isProbing = false;

  connectedCallback() {
    this.#listenToElements();
    this.#listenToBench();
    listenForFiles(this.#parts.stage, {
      onFile: (file) => this.#openFile(file),
      onAddress: (url) => void this.#attempt(() => this.#live.openVideo(url)),
    });
    this.#showView();
    this.#showUsable();
    void this.#attempt(() => this.#bench.start());
    void this.#attempt(async () => this.#parts.picker.showEntries(await this.#store.entries()));
    void this.#showKept();
  }

  #listenToElements() {
    const { file, backdropFile } = this.#parts;
    for (const button of this.querySelectorAll("[data-open-photo]")) button.addEventListener("click", () => file.click());
    for (const button of this.querySelectorAll("[data-open-camera]")) {
      button.addEventListener("click", () => void this.#attempt(() => this.#live.startCamera()));
    }
    onFile(file, (chosen) => this.#openFile(chosen));
    onFile(backdropFile, (chosen) => void this.#attempt(() => this.#chooseBackdrop(chosen)));
    // Whoever chose no picture keeps the background that was.
    backdropFile.addEventListener("cancel", () => this.#showUsable());
    /** @type {Record<string, (detail: any) => unknown>} */
    const reactions = {
      view: (view) => this.#changeView(view),
      compare: (split) => this.#changeView({ split }),
      probe: (at) => this.#probe(at),
      "canvas-size": ({ width, height }) => this.#quietly((engine) => engine.resize(width, height)),
      "choose-model": (id) => this.#attempt(() => this.#bench.chooseModel({ id })),
      "model-file": (chosen) => this.#openFile(chosen),
      "delete-model": (sha256) => this.#attempt(() => this.#deleteKept(sha256)),
      "choose-backend": (choice) => this.#attempt(() => this.#bench.chooseBackend(choice)),
      "choose-detail": (detail) => this.#attempt(() => this.#bench.chooseDetail(detail)),
      "choose-backdrop": () => backdropFile.click(),
      "run-again": () => this.#attempt(() => this.#bench.runAgain()),
      address: (url) => this.#attempt(() => this.#live.openVideo(url)),
      "cancel-work": () => this.#bench.cancel(),
      cleared: () => clearError(this.#live.isShown ? "live" : this.#bench.result ? "done" : "ready"),
      export: (kind) => this.#attempt(() => this.#export(kind)),
      sample: (url) => this.#attempt(() => this.#openSample(url)),
    };
    for (const [type, react] of Object.entries(reactions)) {
      this.addEventListener(type, (event) => void react(/** @type {CustomEvent} */ (event).detail));
    }
  }

  #listenToBench() {
    const { stage, picker, legend, probe, times, machine, empty } = this.#parts;
    /** @type {Record<string, (detail: any) => unknown>} */
    const reactions = {
      state: (state) => {
        showState(this.#parts.status, state, state === "done" ? this.#summary() : undefined);
        this.#showProgress(null);
        this.#showUsable();
        if (state === "done" || state === "ready") this.#showDetail(this.#bench.photo);
        if (state === "ready") void this.#live.resume();
      },
      progress: (progress) => this.#showProgress(progress),
      photo: (photo) => {
        probe.clear();
        if (photo) this.#live.giveWay();
        // The live picture has the stage.
        else if (this.#live.isOpen) return;
        empty.hidden = photo !== null;
        stage.showPhoto(photo);
        stage.showMask(photo !== null && photo === this.#bench.photo && this.#bench.result !== null);
        this.#showDetail(photo);
      },
      model: (model) => {
        this.#forgetClassesOfAnother(model);
        picker.showModel(model);
        this.#showDetail(this.#bench.photo);
        stage.showMask(false);
        legend.showClasses([]);
        probe.clear();
        if (model.delivery.notKept) this.#complain(model.delivery.notKept, null, true);
        void this.#showKept();
        void this.#quietly((engine) => machine.show(engine.machine(), this.#bench.backend));
      },
      result: (result) => {
        this.classList.add("has-result");
        legend.showClasses(result.classes);
        stage.showMask(true);
        void this.#quietly(async (engine) => machine.showMemory(result, await engine.memory()));
        this.#mentionFirstFrame();
      },
      times: (measured) => times.show(measured, true),
      engine: (engine) => {
        machine.show(engine?.machine() ?? null, this.#bench.backend);
        if (!engine) return;
        if (this.#backdrop) void engine.setBackdrop(this.#backdrop);
        this.#showView();
        stage.announceSize();
      },
    };
    for (const [type, react] of Object.entries(reactions)) {
      this.#bench.addEventListener(type, (event) => void react(/** @type {CustomEvent} */ (event).detail));
    }
  }

  /** @param {File} file */
  #openFile(file) {
    void this.#attempt(() => {
      if (isModelFile(file)) return this.#bench.chooseModel({ file });
      if (file.type.startsWith("video/")) return this.#live.openVideo(file);
      return this.#bench.openPhoto(file, file.name || "pasted picture");
    });
  }

  /** @param {File} file */
  async #chooseBackdrop(file) {
    const engine = await this.#bench.engine();
    try {
      await engine.setBackdrop(file);
    } finally {
      this.#showUsable();
    }
    this.#backdrop = file;
    this.#parts.bar.showBackdrop();
    this.#changeView({ background: "picture" });
  }

  /** @param {string} url */
  async #openSample(url) {
    const bytes = await download(url);
    await this.#bench.openPhoto(new Blob([bytes], { type: "image/jpeg" }), url.slice(url.lastIndexOf("/") + 1));
  }

  /** @param {Partial<View>} change */
  #changeView(change) {
    this.#view = { ...this.#view, ...change };
    this.#showView();
  }

  /**
   * Class ids mean nothing in another model: its view starts as the engine's does.
   * @param {import("../types.js").LoadedModel} model
   */
  #forgetClassesOfAnother(model) {
    if (this.#viewedModel === model.sha256) return;
    this.#viewedModel = model.sha256;
    this.#changeView({ hidden: backgroundOf(model), solo: null });
  }

  #showView() {
    const { stage, legend } = this.#parts;
    stage.showView(this.#view);
    legend.showView(this.#view);
    this.#live.showView(this.#view);
    this.#parts.bar.show(this.#view, this.#hasPicture);
    // In front of another background stands the photo itself, uncoloured.
    const opacity = this.#view.background === "photo" ? this.#view.opacity : 0;
    void this.#quietly((engine) => engine.setView({ ...this.#view, opacity }));
  }

  /** A segmented picture is on the canvas, a photo's or a live one. */
  get #hasPicture() {
    return this.#bench.result !== null || this.#live.isShown;
  }

  #showLive() {
    this.classList.add("has-result");
    this.#parts.legend.showNames(this.#bench.model?.classes ?? []);
    this.#showUsable();
  }

  /** @param {import("../workbench.js").Photo | null} photo */
  #showDetail(photo) {
    this.#parts.detail.show(photo?.picture ?? null, this.#bench.model, this.#bench.detail);
  }

  /** @param {import("../types.js").Progress | import("../types.js").TileProgress | null} progress */
  #showProgress(progress) {
    const isTiles = progress?.phase === "tiles";
    this.#parts.picker.showProgress(isTiles ? null : progress);
    this.#parts.detail.showProgress(isTiles ? progress : null);
  }

  #showUsable() {
    const isUsable = this.#bench.result !== null;
    this.#parts.bar.show(this.#view, this.#hasPicture);
    this.#parts.exports.show(isUsable);
    this.#parts.times.show(this.#bench.times, isUsable);
  }

  /** @param {{x: number, y: number, isSpoken: boolean}} at */
  async #probe(at) {
    this.#nextProbe = at;
    if (this.#isProbing || !this.#hasPicture) return;
    this.#isProbing = true;
    while (this.#nextProbe) {
      const next = this.#nextProbe;
      this.#nextProbe = null;
      const classes = this.#bench.model?.classes ?? [];
      await this.#quietly(async (engine) => this.#parts.probe.show(next, await engine.scoresAt(next.x, next.y), classes));
    }
    this.#isProbing = false;
  }

  /** @param {import("./export-menu.js").Kind} kind */
  async #export(kind) {
    this.#parts.status.textContent = "Making the file…";
    const made = await exported(kind, this.#bench, this.#view);
    if (made) this.#parts.exports.save(made.file, made.name);
    this.#parts.status.textContent = this.#summary();
  }

  /** @param {string} sha256 */
  async #deleteKept(sha256) {
    await this.#store.remove(sha256);
    await this.#showKept();
  }

  async #showKept() {
    const [kept, entries] = await Promise.all([this.#store.kept(), this.#store.entries().catch(() => [])]);
    this.#parts.picker.showKept(kept);
    this.#parts.kept.show(kept, (id) => entries.find((entry) => entry.id === id)?.name ?? id);
  }

  #summary() {
    const classes = [...(this.#bench.result?.classes ?? [])].sort((a, b) => b.pixels - a.pixels);
    const found = classes.slice(0, 3).map(({ name, fraction }) => `${readable(name)} ${percent(fraction)}`);
    return `Done: ${found.join(", ")}${classes.length > 3 ? ", …" : ""}`;
  }

  #mentionFirstFrame() {
    const note = this.#bench.photo?.picture.isAnimated ? "This picture moves; its first frame is shown." : "";
    this.#part("#note", HTMLElement).textContent = note;
  }

  /**
   * Runs what the visitor asked for; the one place where a failure becomes a sentence.
   * @param {() => Promise<unknown>} work
   */
  async #attempt(work) {
    this.#parts.message.clear();
    try {
      await work();
    } catch (error) {
      this.#complain(asSegscopeError(error), () => void this.#attempt(work), false);
      void this.#live.resume();
    }
  }

  /**
   * What follows the visitor's hand rather than an action: a failure of the engine shows with the next action.
   * @param {(engine: import("../engine.js").Engine) => Promise<unknown> | unknown} work
   */
  async #quietly(work) {
    if (!this.#bench.isStarted) return;
    try {
      await work(await this.#bench.engine());
    } catch (error) {
      const reason = asSegscopeError(error);
      if (NEEDS_RELOAD.includes(reason.code)) this.#complain(reason, null, false);
      if (reason.code === "device-lost") void this.#attempt(() => this.#bench.recover());
    }
  }

  /**
   * @param {Error} error
   * @param {(() => void) | null} retry
   * @param {boolean} isWarning
   */
  #complain(error, retry, isWarning) {
    const { code, message } = asSegscopeError(error);
    const reload = { label: "Reload the page", act: () => location.reload() };
    const again = retry && MAY_PASS.includes(code) ? { label: "Try again", act: retry } : null;
    this.#parts.message.show(asSentence(message), NEEDS_RELOAD.includes(code) ? reload : again);
    this.#showProgress(null);
    showError(code, isWarning);
    if (!isWarning) this.#parts.status.textContent = "";
    this.#showUsable();
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

customElements.define("segscope-app", SegscopeApp);
