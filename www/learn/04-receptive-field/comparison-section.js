import { h } from "../../dom.js";
import { ComparisonTable } from "./comparison-table.js";
import { cellAt } from "./field-lab.js";
import { NETWORKS } from "./live-section.js";

/** @typedef {import("./receptive-field.js").Shared} Shared */
/** @typedef {import("./live-section.js").Looked} Looked */
/** @typedef {import("./field-lab.js").Measured} Measured */
/** @typedef {import("../shell/photo.js").Photo} Photo */

/** Several networks' measured fields at the same place of the photo, side by side in numbers. */
export class ComparisonSection {
  #lesson;
  #fields;
  #table;
  /** @type {Map<string, HTMLInputElement>} */ #ticks = new Map();
  /** @type {Photo | null} */ #photo = null;
  #progress = h("p", { className: "hint progress", role: "status" });
  #button;

  /**
   * @param {Shared} lesson
   * @param {import("./field-lab.js").FieldLab} fields
   * @param {import("./live-section.js").LiveSection} live
   */
  constructor(lesson, fields, live) {
    this.#lesson = lesson;
    this.#fields = fields;
    this.#table = new ComparisonTable(lesson.texts);
    const names = NETWORKS.map((id) => {
      const tick = h("input", { type: "checkbox", value: id, onchange: () => this.#tell() });
      this.#ticks.set(id, tick);
      return h("label", {}, tick, h("span", {}, id));
    });
    this.#button = h("button", { type: "button", className: "plain", onclick: () => this.#measureTicked() }, lesson.t("measureTicked"));
    const choice = h("fieldset", {}, h("legend", {}, lesson.t("ticked")), h("div", { className: "settings" }, ...names));
    lesson.section("comparison", choice, this.#button, this.#progress, this.#table);
    lesson.state.onChange((changed) => changed.has("compare") && this.#tick());
    live.onPhoto((photo) => {
      this.#photo = photo;
      this.#table.clear();
    });
    live.section.addEventListener("measured", (event) => {
      const { looked, measured } = /** @type {CustomEvent<{looked: Looked, measured: Measured}>} */ (event).detail;
      this.#add(looked, measured);
    });
    void this.#nameNetworks();
  }

  async #nameNetworks() {
    const entries = await this.#lesson.work(() => this.#lesson.lab.entries());
    for (const [id, tick] of this.#ticks) {
      const name = entries?.find((entry) => entry.id === id)?.name;
      if (name && tick.nextElementSibling) tick.nextElementSibling.textContent = name;
    }
  }

  #tick() {
    const ticked = this.#lesson.state.values.compare.split(",");
    for (const [id, tick] of this.#ticks) tick.checked = ticked.includes(id);
    this.#button.disabled = !this.#ticked.length;
  }

  #tell() {
    this.#lesson.state.set({ compare: this.#ticked.join(",") });
  }

  get #ticked() {
    return [...this.#ticks].filter(([, { checked }]) => checked).map(([id]) => id);
  }

  async #measureTicked() {
    const photo = this.#photo;
    if (!photo) return;
    const ids = this.#ticked;
    const { at } = this.#lesson.state.values;
    this.#button.disabled = true;
    await this.#lesson.work(async () => {
      for (const [index, network] of ids.entries()) {
        if (photo !== this.#photo) break;
        this.#progress.textContent = this.#lesson.t("comparison.measuring", { index: index + 1, count: ids.length });
        const which = { network, plain: false };
        const described = await this.#fields.describe(which, photo);
        const node = described.description.nodes[described.description.output];
        const cell = cellAt(at, node);
        const measured = await this.#fields.measure(which, photo, { node, cell });
        if (photo === this.#photo) this.#add({ which, described, node, cell }, measured);
      }
    });
    this.#progress.textContent = "";
    this.#button.disabled = false;
  }

  /** @param {Omit<Looked, "key">} looked @param {Measured} measured */
  #add({ which: { network, plain }, described: { model, size }, node, cell }, { measures, seconds }) {
    const { texts } = this.#lesson;
    const [{ size: down }, { size: across }] = node.field;
    const n = (/** @type {number} */ value, digits = 4) => texts.number(value, digits);
    const whole = texts.t("comparison.whole", { width: size[1], height: size[0] });
    this.#table.add([network, plain, node.name, cell.x, cell.y].join(" "), {
      network: plain ? texts.t("comparison.plain", { name: model.info.name }) : model.info.name,
      layer: texts.t("comparison.place", { name: node.name, x: cell.x, y: cell.y }),
      theory: across === null || down === null ? whole : `${n(across)} × ${n(down)}`,
      middle: texts.t("comparison.shares", { middle: texts.percent(measures.middle), even: texts.percent(measures.evenMiddle) }),
      radius: n(measures.radius, 3),
      seconds: n(seconds, 2),
    });
  }
}
