import { h } from "../../dom.js";
import { MapView } from "../shell/map-view.js";
import { slider } from "../shell/controls.js";
import { differences, packed, showDifferences } from "./changes.js";
import { argmaxMap } from "../shell/softmax.js";
import { coarseSize } from "../shell/coarse.js";
import { coarseProbabilities, smallPhoto } from "./coarse.js";
import { newest } from "../shell/newest.js";

/** @typedef {import("./wider-without-smaller.js").Shared} Shared */
/** @typedef {import("../shell/photo.js").Photo} Photo */

/** Its classes make sense on one of the sample photos, and on visitors. */
const NETWORK = "people";
/** Longer sides of the CRF's map. */
const SIDES = [48, 64, 96];
const MOST_ITERATIONS = 10;
/** Of class colours over a photo. */
const TINT = 0.55;

/** Two ways to make a mask follow the picture's edges: a fully connected CRF on a small map, and a joint bilateral filter at the photo's size. */
export class RefinementSection {
  #lesson;
  #inTurn;
  /** @type {Photo | null} */ #photo = null;
  /** The network's scores, and the photo that they are of. @type {{photo: Photo, scores: import("../shell/lab-types.d.ts").Tensor} | null} */ #scored = null;
  #views;
  #crf = h("input", { type: "checkbox", onchange: () => this.#lesson.state.set({ crf: this.#crf.checked }) });
  #iterations;
  #side;
  #fine = h("input", { type: "checkbox", onchange: () => this.#lesson.state.set({ fine: this.#fine.checked }) });
  #crfChanged = h("p", { className: "readout crf", role: "status" });
  #fineChanged = h("p", { className: "readout fine", role: "status" });

