import { emit, h } from "../dom.js";
import { MAY_PASS, NEEDS_RELOAD, asSegscopeError } from "../errors.js";
import { asSentence, duration } from "../format.js";
import { saveFile } from "../save-file.js";
import { MessageBar } from "../elements/message-bar.js";
import { ModelPicker } from "../elements/model-picker.js";
import { Pane } from "./pane.js";
import { PRECISIONS } from "./precisions.js";
import { RUNS, placeOf, runOf } from "./runs.js";
import { ZoomStage } from "./zoom-stage.js";

/** @typedef {import("../types.js").CatalogueEntry} CatalogueEntry */

/**
 * A pane: which network, on what it runs, its picture, what it took.
 *
 * Events: `work` (there is something to do), `changed`, `close-pane`, and those of its stage.
 */
export class ComparePane extends HTMLElement {
  #stage = new ZoomStage();
  #picker = new ModelPicker();
  #message = new MessageBar();
  #letter = h("h2");
  #run = h("select", { className: "run" }, ...RUNS.map(({ id, name }) => h("option", { value: id }, name)));
  #precision = h("select", { className: "precision" }, h("option", { value: "" }, "Weights as they come"), ...PRECISIONS.map((name) => h("option", { value: name }, `Weights in ${name}`)));
  #close = h("button", { type: "button", className: "quiet close", onclick: () => emit(this, "close-pane") }, "×");
  #facts = h("p", { className: "hint" });
  #save = h("button", { type: "button", className: "plain", onclick: () => void this.#saveMask() }, "Save the mask");
  /** @type {CatalogueEntry[]} */ #entries = [];
  /** @type {import("../types.js").LoadedModel | null} */ #shownModel = null;
  /** @type {import("../errors.js").SegscopeError | null} */ #shownError = null;

