import { emit, h } from "../../dom.js";
import { readable } from "../../format.js";
import { scroller } from "../shell/figure.js";
import { slider } from "../shell/controls.js";
import { drawCurves } from "./curves.js";
import { readMask } from "./known-mask.js";
import { newest } from "../shell/newest.js";

/** @typedef {import("./runs.js").Full} Full */
/** @typedef {import("../shell/photo.js").Photo} Photo */

export const MOST_DISTANCE = 8;
const DISTANCES = Array.from({ length: MOST_DISTANCE }, (_, i) => i + 1);

/** By class, `null` where there is none; and the mean of the classes that the reference has. @typedef {{byClass: (number | null)[], mean: number}} Score */

/** @typedef {{iou: Score, boundary: Score[]}} Scores `boundary` by distance, 1 the first */
/** @typedef {{reference: Uint8Array, mask: Uint8Array, scores: Scores}} Measured */

/**
 * How well masks follow a reference's borders: the answer of the network with all its skips, or a mask that the visitor opens. Event: `distance`
 * (pixels), `measuring` (a promise of what was asked for by hand).
 */
export class BoundaryGain extends HTMLElement {
  #texts;
  #lab;
  #slider;
  #file = h("input", { type: "file", accept: "image/png", hidden: true, onchange: () => this.#open() });
  #reference = h("p", { className: "reference", role: "status" });
  #back;
  #readout = h("p", { className: "readout", role: "status" });
  #curves = h("figure", {});
  #table = h("table");
  /** @type {Full | null} */ #full = null;
  /** @type {Uint8Array} */ #changed = new Uint8Array();
  /** The visitor's mask, of the photo that it was opened for. @type {{mask: Uint8Array, photo: Photo} | null} */ #known = null;
  #distance = 1;
  /** The last ones. @type {Measured[]} */ #measured = [];
  #newest = newest(() => this.#measure());

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {import("../shell/lab.js").Lab} lab
   */
  constructor(texts, lab) {
    super();
    this.#texts = texts;
    this.#lab = lab;
    this.#slider = slider(texts.t("boundary.distance"), { min: 1, max: MOST_DISTANCE, step: 1 }, (distance) => emit(this, "distance", distance));
    this.#back = h("button", { type: "button", className: "plain", hidden: true, onclick: () => this.#forget() }, texts.t("boundary.back"));
  }