  /** @param {Shared} lesson @param {ReturnType<typeof import("./turns.js").makeTurns>} inTurn */
  constructor(lesson, inTurn) {
    this.#lesson = lesson;
    this.#inTurn = inTurn;
    const { texts, state } = lesson;
    this.#side = h("select", { onchange: () => state.set({ side: Number(this.#side.value) }) }, ...SIDES.map((side) => h("option", { value: side }, texts.t("sideOption", { side }))));
    this.#iterations = slider(texts.t("iterations"), { min: 0, max: MOST_ITERATIONS, step: 1 }, (iterations) => {
      this.#iterations.show(iterations, String(iterations));
      state.set({ iterations });
    });
    const keys = /** @type {const} */ (["before", "after", "changes", "coarse", "fine", "fineChanges"]);
    this.#views = /** @type {Record<typeof keys[number], MapView>} */ (Object.fromEntries(keys.map((key) => [key, new MapView(texts.t(`refinementFigures.${key}`))])));
    const figures = (/** @type {(typeof keys[number])[]} */ ...some) =>
      h("div", { className: "figures" }, ...some.map((key) => h("figure", {}, this.#views[key], h("figcaption", {}, texts.t(`refinementFigures.${key}`)))));
    const crfSettings = h(
      "div",
      { className: "settings" },
      h("label", {}, this.#crf, texts.t("crfOn")),
      this.#iterations.element,
      h("label", {}, texts.t("crfSide"), this.#side),
    );
    const fineSettings = h("div", { className: "settings" }, h("label", {}, this.#fine, texts.t("fineOn")));
    lesson.section(
      "refinement",
      h("h3", {}, texts.t("crfTitle")),
      h("p", {}, texts.t("crfText")),
      crfSettings,
      figures("before", "after", "changes"),
      this.#crfChanged,
      h("h3", {}, texts.t("fineTitle")),
      h("p", {}, texts.t("fineText")),
      fineSettings,
      figures("coarse", "fine", "fineChanges"),
      this.#fineChanged,
    );
    state.onChange((changed) => {
      if (["crf", "iterations", "side"].some((key) => changed.has(key))) void this.#refine();
      if (changed.has("fine")) void this.#paint();
    });
  }

  /** @param {Photo} photo */
  async take(photo) {
    this.#photo = photo;
    await Promise.all([this.#refine(), this.#paint()]);
  }

  #refine = newest(() =>
    this.#lesson.work(async () => {
      const { lab, state, texts } = this.#lesson;
      const photo = this.#photo;
      if (!photo) return;
      const { crf, iterations: wanted, side } = state.values;
      const iterations = Math.min(Math.max(Math.trunc(wanted), 0), MOST_ITERATIONS);
      this.#crf.checked = crf;
      this.#iterations.show(iterations, String(iterations));
      const size = coarseSize(photo, SIDES.includes(side) ? side : SIDES[1]);
      this.#side.value = String(Math.max(size.width, size.height));
      if (this.#scored?.photo !== photo) this.#scored = { photo, scores: await this.#score(photo) };
      const { scores } = this.#scored;
      const probabilities = coarseProbabilities(scores, size);
      const classes = scores.shape[1];
      const cells = size.width * size.height;
      const small = smallPhoto(photo.canvas, size);
      const before = argmaxMap(probabilities, classes);
      await this.#show("before", small.canvas, before);
      const began = performance.now();
      if (crf) this.#crfChanged.textContent = texts.t("crfWorking");
      const refined = crf ? await lab.refineByCrf(probabilities, [classes, size.height, size.width], small.rgb, iterations) : probabilities;
      const seconds = (performance.now() - began) / 1000;
      if (photo !== this.#photo) return;
      const after = argmaxMap(refined, classes);
      await this.#show("after", small.canvas, after);
      const { differs, share } = differences(before, after);
      showDifferences(this.#views.changes, differs, size);
      const values = { ...size, iterations, pairs: cells * cells, share: texts.percent(share), seconds: texts.number(seconds, 2) };
      this.#crfChanged.textContent = texts.t(crf ? "crfDone" : "crfOff", values);
    }),
  );

  #paint = newest(() =>
    this.#lesson.work(async () => {
      const { lab, state, texts } = this.#lesson;
      const photo = this.#photo;
      if (!photo) return;
      const { fine } = state.values;
      this.#fine.checked = fine;
      const model = await lab.model(NETWORK);
      const [plain, refined] = await this.#inTurn(async () => {
        await model.setEdits([]);
        await model.run(photo);
        const view = { background: /** @type {const} */ ("none"), opacity: 1 };
        const [width, height] = [photo.width, photo.height];
        return [await model.paint(view, width, height), await model.paint({ ...view, fineEdges: fine }, width, height)];
      });
      for (const [key, pixels] of /** @type {const} */ ([["coarse", plain], ["fine", refined]])) await this.#overlay(key, photo, pixels);
      const { differs, share } = differences(packed(plain), packed(refined));
      showDifferences(this.#views.fineChanges, differs, photo);
      this.#fineChanged.textContent = texts.t(fine ? "fineDone" : "fineOff", { share: texts.percent(share), width: photo.width, height: photo.height });
    }),
  );

  /** @param {Photo} photo */
  async #score(photo) {
    const model = await this.#lesson.lab.model(NETWORK);
    return this.#inTurn(async () => {
      await model.setEdits([]);
      const { nodes, output } = await model.describe(await model.sizeFor(photo));
      await model.setTaps([nodes[output].name]);
      await model.run(photo);
      return model.value(nodes[output].name);
    });
  }

  /** @param {"before" | "after"} key @param {HTMLCanvasElement} photo @param {Uint8Array} ids */
  async #show(key, photo, ids) {
    const { info } = await this.#lesson.lab.model(NETWORK);
    const pixels = new ImageData(photo.width, photo.height);
    ids.forEach((id, index) => {
      if (id > 0) pixels.data.set([...info.classes[id].colour, 255], 4 * index);
    });
    await this.#overlay(key, { canvas: photo }, pixels);
  }

  /** Classes over their photo. @param {"before" | "after" | "coarse" | "fine"} key @param {{canvas: HTMLCanvasElement}} photo @param {ImageData} pixels */
  async #overlay(key, { canvas: photo }, pixels) {
    const bitmap = await createImageBitmap(pixels);
    const canvas = h("canvas", { width: pixels.width, height: pixels.height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(photo, 0, 0, pixels.width, pixels.height);
    context.globalAlpha = TINT;
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    this.#views[key].showPicture(canvas);
  }
}
