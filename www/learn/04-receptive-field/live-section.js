import { emit, h } from "../../dom.js";
import { slider } from "../shell/controls.js";
import { FieldProfile } from "./field-profile.js";
import { cellAt, centreOf, layersOf, macsTo } from "./field-lab.js";
import { boxOf, middleHalf } from "./measured-field.js";
import { newest } from "../shell/newest.js";
import { PhotoField } from "./photo-field.js";

/** @typedef {import("./receptive-field.js").Shared} Shared */
/** @typedef {import("./field-lab.js").FieldLab} FieldLab */
/** @typedef {import("./field-lab.js").Measured} Measured */
/** @typedef {import("./field-lab.js").Described} Described */
/** @typedef {import("../shell/photo.js").Photo} Photo */

/** Those that are measured fastest come first: from 1.4 to 7 seconds on one core of a desktop. */
export const NETWORKS = ["pspnet", "deeplabv3plus", "unet_without_skips", "fpn", "unet", "people", "fcn32s", "segformer_b0", "fcn8s", "enet", "deeplabv3", "segnet"];

/** @typedef {{which: import("./field-lab.js").Which, described: Described, node: import("../shell/lab-types.d.ts").NodeDescription, cell: {x: number, y: number}, key: string}} Looked */

/** One value of a live network on the photo: what it could see, and on request what it does see. Its section emits `measured`. */
export class LiveSection {
  #lesson;
  #fields;
  /** @type {Photo | null} */ #photo = null;
  /** By what was measured. @type {Map<string, Measured>} */ #measured = new Map();
  /** Of the last measurement. */
  #secondsPerMac = 0;
  #view;
  #profile = new FieldProfile();
  #network;
  #plain = h("input", { type: "checkbox", onchange: () => this.#lesson.state.set({ plain: this.#plain.checked, measured: false }) });
  #plainLabel;
  #depth;
  #theory = h("p", { className: "readout theory", role: "status" });
  #measure;
  #expectation = h("p", { className: "hint" });
  #result = h("p", { className: "readout measured", role: "status" });
  #profileFigure;
  /** @type {import("../shell/lab-types.d.ts").NodeDescription[]} */ #layers = [];
  section;

