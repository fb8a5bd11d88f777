import { emit, h } from "../../dom.js";
import { scroller } from "../shell/figure.js";
import { LEARNT, layerOf } from "./methods.js";
import { METHODS, RANGES, SIDE } from "./state.js";

/** @typedef {import("./state.js").Settings} Settings */

/** Which methods learn anything, and how much for a layer of so many channels. Event: `change-of` (Partial<State>). */
export class ParameterTable extends HTMLElement {
  #texts;
  #lab;
  #body = h("tbody");
  #head = h("th", { scope: "col" });
  #channels;

  /**
   * @param {import("../shell/text.js").Texts} texts
   * @param {import("../shell/lab.js").Lab} lab
   */
  constructor(texts, lab) {
    super();
    this.#texts = texts;
    this.#lab = lab;
    const [min, max] = RANGES.channels;
    this.#channels = h("input", {
      type: "number",
      min: String(min),
      max: String(max),
      step: "1",
      oninput: () => {
        if (this.#channels.checkValidity() && this.#channels.value) emit(this, "change-of", { channels: Number(this.#channels.value) });
      },
    });
  }

  connectedCallback() {
    if (this.firstChild) return;
    const column = (/** @type {string} */ key) => h("th", { scope: "col" }, this.#texts.t(`table.${key}`));
    const head = h("tr", {}, column("method"), column("learnable"), column("here"), this.#head, column("needs"));
    const table = h("table", {}, h("thead", {}, head), this.#body);
    const scroll = scroller(this.#texts.t("table.label"), table);
    this.append(h("div", { className: "settings" }, h("label", {}, this.#texts.t("table.channels"), this.#channels)), scroll);
  }

  /** @param {Settings} settings */
  async show(settings) {
    const { channels } = settings;
    if (document.activeElement !== this.#channels) this.#channels.value = String(channels);
    const rows = await Promise.all(
      METHODS.map(async (method) => {
        const [here, there] = [await this.#count(method, settings, 1), await this.#count(method, settings, channels)];
        const cells = [this.#texts.t(method in LEARNT ? "table.yes" : "table.no"), this.#texts.number(here), this.#texts.number(there), this.#texts.t(`table.of.${method}`)];
        return h("tr", { className: method }, h("th", { scope: "row" }, this.#texts.t(`methods.${method}.title`)), ...cells.map((text) => h("td", {}, text)));
      }),
    );
    this.#head.textContent = this.#texts.t("table.layer", { channels });
    this.#body.replaceChildren(...rows);
  }

  /** @param {import("./state.js").Method} method @param {Settings} settings @param {number} channels */
  async #count(method, { kernel, stride }, channels) {
    if (!(method in LEARNT)) return 0;
    const { nodes } = await this.#lab.describeGraph(layerOf(method, { kernel, stride }, channels), [SIDE, SIDE]);
    return nodes.find(({ name }) => name === LEARNT[method])?.parameters ?? 0;
  }
}

customElements.define("parameter-table", ParameterTable);