  /** @param {import("./address.js").Choice} choice */
  constructor({ model, run, precision }) {
    super();
    this.pane = new Pane({ id: model, precision }, runOf(run), () => this.#stage.newCanvas());
  }

  connectedCallback() {
    this.role = "group";
    const head = h("div", { className: "head" }, this.#letter, this.#run, this.#close);
    this.append(head, this.#picker, this.#stage, h("div", { className: "facts" }, this.#message, this.#facts, this.#precision, this.#save));
    this.#run.value = this.pane.run.id;
    this.#run.addEventListener("change", () => this.chooseRun(runOf(this.#run.value)));
    this.#precision.value = this.pane.wanted.precision ?? "";
    this.#precision.addEventListener("change", () => this.choose({ ...this.pane.wanted, precision: this.#chosenPrecision }));
    /** @type {Record<string, (detail: any) => void>} */
    const reactions = {
      "choose-model": (id) => this.choose({ id, precision: this.#chosenPrecision }),
      "model-file": (file) => this.choose({ file, precision: this.#chosenPrecision }),
      "cancel-work": () => {
        this.pane.cancel();
        emit(this, "work");
      },
      "canvas-size": ({ width, height }) => this.pane.resize(width, height),
    };
    for (const [type, react] of Object.entries(reactions)) {
      this.addEventListener(type, (event) => react(/** @type {CustomEvent} */ (event).detail));
    }
    this.pane.addEventListener("change", () => this.#show());
    this.pane.addEventListener("frame", () => this.#showFacts());
    this.pane.addEventListener("progress", (event) => this.#picker.showProgress(/** @type {CustomEvent} */ (event).detail));
    this.#show();
  }

  get stage() {
    return this.#stage;
  }

  /** What a link to this pane carries; a visitor's own file cannot be linked to. @returns {import("./address.js").Choice | null} */
  get choice() {
    const { wanted, run } = this.pane;
    return "id" in wanted ? { model: wanted.id, run: run.id, precision: wanted.precision } : null;
  }

  get #chosenPrecision() {
    return PRECISIONS.find((name) => name === this.#precision.value);
  }

  /** Of the network: the model's own once it is here. */
  get name() {
    const { wanted, model, isLoaded } = this.pane;
    const precision = wanted.precision ? `, ${wanted.precision}` : "";
    if ("file" in wanted) return (isLoaded && model ? model.name : wanted.file.name) + precision;
    return (this.#entries.find(({ id }) => id === wanted.id)?.name ?? wanted.id) + precision;
  }

  /** @param {import("../workbench.js").Wanted} wanted */
  choose(wanted) {
    this.#precision.value = wanted.precision ?? "";
    this.pane.chooseModel(wanted);
    emit(this, "work");
  }

  /** @param {import("./runs.js").Run} run */
  chooseRun(run) {
    if (run === this.pane.run) return;
    this.#run.value = run.id;
    this.pane.chooseRun(run);
    emit(this, "work");
  }

  /** @param {CatalogueEntry[]} entries */
  showEntries(entries) {
    this.#entries = entries;
    this.#picker.showEntries(entries);
    this.#show();
  }

  /** @param {import("../models.js").KeptModel[]} kept */
  showKept(kept) {
    this.#picker.showKept(kept);
  }

  /**
   * @param {string} letter that the table and the differences call it by
   * @param {boolean} isNeeded fewer than two panes compare nothing
   */
  showPlace(letter, isNeeded) {
    this.#letter.textContent = letter;
    this.ariaLabel = `Pane ${letter}`;
    this.#stage.showName(`Picture of pane ${letter}`);
    this.#run.setAttribute("aria-label", `What pane ${letter} runs on`);
    this.#precision.setAttribute("aria-label", `Precision of pane ${letter}'s weights`);
    this.#close.setAttribute("aria-label", `Close pane ${letter}`);
    this.#close.hidden = isNeeded;
    this.#save.setAttribute("aria-label", `Save the mask of pane ${letter}`);
  }

  /** @param {boolean} isWorking */
  showBusy(isWorking) {
    this.ariaBusy = String(isWorking);
  }

  #show() {
    const { pane } = this;
    this.#showFacts();
    this.#save.hidden = pane.result === null;
    if (pane.model && pane.model !== this.#shownModel) {
      this.#shownModel = pane.model;
      this.#picker.showModel(pane.model);
    }
    this.#picker.showChoice(this.name);
    if (pane.error !== this.#shownError) this.#complain();
    emit(this, "changed");
  }

  #showFacts() {
    this.#stage.showPainted(this.pane.isPainted);
    this.#facts.textContent = this.#factLine();
  }

  #factLine() {
    const { machine, run, report, result, isFirstRun, error } = this.pane;
    if (error) return "";
    const place = machine ? placeOf(machine, run) : "";
    if (report) {
      const alone = 1000 / (report.upload + report.network + report.paint);
      return `${place}. ${report.rate.toFixed(1)} frames a second; network ${duration(report.network)}. Alone ${alone.toFixed(1)} a second.`;
    }
    if (!result) return "";
    const { network, total, compile } = result.timings;
    return `${place}. Network ${duration(network)}, in all ${duration(total - compile)}${isFirstRun ? ", first run" : ""}.`;
  }

  #complain() {
    const { error } = this.pane;
    this.#shownError = error;
    this.dataset.error = error?.code ?? "";
    if (!error) return this.#message.clear();
    const again = () => {
      this.pane.repeat();
      emit(this, "work");
    };
    const mayPass = [...MAY_PASS, ...NEEDS_RELOAD, "aborted"].includes(error.code);
    this.#message.show(asSentence(error.message), mayPass ? { label: "Try again", act: again } : null);
  }

  async #saveMask() {
    try {
      const file = await this.pane.maskPng();
      if (file) saveFile(file, `${this.pane.model?.id || "model"}-mask.png`);
    } catch (error) {
      this.#message.show(asSentence(asSegscopeError(error).message), null);
    }
  }
}

customElements.define("compare-pane", ComparePane);
