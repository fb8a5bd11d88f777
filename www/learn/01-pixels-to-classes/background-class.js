import { h } from "../../dom.js";
import { formula } from "../shell/formula.js";
import { MapView } from "../shell/map-view.js";
import { areas } from "./answer.js";
import { slider } from "../shell/controls.js";
import { figure } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { overlayPixels, valuePixels } from "./pictures.js";
import { argmaxMap } from "../shell/softmax.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/** Where the networks of this lesson have "none of the others". */
export const BACKGROUND = 0;
/** No class: no colour is drawn for it. */
const NOTHING = 255;

/**
 * The class of each pixel when the background may be left out of argmax, and pixels whose largest probability is below a threshold stay without one.
 * @param {Answer} answer
 * @param {{hasBackground: boolean, threshold: number}} how
 */
export function decided(answer, { hasBackground, threshold }) {
  const ids = hasBackground ? answer.ids.slice() : argmaxMap(answer.scores, answer.classes, BACKGROUND);
  if (threshold > 0) {
    const pixels = ids.length;
    for (let i = 0; i < pixels; i++) if (answer.probabilities[ids[i] * pixels + i] < threshold) ids[i] = NOTHING;
  }
  return ids;
}

/** Counted, not summed up from the classes' shares: all of them are exactly 1. @param {Uint8Array} ids @param {(id: number) => boolean} isCounted */
const shareOf = (ids, isCounted) => ids.filter(isCounted).length / ids.length;

/** The share of the pixels that become one of the c things. @param {Uint8Array} ids */
export const shareOfThings = (ids) => shareOf(ids, (id) => id !== BACKGROUND && id !== NOTHING);

/** c + 1: the map of what is none of the c things, and what becomes of the mask without it, or with a threshold. */
export class BackgroundClass extends HTMLElement {
  #texts;
  #has;
  #threshold;
  #count = h("div");
  #map;
  #mask;
  #legend = h("ul", { className: "legend" });
  #line = h("p", { className: "readout", role: "status" });

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {{chooseBackground: (has: boolean) => void, chooseThreshold: (threshold: number) => void}} events
   */
  constructor(texts, { chooseBackground, chooseThreshold }) {
    super();
    this.#texts = texts;
    this.#has = h("input", { type: "checkbox", onchange: () => chooseBackground(this.#has.checked) });
    this.#threshold = slider(texts.t("background.threshold"), { min: 0, max: 0.95, step: 0.05 }, chooseThreshold);
    this.#map = new MapView(texts.t("background.mapAlt"), { canMove: true });
    this.#mask = new MapView(texts.t("background.maskAlt"), { canMove: true });
    this.append(
      this.#count,
      h("div", { className: "settings" }, h("label", {}, this.#has, texts.t("background.takesPart")), this.#threshold.element),
      h("div", { className: "figures" }, figure(this.#map, texts.t("background.map")), figure(this.#mask, texts.t("background.mask"), this.#legend)),
      this.#line,
    );
  }

  /**
   * @param {Answer} answer
   * @param {{classes: ClassOf[], pixels: ImageData, hasBackground: boolean, threshold: number}} about
   */
  show(answer, { classes, pixels, hasBackground, threshold }) {
    const texts = this.#texts;
    const things = classes.length - 1;
    this.#count.replaceChildren(formula("c", "+", "1", "=", texts.number(things), "+", "1", "=", texts.number(classes.length)));
    this.#has.checked = hasBackground;
    this.#threshold.show(threshold, texts.percent(threshold));
    const { width, height } = answer;
    this.#map.showPixels(valuePixels(answer.plane(answer.probabilities, BACKGROUND), { width, height, low: 0, high: 1 }));

    const ids = decided(answer, { hasBackground, threshold });
    this.#mask.showPixels(overlayPixels(pixels, ids, classes.map(({ colour }) => colour)));
    const shares = areas(ids, classes.length);
    const seen = classes.map((each, id) => ({ each, share: shares[id] })).filter(({ share }) => share > 0);
    this.#legend.replaceChildren(...seen.map(({ each, share }) => h("li", {}, swatch(each), ` ${texts.percent(share)}`)));
    this.#line.textContent = texts.t("background.line", {
      things: texts.percent(shareOfThings(ids)),
      background: texts.percent(shares[BACKGROUND]),
      nothing: texts.percent(shareOf(ids, (id) => id === NOTHING)),
    });
  }

  /** @param {{x: number, y: number}} position a pixel of the answer */
  place(position) {
    for (const view of [this.#map, this.#mask]) view.position = position;
  }
}

customElements.define("background-class", BackgroundClass);
