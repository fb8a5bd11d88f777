import { cssColour, h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { areas } from "./answer.js";
import { instancesOf } from "./instances.js";
import { choice, radios, slider } from "../shell/controls.js";
import { figure, scroller } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { overlayPixels } from "./pictures.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */
/** @typedef {import("./pictures.js").Rgb} Rgb */

/** A class that covers less of the picture is not said to be there. */
const THERE = 0.01;
/** Of instances, told apart by people who do not tell red from green (Okabe and Ito 2008); they begin again after the last. @type {Rgb[]} */
const COLOURS = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
];
/** Rows of the table. */
const MOST_ROWS = 8;

/**
 * What a task's answer is: which classes are there, the class of each pixel, or each thing by itself; of the photo once, or beside itself.
 */
export class ThreeTasks extends HTMLElement {
  #texts;
  #copies;
  #gap;
  #of;
  #least;
  #there = h("ul", { className: "legend" });
  #numbers = { classification: h("p"), segmentation: h("p"), instances: h("p", { className: "readout", role: "status" }) };
  #mask;
  #instances;
  #rows = h("tbody");

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {Record<"chooseCopies" | "chooseGap" | "chooseClass" | "chooseLeast", (chosen: number) => void>} events
   */
  constructor(texts, { chooseCopies, chooseGap, chooseClass, chooseLeast }) {
    super();
    this.#texts = texts;
    const t = texts.t.bind(texts);
    this.#copies = radios(t("tasks.copies"), "copies", { 1: t("tasks.once"), 2: t("tasks.twice") }, (value) => chooseCopies(Number(value)));
    this.#gap = slider(t("tasks.gap"), { min: -0.6, max: 0.2, step: 0.02 }, chooseGap);
    this.#of = choice(t("tasks.of"), (value) => chooseClass(Number(value)));
    this.#least = slider(t("tasks.least"), { min: 0, max: 0.05, step: 0.001 }, chooseLeast);
    this.#mask = new MapView(t("tasks.maskAlt"));
    this.#instances = new MapView(t("tasks.instancesAlt"));
    const columns = ["instance", "pixels", "share", "box"].map((column) => h("th", { scope: "col" }, t(`tasks.columns.${column}`)));
    const table = h("table", {}, h("caption", { className: "visually-hidden" }, t("tasks.table")), h("thead", {}, h("tr", {}, ...columns)), this.#rows);
    this.append(
      h("div", { className: "settings" }, this.#copies.element, this.#gap.element),
      h("h3", {}, t("tasks.classification")),
      this.#numbers.classification,
      this.#there,
      h("h3", {}, t("tasks.segmentation")),
      this.#numbers.segmentation,
      h("h3", {}, t("tasks.instances")),
      h("p", {}, t("tasks.limit")),
      h("div", { className: "settings" }, this.#of.element, this.#least.element),
      this.#numbers.instances,
      h("div", { className: "figures" }, figure(this.#mask, t("tasks.mask")), figure(this.#instances, t("tasks.instancesCaption"))),
      scroller(t("tasks.table"), table),
    );
  }

  /** What is chosen, before there is an answer. @param {{copies: number, gap: number}} values */
  showChoices({ copies, gap }) {
    this.#copies.show(String(copies));
    this.#gap.element.hidden = copies !== 2;
    this.#gap.show(gap, this.#texts.percent(gap));
  }

  /**
   * @param {Answer} answer of the picture
   * @param {{pixels: ImageData, classes: ClassOf[], of: number, least: number}} about `least` is a share of the picture
   */
  show(answer, { pixels, classes, of, least }) {
    const texts = this.#texts;
    const { width, height, ids } = answer;
    const shares = areas(ids, classes.length);
    const there = classes.map((each, id) => ({ each, share: shares[id] })).filter(({ share }) => share >= THERE);
    this.#there.replaceChildren(...there.map(({ each, share }) => h("li", {}, swatch(each), ` ${texts.percent(share)}`)));
    this.#numbers.classification.textContent = texts.t("tasks.classificationLine", { count: classes.length, there: there.length, least: texts.percent(THERE) });
    this.#numbers.segmentation.textContent = texts.t("tasks.segmentationLine", { width, height, count: width * height });
    this.#mask.showPixels(overlayPixels(pixels, ids, classes.map(({ colour }) => colour)));

    this.#of.show(classes.map(({ label }, id) => [String(id), label]), String(of));
    this.#least.show(least, texts.percent(least));
    const { instances, labels } = instancesOf(ids, width, of, Math.ceil(least * ids.length));
    const colourOf = instances.map((_, index) => COLOURS[index % COLOURS.length]);
    this.#instances.showPixels(overlayPixels(pixels, labels, colourOf));
    const numbers = instances.length * width * height;
    this.#numbers.instances.textContent = texts.t("tasks.instancesLine", { count: instances.length, class: classes[of].label, numbers });
    this.#rows.replaceChildren(...instances.slice(0, MOST_ROWS).map((instance, index) => this.#row(instance, index, ids.length)));
  }

  /** @param {import("./instances.js").Instance} instance @param {number} index @param {number} all pixels */
  #row({ pixels, left, top, right, bottom }, index, all) {
    const square = h("span", { className: "swatch", "aria-hidden": "true" });
    square.style.background = cssColour(COLOURS[index % COLOURS.length]);
    const name = h("th", { scope: "row" }, h("span", { className: "named" }, square, String(index + 1)));
    const cells = [this.#texts.number(pixels), this.#texts.percent(pixels / all), this.#texts.t("tasks.box", { left, top, right, bottom })];
    return h("tr", {}, name, ...cells.map((cell) => h("td", {}, cell)));
  }
}

customElements.define("three-tasks", ThreeTasks);
