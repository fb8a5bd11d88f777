import { cssColour, emit, h } from "../../dom.js";
import { readable } from "../../format.js";
import { MapView } from "../shell/map-view.js";
import { NETWORKS } from "./stations.js";

/** @typedef {import("../shell/lab.js").Lab} Lab */
/** @typedef {import("../shell/photo.js").Photo} Photo */
/** @typedef {"before" | "after"} Side */
/** A row of models/camvid.json. @typedef {{id: string, network: string, images: number, mean_iou: number}} Measured */

const SIDES = /** @type {const} */ (["before", "after"]);
/** How much of the class's colour lies over the photo. */
const OPACITY = 0.65;

/** The catalogue's networks of both sides on the photo. Event: `run`. */
export class TrainedRuns extends HTMLElement {
  #texts;
  #lab;
  #measured;
  #which = h("ul", { className: "points" });
  #button;
  #readout = h("p", { className: "readout", role: "status" });
  #masks = h("div", { className: "figures" });
  #legend = h("ul", { className: "legend" });

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {Lab} lab
   * @param {Promise<Measured[]>} measured on CamVid's test photos
   */
  constructor(texts, lab, measured) {
    super();
    this.#texts = texts;
    this.#lab = lab;
    this.#measured = measured;
    this.#button = h("button", { type: "button", className: "primary", onclick: () => emit(this, "run") }, texts.t("run.button"));
  }

  connectedCallback() {
    if (this.firstChild) return;
    this.append(this.#which, h("p", {}, this.#button), this.#readout, this.#masks, this.#legend);
  }

  /**
   * Says which networks there are, and runs them if that was asked for.
   * @param {Record<Side, {id: string, name: string}>} networks
   * @param {Photo | null} photo
   * @param {boolean} isWanted
   */
  async show(networks, photo, isWanted) {
    const texts = this.#texts;
    const models = SIDES.flatMap((side) => NETWORKS[networks[side].id]?.model ?? []);
    const ids = [...new Set(models)];
    const measured = await this.#measured;
    const rowOf = (/** @type {string} */ id) => /** @type {Measured} */ (measured.find((row) => row.id === id));
    const missing = SIDES.filter((side) => !NETWORKS[networks[side].id]?.model).map((side) => networks[side].name);
    const sentences = [
      ...ids.map((id) => texts.t("run.trained", { id, network: rowOf(id).network, images: rowOf(id).images, iou: texts.percent(rowOf(id).mean_iou) })),
      ...missing.map((name) => texts.t("run.missing", { name })),
    ];
    this.#which.replaceChildren(...sentences.map((sentence) => h("li", {}, sentence)));
    this.#button.hidden = ids.length === 0 || isWanted;
    this.#readout.textContent = "";
    this.#masks.replaceChildren();
    this.#legend.replaceChildren();
    if (!isWanted || !photo || ids.length === 0) return;

    const runs = [];
    for (const id of ids) {
      const model = await this.#lab.model(id);
      const answer = await model.run(photo);
      const view = new MapView(texts.t("run.mask", { name: model.info.name }));
      view.showPixels(await model.paint({ opacity: OPACITY }, photo.width, photo.height));
      const caption = texts.t("run.caption", { name: model.info.name, ms: Math.round(answer.ms), height: answer.height, width: answer.width, iou: texts.percent(rowOf(id).mean_iou) });
      this.#masks.append(h("figure", { className: "mask" }, view, h("figcaption", {}, caption)));
      runs.push({ name: model.info.name, classes: model.info.classes, ...answer });
    }
    this.#showReadout(runs);
  }

  /** @param {{name: string, ms: number, mask: Uint8Array, classes: import("../shell/lab-types.d.ts").ModelInfo["classes"]}[]} runs */
  #showReadout(runs) {
    const texts = this.#texts;
    const [first, second] = runs;
    if (second) {
      const same = first.mask.reduce((sum, id, i) => sum + (id === second.mask[i] ? 1 : 0), 0);
      this.#readout.textContent = texts.t("run.both", { before: first.name, after: second.name, beforeMs: Math.round(first.ms), afterMs: Math.round(second.ms), share: texts.percent(same / first.mask.length) });
    } else {
      this.#readout.textContent = texts.t("run.one", { name: first.name, ms: Math.round(first.ms) });
    }
    const present = new Set(runs.flatMap(({ mask }) => [...new Set(mask)]));
    const items = first.classes.flatMap(({ name, colour }, id) => {
      if (!present.has(id)) return [];
      const swatch = h("span", { className: "swatch" });
      swatch.style.background = cssColour(colour);
      return [h("li", {}, swatch, readable(name))];
    });
    this.#legend.replaceChildren(...items);
  }
}

customElements.define("trained-runs", TrainedRuns);