  /** @param {Shared} lesson @param {FieldLab} fields */
  constructor(lesson, fields) {
    this.#lesson = lesson;
    this.#fields = fields;
    const { state } = lesson;
    this.#view = new PhotoField(lesson.t("photoLabel"));
    this.#network = h("select", { onchange: () => state.set({ network: this.#network.value, depth: "", measured: false }) }, ...NETWORKS.map((id) => h("option", { value: id }, id)));
    this.#plainLabel = h("label", { hidden: true }, this.#plain, lesson.t("plain"));
    this.#measure = h("button", { type: "button", className: "primary", onclick: () => state.set({ measured: true }) }, lesson.t("measure"));
    const chooser = lesson.photoChooser((photo) => this.#takePhoto(photo));
    this.#depth = slider(lesson.t("depth"), { min: 0, max: 100, step: 1 }, (index) => this.#dive(index));
    this.#depth.element.classList.add("depth");
    const settings = h(
      "div",
      { className: "settings" },
      h("label", {}, lesson.texts.shell("model"), this.#network),
      this.#depth.element,
      this.#plainLabel,
    );
    this.#profileFigure = h("figure", { hidden: true }, this.#profile, h("figcaption", {}, lesson.t("profileCaption")));
    const photo = h("figure", {}, this.#view, h("figcaption", {}, lesson.t("photoCaption")));
    const readouts = h("div", { className: "readouts" }, this.#theory, this.#measure, this.#expectation, this.#result, this.#profileFigure);
    this.section = lesson.section("live", chooser, settings, h("div", { className: "beside" }, photo, readouts));

    this.#view.addEventListener("cell", (event) => {
      const { x, y } = /** @type {CustomEvent<{x: number, y: number}>} */ (event).detail;
      const [, , rows, columns] = (this.#layers[this.#depth.input.valueAsNumber] ?? { shape: [1, 1, 1, 1] }).shape;
      state.set({ at: [(x + 0.5) / columns, (y + 0.5) / rows], measured: false });
    });
    state.onChange((changed) => {
      if (["network", "plain", "depth", "at", "measured"].some((key) => changed.has(key))) void this.#update();
    });
    void this.#nameNetworks();
  }

  /** Every photo has its own fields. @param {(photo: Photo) => void} listener */
  onPhoto(listener) {
    this.section.addEventListener("photo-taken", (event) => listener(/** @type {CustomEvent<Photo>} */ (event).detail));
  }

  async #nameNetworks() {
    const entries = await this.#lesson.work(() => this.#lesson.lab.entries());
    for (const option of this.#network.options) option.textContent = entries?.find(({ id }) => id === option.value)?.name ?? option.value;
  }

  /** @param {Photo} photo */
  async #takePhoto(photo) {
    if (this.#photo) this.#lesson.state.set({ measured: false });
    this.#photo = photo;
    this.#measured.clear();
    // At once; the network's size of it, with the network.
    this.#view.showPhoto(photo.canvas, photo);
    emit(this.section, "photo-taken", photo);
    await this.#update();
  }

  /** @param {number} index of a layer */
  #dive(index) {
    const isOutput = index === this.#layers.length - 1;
    this.#lesson.state.set({ depth: isOutput ? "" : this.#layers[index].name, measured: false });
  }

  /** What the state says to look at, of this photo. @param {Photo} photo @returns {Promise<Looked>} */
  async #look(photo) {
    const { network: wanted, plain, depth, at } = this.#lesson.state.values;
    const network = NETWORKS.includes(wanted) ? wanted : NETWORKS[0];
    const which = { network, plain };
    const described = await this.#fields.describe(which, photo);
    const { nodes, output } = described.description;
    const node = nodes.find(({ name }) => name === depth) ?? nodes[output];
    const cell = cellAt(at, node);
    return { which, described, node, cell, key: [network, plain, node.name, cell.x, cell.y].join(" ") };
  }

  /** Theory follows the pointer, also while something else is measured. */
  #update = newest(() =>
    this.#lesson.work(async () => {
      const photo = this.#photo;
      if (!photo) return;
      const looked = await this.#look(photo);
      if (photo !== this.#photo) return;
      this.#showTheory(photo, looked);
      const isWanted = this.#lesson.state.values.measured;
      const measured = isWanted ? this.#measured.get(looked.key) : undefined;
      this.#showMeasured(looked, measured ?? null);
      if (isWanted && !measured) void this.#measureLooked();
    }),
  );

  #measureLooked = newest(() =>
    this.#lesson.work(async () => {
      const photo = this.#photo;
      if (!photo || !this.#lesson.state.values.measured) return;
      const looked = await this.#look(photo);
      this.#result.textContent = this.#lesson.t("measuring");
      const measured = this.#measured.get(looked.key) ?? (await this.#fields.measure(looked.which, photo, looked).catch((error) => this.#giveUp(error)));
      this.#secondsPerMac = measured.seconds / Math.max(measured.macs, 1);
      if (photo !== this.#photo) return;
      this.#measured.set(looked.key, measured);
      emit(this.section, "measured", { looked, measured });
      await this.#update();
    }),
  );

  /** So that it can be asked for again. @param {unknown} error @returns {never} */
  #giveUp(error) {
    this.#lesson.state.set({ measured: false });
    throw error;
  }

  /** @param {Photo} photo @param {Looked} looked */
  #showTheory(photo, { described: { model, size, description, isDilated }, node, cell }) {
    const { texts, state } = this.#lesson;
    const n = (/** @type {number} */ value) => texts.number(value, 5);
    this.#layers = layersOf(description);
    this.#network.value = model.id;
    this.#plain.checked = state.values.plain;
    this.#plainLabel.hidden = !isDilated;
    const [, channels, rows, columns] = node.shape;
    this.#depth.setMost(this.#layers.length - 1);
    const depthName = texts.t("depthName", { name: node.name, op: node.op, index: this.#layers.indexOf(node) + 1, count: this.#layers.length });
    this.#depth.show(this.#layers.indexOf(node), depthName);
    const [height, width] = size;
    this.#view.showPhoto(photo.canvas, { width, height });
    const box = boxOf(node.field, cell, size);
    this.#view.showField({ width: columns, height: rows }, cell, box, middleHalf(box, centreOf(cell, node, size), size));
    const values = {
      name: node.name, channels, columns, rows, width, height, x: cell.x, y: cell.y,
      across: n(box.x.to - box.x.from + 1), down: n(box.y.to - box.y.from + 1), jump: n(node.field[1].jump ?? NaN),
      left: n(box.x.from), right: n(box.x.to), top: n(box.y.from), bottom: n(box.y.to),
    };
    const sentence = texts.t(box.isWhole ? "theoryWhole" : "theory", values);
    this.#theory.textContent = sentence;
    this.#view.label = `${texts.t("photoLabel")} ${sentence}`;
  }

  /** @param {Looked} looked @param {Measured | null} measured */
  #showMeasured({ described: { size, description }, node, cell }, measured) {
    const { texts } = this.#lesson;
    this.#view.showHeat(measured?.weights ?? null);
    this.#profileFigure.hidden = !measured;
    this.#measure.disabled = Boolean(measured);
    const seconds = macsTo(description, node) * this.#secondsPerMac;
    this.#expectation.textContent = measured ? "" : seconds > 0 ? texts.t("estimate", { seconds: texts.number(seconds, 1) }) : texts.t("firstTime");
    if (!measured) {
      this.#result.textContent = "";
      return;
    }
    const { measures, className } = measured;
    const box = boxOf(node.field, cell, size);
    const middle = middleHalf(box, centreOf(cell, node, size), size);
    const values = {
      of: className === null ? texts.t("ofSum") : texts.t("ofClass", { class: className }),
      middle: texts.percent(measures.middle), even: texts.percent(measures.evenMiddle),
      inside: texts.percent(measures.inside), outside: texts.percent(1 - measures.inside),
      radius: texts.number(measures.radius, 3), seconds: texts.number(measured.seconds, 2),
    };
    this.#result.textContent = texts.t(box.isWhole ? "measuredWhole" : "measured", values);
    this.#profile.show(measures.profile, box.x, middle.x, texts.t("profileLabel", values));
  }
}
