import { h } from "../../dom.js";
import { download } from "../../download.js";
import { readable } from "../../format.js";
import { scroller } from "../shell/figure.js";

/** In the order in which they gain skips, FCN first. */
export const NETWORKS = /** @type {const} */ (["fcn32s", "fcn16s", "fcn8s", "unet_without_skips", "unet", "segnet"]);

/** What `cargo xtask eval` measured. @typedef {{split: string, images: number, mean_iou: number, iou: Record<string, number>}} Metrics */

/** @returns {Promise<Metrics[]>} by network */
export const readMetrics = () =>
  Promise.all(
    NETWORKS.map(async (id) => JSON.parse(new TextDecoder().decode(await download(new URL(`../../../models/${id}.metrics.json`, import.meta.url).href)))),
  );

/** The networks' scores on photos with known masks, which none of them saw in training. */
export class TrainedTable extends HTMLElement {
  #texts;

  /** @param {import("../shell/text.js").Texts} texts */
  constructor(texts) {
    super();
    this.#texts = texts;
  }

  /** @param {Metrics[]} metrics @param {string[]} names of the networks */
  show(metrics, names) {
    const texts = this.#texts;
    const row = (/** @type {string} */ name, /** @type {number[]} */ values) => {
      const most = Math.max(...values);
      const cells = values.map((value) => h("td", {}, value === most ? h("strong", {}, texts.percent(value)) : texts.percent(value)));
      return h("tr", {}, h("th", { scope: "row" }, name), ...cells);
    };
    const rows = Object.keys(metrics[0].iou).map((name) => row(readable(name), metrics.map(({ iou }) => iou[name])));
    const mean = row(texts.t("trained.mean"), metrics.map(({ mean_iou }) => mean_iou));
    const head = h("tr", {}, h("th", { scope: "col" }, texts.t("trained.class")), ...names.map((name) => h("th", { scope: "col" }, name)));
    const caption = h("caption", {}, texts.t("trained.caption", { images: metrics[0].images }));
    this.replaceChildren(scroller(texts.t("trained.table"), h("table", {}, caption, h("thead", {}, head), h("tbody", {}, ...rows, mean))));
  }
}

customElements.define("trained-table", TrainedTable);
