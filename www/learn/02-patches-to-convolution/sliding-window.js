import { h } from "../../dom.js";
import { formula, frac, floor, row } from "../shell/formula.js";
import { MapView } from "../shell/map-view.js";
import { LessonSteps } from "../shell/steps.js";
import { radios, slider } from "../shell/controls.js";
import { figure, scroller } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { argmax, softmax } from "../shell/softmax.js";
import { cornerOf, cut, patchAt, reads } from "./picture.js";

/** @typedef {import("./picture.js").Grid} Grid */
/** @typedef {import("./sliding.js").Sliding} Sliding */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/** How far a step goes. */
export const STEPS = /** @type {const} */ (["patch", "row"]);
/** Classes of a patch that are listed. */
const BEST = 3;
/** No answer yet: has no colour. */
const NOTHING = 255;

/**
 * The classifier at work: where it looks, what it sees, the map that its answers make, and what that costs. On the picture a pointer
 * takes the patch along; on the map arrow keys do, too.
 */
export class SlidingWindow extends HTMLElement {
  #texts;
  #choose;
  #picture;
  #frame = h("span", { className: "frame", "aria-hidden": "true" });
  #measured = h("p", { className: "hint" });
  #patch;
  #map;
  #reads;
  #readsCaption = h("span");
  #steps;
  #by;
  #at;
  #best = h("ol", { className: "legend" });
  #line = h("p", { className: "readout", role: "status" });
  #cost = h("p", { className: "readout cost" });
  #count = h("div");
  #legend = h("ul", { className: "legend" });
  #stepsBy = "patch";
  /** @type {Grid | null} */ #grid = null;

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {HTMLElement} chooser
   * @param {{choosePatch: (index: number) => void, chooseStep: (by: string) => void}} events
   */
  constructor(texts, chooser, { choosePatch, chooseStep }) {
    super();
    const t = texts.t.bind(texts);
    this.#texts = texts;
    this.#choose = choosePatch;
    this.#picture = new MapView(t("slide.pictureAlt"));
    this.#patch = new MapView(t("slide.patchAlt"));
    this.#map = new MapView(t("slide.mapAlt"), { canMove: true });
    this.#reads = new MapView(t("slide.readsAlt"));
    this.#steps = new LessonSteps(texts);
    this.#steps.addEventListener("step", (event) => this.#onStep(/** @type {CustomEvent<number>} */ (event).detail));
    this.#by = radios(t("slide.by"), "by", Object.fromEntries(STEPS.map((by) => [by, t(`slide.steps.${by}`)])), chooseStep);
    this.#at = slider(t("slide.at"), { min: 0, max: 1, step: 1 }, choosePatch);
    const framed = h("div", { className: "framed" }, this.#picture, this.#frame);
    framed.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary) return;
      framed.setPointerCapture(event.pointerId);
      this.#onPointer(event);
    });
    framed.addEventListener("pointermove", (event) => {
      if (framed.hasPointerCapture(event.pointerId)) this.#onPointer(event);
    });
    this.#map.addEventListener("position", (event) => {
      const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
      if (this.#grid) choosePatch(y * this.#grid.columns + x);
    });
    this.append(
      chooser,
      this.#measured,
      h(
        "div",
        { className: "figures" },
        figure(framed, t("slide.picture")),
        figure(this.#patch, t("slide.patch"), this.#best),
        figure(this.#map, t("slide.map"), this.#legend),
        figure(this.#reads, this.#readsCaption),
      ),
      this.#steps,
      h("div", { className: "settings" }, this.#by.element, this.#at.element),
      this.#line,
      this.#cost,
      scroller(t("slide.countLabel"), this.#count),
    );
  }

  /** How good the network is, in a sentence. @param {string} sentence */
  showMeasured(sentence) {
    this.#measured.textContent = sentence;
  }

  /**
   * Where the patch is; needs no network.
   * @param {ImageData} picture
   * @param {Grid} grid
   * @param {{index: number, by: string}} about
   */
  showPlace(picture, grid, { index, by }) {
    const { texts, columns, rows, count } = { texts: this.#texts, ...grid };
    [this.#stepsBy, this.#grid] = [by, grid];
    this.#by.show(by);
    this.#steps.show(by === "row" ? Math.floor(index / columns) : index, by === "row" ? rows : count);
    this.#at.setMost(count - 1);
    this.#at.show(index, texts.t("slide.patchOf", { patch: index + 1, count }));
    const corner = cornerOf(grid, index);
    const middle = grid.patch >> 1;
    this.#picture.showPixels(picture);
    this.#picture.position = { x: corner.x + middle, y: corner.y + middle };
    const share = (/** @type {number} */ part, /** @type {number} */ whole) => `${(part / whole) * 100}%`;
    Object.assign(this.#frame.style, {
      left: share(corner.x, grid.width),
      top: share(corner.y, grid.height),
      width: share(grid.patch, grid.width),
      height: share(grid.patch, grid.height),
    });
    this.#patch.showPixels(cut(picture, grid, index));
    const times = reads(grid, index + 1);
    const { high } = this.#reads.showValues(times, { width: grid.width, height: grid.height, low: 0 });
    this.#readsCaption.textContent = texts.t("slide.reads", { most: high });
    const n = (/** @type {number} */ value) => texts.number(value);
    const along = (/** @type {number} */ side) => row("(", floor(frac(row(n(side), "−", n(grid.patch)), n(grid.stride))), "+", "1", ")");
    this.#count.replaceChildren(formula(along(grid.height), "·", along(grid.width), "=", n(rows), "·", n(columns), "=", n(count)));
  }

  /**
   * What was answered so far.
   * @param {Sliding} sliding
   * @param {{index: number, classes: ClassOf[], macs: number}} about `macs` of one patch
   */
  show(sliding, { index, classes, macs }) {
    const { texts, grid } = { texts: this.#texts, grid: sliding.grid };
    const ids = Uint8Array.from({ length: grid.count }, (_, at) => (at <= index ? argmax(sliding.at(at)) : NOTHING));
    this.#map.showClasses(ids, { width: grid.columns, height: grid.rows, colours: classes.map(({ colour }) => colour) });
    this.#map.position = { x: index % grid.columns, y: Math.floor(index / grid.columns) };
    this.#legend.replaceChildren(...classes.filter((_, id) => ids.includes(id)).map((each) => h("li", {}, swatch(each))));

    const probabilities = softmax(sliding.at(index));
    const best = probabilities.map((probability, id) => ({ probability, id })).sort((a, b) => b.probability - a.probability);
    this.#best.replaceChildren(...best.slice(0, BEST).map(({ probability, id }) => h("li", {}, swatch(classes[id]), ` ${texts.percent(probability)}`)));
    this.#line.textContent = texts.t("slide.line", {
      ...cornerOf(grid, index),
      patch: index + 1,
      count: grid.count,
      class: classes[best[0].id].label,
      probability: texts.percent(best[0].probability),
    });
    this.#cost.textContent = texts.t("slide.cost", { patches: index + 1, macs, total: (index + 1) * macs });
  }

  /** @param {number} step */
  #onStep(step) {
    if (!this.#grid) return;
    const { columns, count } = this.#grid;
    this.#choose(this.#stepsBy === "row" ? Math.min((step + 1) * columns, count) - 1 : step);
  }

  /** @param {PointerEvent} event */
  #onPointer({ clientX, clientY }) {
    if (!this.#grid) return;
    const { width, height } = this.#grid;
    const box = this.#picture.canvas.getBoundingClientRect();
    this.#choose(patchAt(this.#grid, { x: ((clientX - box.left) / box.width) * width, y: ((clientY - box.top) / box.height) * height }));
  }
}

customElements.define("sliding-window", SlidingWindow);
