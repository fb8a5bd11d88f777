import { h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { areas } from "./answer.js";
import { choice } from "../shell/controls.js";
import { figure } from "../shell/figure.js";
import { swatch } from "../shell/named-class.js";
import { overlayPixels } from "./pictures.js";

/** @typedef {import("./answer.js").Answer} Answer */
/** @typedef {import("../shell/named-class.js").ClassOf} ClassOf */

/** Networks that know everyday photos; those of the catalogue that know streets do not. */
export const NETWORKS = /** @type {const} */ (["people", "clothing"]);

/** The photo, and beside it the network's answer over it. Event: `position` of either. */
export class PhotoAnswer extends HTMLElement {
  #texts;
  #network;
  #photo;
  #mask;
  #size = h("span");
  #legend = h("ul", { className: "legend" });
  #credit = h("p", { className: "hint" });

  /** @param {import("../shell/text.js").Texts} texts @param {HTMLElement} chooser of the photo @param {(network: string) => void} choose */
  constructor(texts, chooser, choose) {
    super();
    this.#texts = texts;
    this.#network = choice(texts.shell("model"), choose);
    this.#photo = new MapView(texts.t("figure.photoAlt"), { canMove: true });
    this.#mask = new MapView(texts.t("figure.maskAlt"), { canMove: true });
    this.append(
      chooser,
      h("div", { className: "settings" }, this.#network.element),
      h(
        "div",
        { className: "figures" },
        figure(this.#photo, texts.t("figure.photo"), " ", this.#size),
        figure(this.#mask, texts.t("figure.mask"), this.#legend),
      ),
      this.#credit,
    );
  }

  /** At once, before there is an answer. @param {import("../shell/photo.js").Photo} photo @param {string} network */
  showPhoto(photo, network) {
    this.#photo.showPicture(photo.canvas);
    this.#network.show(NETWORKS.map((id) => [id, this.#texts.t(`networks.${id}`)]), network);
  }

  /**
   * @param {Answer} answer
   * @param {{classes: ClassOf[], pixels: ImageData, info: import("../shell/lab-types.d.ts").ModelInfo}} about
   */
  show(answer, { classes, pixels, info }) {
    const texts = this.#texts;
    const { width, height, ids } = answer;
    this.#photo.showPixels(pixels);
    this.#size.textContent = texts.t("figure.size", { width, height });
    this.#mask.showPixels(overlayPixels(pixels, ids, classes.map(({ colour }) => colour)));
    const shares = areas(ids, classes.length);
    this.#legend.replaceChildren(...classes.map((each, id) => h("li", {}, swatch(each), ` ${texts.percent(shares[id])}`)));
    this.#credit.textContent = texts.t("figure.trainedOn", { data: String(info.data) });
  }

  /** @param {{x: number, y: number}} position a pixel of the answer */
  place(position) {
    for (const view of [this.#photo, this.#mask]) view.position = position;
  }
}

customElements.define("photo-answer", PhotoAnswer);