  connectedCallback() {
    if (this.firstChild) return;
    const open = h("button", { type: "button", className: "plain", onclick: () => this.#file.click() }, this.#texts.t("boundary.open"));
    this.append(
      h("p", { className: "settings" }, this.#slider.element, open, this.#back, this.#file),
      this.#reference,
      this.#readout,
      h("div", { className: "figures" }, this.#curves, scroller(this.#texts.t("boundary.table"), this.#table)),
    );
  }

  /**
   * @param {Full} full
   * @param {Uint8Array} changed the mask with the skips as set
   * @param {number} distance
   * @returns {Promise<void>} when it is measured
   */
  show(full, changed, distance) {
    [this.#full, this.#changed, this.#distance] = [full, changed, Math.min(Math.max(Math.round(distance), 1), MOST_DISTANCE)];
    this.#slider.show(this.#distance, this.#texts.t("boundary.pixels", { distance: this.#distance }));
    if (this.#known?.photo !== full.photo) this.#known = null;
    this.#back.hidden = !this.#known;
    this.#reference.textContent = this.#texts.t(this.#known ? "boundary.againstKnown" : "boundary.againstFull");
    return this.#newest();
  }

  async #measure() {
    const full = this.#full;
    if (!full) return;
    const [changed, known, distance] = [this.#changed, this.#known, this.#distance];
    const reference = known?.mask ?? full.mask;
    /** @type {Measured[]} */ const measured = [];
    // Against itself a mask is perfect at any distance, so that is not shown.
    for (const mask of known ? [changed, full.mask] : [changed]) {
      const before = this.#measured.find((other) => other.reference === reference && other.mask === mask);
      const scores = before?.scores ?? (await this.#scores(reference, mask, full));
      if (!scores) return;
      measured.push({ reference, mask, scores });
    }
    this.#measured = measured;
    const [ofChanged, ofFull = null] = measured.map(({ scores }) => scores);
    this.#showScores(full, distance, ofChanged, ofFull);
  }

  /**
   * None if something newer is wanted before it is done.
   * @param {Uint8Array} reference
   * @param {Uint8Array} mask
   * @param {Full} full
   * @returns {Promise<Scores | null>}
   */
  async #scores(reference, mask, { photo: { width, height }, model: { info } }) {
    const classes = info.classes.length;
    const present = new Set(reference);
    /** @param {(number | null)[]} byClass @returns {Score} */
    const score = (byClass) => {
      const values = byClass.flatMap((value, id) => (value !== null && present.has(id) ? [value] : []));
      return { byClass: byClass.map((value, id) => (present.has(id) ? value : null)), mean: values.reduce((sum, value) => sum + value, 0) / values.length };
    };
    const measured = await this.#lab.measure(reference, mask, classes);
    const boundary = [];
    for (const distance of DISTANCES) {
      if (this.#newest.isOutdated()) return null;
      boundary.push(score(await this.#lab.boundaryIou(reference, mask, { height, width, classes, distance })));
    }
    return { iou: score(measured.classes.map(({ iou }) => iou)), boundary };
  }

  /**
   * @param {Full} full
   * @param {number} distance
   * @param {Scores} changed
   * @param {Scores | null} whole
   */
  #showScores(full, distance, changed, whole) {
    const texts = this.#texts;
    const at = distance - 1;
    const key = whole ? "boundary.readoutKnown" : "boundary.readoutFull";
    this.#readout.textContent = texts.t(key, {
      distance, iou: texts.percent(changed.iou.mean), boundary: texts.percent(changed.boundary[at].mean),
      fullIou: texts.percent(whole?.iou.mean ?? 1), fullBoundary: texts.percent(whole?.boundary[at].mean ?? 1),
    });
    const means = (/** @type {Score[]} */ scores) => scores.map(({ mean }) => mean);
    const curves = [
      { name: texts.t("boundary.curveChanged"), values: means(changed.boundary), kind: "changed" },
      { name: texts.t("boundary.curveIou"), values: DISTANCES.map(() => changed.iou.mean), kind: "iou" },
      ...(whole ? [{ name: texts.t("boundary.curveFull"), values: means(whole.boundary), kind: "whole" }] : []),
    ];
    const caption = texts.t("boundary.curves");
    this.#curves.replaceChildren(drawCurves(texts, curves, { label: caption, at, xLabel: texts.t("boundary.axis") }), h("figcaption", {}, caption));

    const columns = [changed.iou, changed.boundary[at], ...(whole ? [whole.iou, whole.boundary[at]] : [])];
    const cell = (/** @type {number | null} */ value) => h("td", {}, value === null ? "–" : texts.percent(value));
    const rows = full.model.info.classes.flatMap(({ name }, id) => {
      if (columns.every(({ byClass }) => byClass[id] === null)) return [];
      return [h("tr", {}, h("th", { scope: "row" }, readable(name)), ...columns.map(({ byClass }) => cell(byClass[id])))];
    });
    const mean = h("tr", { className: "total" }, h("th", { scope: "row" }, texts.t("boundary.mean")), ...columns.map((column) => cell(column.mean)));
    const keys = ["class", "iou", "boundaryIou", ...(whole ? ["fullIou", "fullBoundaryIou"] : [])];
    const head = h("tr", {}, ...keys.map((key) => h("th", { scope: "col" }, texts.t(`boundary.${key}`))));
    this.#table.replaceChildren(h("caption", { className: "visually-hidden" }, texts.t("boundary.table")), h("thead", {}, head), h("tbody", {}, ...rows, mean));
  }

  async #open() {
    const [file] = this.#file.files ?? [];
    this.#file.value = "";
    const full = this.#full;
    if (!file || !full) return;
    const read = await readMask(file, full.photo, full.model.info.classes);
    if ("problem" in read) {
      this.#reference.textContent = this.#texts.t(`boundary.${read.problem}`);
      return;
    }
    // By now there may be another photo, or another network's answer on the same one.
    if (this.#full?.photo !== full.photo) return;
    this.#known = { mask: read.mask, photo: full.photo };
    this.#again(this.#full);
  }

  #forget() {
    this.#known = null;
    if (this.#full) this.#again(this.#full);
  }

  /** @param {Full} full */
  #again(full) {
    emit(this, "measuring", this.show(full, this.#changed, this.#distance));
  }
}

customElements.define("boundary-gain", BoundaryGain);
