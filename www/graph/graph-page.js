import { h } from "../dom.js";
import { codeOf } from "../errors.js";
import { Lab, OWN } from "../learn/shell/lab.js";
import { MapView } from "../learn/shell/map-view.js";
import { showPage } from "../learn/shell/page.js";
import { PhotoChooser } from "../learn/shell/photo.js";
import { LessonState } from "../learn/shell/state.js";
import { MODEL_FILES } from "../model-file.js";
import { showError } from "../page-state.js";
import { GraphView } from "./graph-view.js";
import { NodeDetail } from "./node-detail.js";

/** @typedef {import("../learn/shell/photo.js").Photo} Photo */

const root = document.documentElement;
/** Of a network without weights, which knows no photo. @type {[number, number]} */
const SIZE = [256, 256];

await showPage(async (texts) => {
  const lab = new Lab();
  const state = new LessonState({ model: "people", network: "", photo: "astronaut", node: "" });
  const view = new GraphView(texts.t("graphLabel"));
  const detail = new NodeDetail(texts);
  const status = h("p", { role: "status", className: "hint" });
  const field = new MapView(texts.t("photoLabel"));
  const figures = h("p", { className: "readout", role: "status" });
  /** @type {Photo | null} */ let photo = null;
  /** @type {import("../learn/shell/lab-types.d.ts").Description | null} */ let description = null;
  /** Which no address can hold: there it stands for the first of the catalogue. @type {import("../learn/shell/lab.js").LiveModel | null} */ let own = null;
  let turn = 0;

  const entries = (await lab.entries()).filter((entry) => entry.file);
  const models = h(
    "select",
    { id: "model", onchange: () => state.set({ model: models.value, network: "", node: "" }) },
    // While a network of the zoo is drawn.
    h("option", { value: "", hidden: true }, "–"),
    ...entries.map(({ id, name }) => h("option", { value: id }, name)),
  );
  const ownOption = h("option", { value: OWN, hidden: true });
  models.append(ownOption);
  const file = h("input", { type: "file", accept: MODEL_FILES, hidden: true, onchange: () => openFile() });
  const network = h("input", { id: "network", type: "text", placeholder: "unet_resnet18", spellcheck: false, onchange: () => state.set({ network: network.value.trim(), node: "" }) });

  /** The model that is drawn, if it is one with weights. */
  async function chosenModel() {
    const { model: id, network: name } = state.values;
    if (name) return null;
    return id === OWN && own ? own : lab.model(id === OWN ? entries[0].id : id);
  }

  async function openFile() {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (!chosen) return;
    const mine = ++turn;
    start();
    try {
      own = await lab.openFile(chosen);
    } catch (error) {
      if (mine === turn) tell(error);
      return;
    }
    ownOption.hidden = false;
    ownOption.textContent = chosen.name;
    if (mine !== turn) return;
    const { model, network: name } = state.values;
    state.set({ model: OWN, network: "", node: "" });
    // The second file is the same in the state.
    if (model === OWN && !name) void draw(true);
  }

  function start() {
    delete root.dataset.error;
    root.dataset.state = "working";
    status.textContent = texts.shell("working");
  }

  /** The chosen node; before it the network, if that or the photo is another one. @param {boolean} isOther */
  async function draw(isOther) {
    const mine = ++turn;
    start();
    if (isOther) description = null;
    try {
      if (!description && !(await drawNetwork(mine))) return;
      status.textContent = texts.shell("ready");
      await showNode(mine);
    } catch (error) {
      if (mine === turn) tell(error);
      return;
    }
    if (mine === turn) root.dataset.state = "done";
  }

  /** Whether it was drawn: not if another is wanted meanwhile. @param {number} mine */
  async function drawNetwork(mine) {
    const { network: name } = state.values;
    const model = await chosenModel();
    if (mine !== turn) return false;
    models.value = model?.id ?? "";
    network.value = name;
    const size = model && photo ? await model.sizeFor(photo) : SIZE;
    const described = model ? await model.describe(size) : await lab.describeGraph(await lab.zooGraph(name), size);
    if (mine !== turn) return false;
    description = described;
    view.show(described);
    figures.textContent = texts.t("figures", { nodes: described.nodes.length, parameters: described.parameters, macs: described.macs, height: size[0], width: size[1] });
    return true;
  }

  /** @param {number} mine */
  async function showNode(mine) {
    if (!description) return;
    const { node: name } = state.values;
    const found = description.nodes.findIndex((node) => node.name === name);
    const at = found < 0 ? 1 : found;
    const node = description.nodes[at];
    view.chosen = at;
    view.reveal(at);
    detail.show(node, description);
    if (photo) showField(photo, node);
    const model = await chosenModel();
    if (model && photo && mine === turn) await detail.showValues(node, model, photo);
  }

  /** The theoretical field of the value in the middle of the node's map. @param {Photo} on @param {import("../learn/shell/lab-types.d.ts").NodeDescription} node */
  function showField(on, node) {
    if (!description) return;
    field.showPicture(on.canvas);
    const context = /** @type {CanvasRenderingContext2D} */ (field.canvas.getContext("2d"));
    const [height, width] = description.size;
    const [, , rows, columns] = node.shape;
    const extent = (/** @type {0 | 1} */ axis, /** @type {number} */ at, /** @type {number} */ scale, /** @type {number} */ whole) => {
      const { size, jump, first } = node.field[axis];
      return size === null || jump === null || first === null ? [0, whole] : [(at * jump + first) * scale, size * scale];
    };
    const [top, tall] = extent(0, rows >> 1, on.height / height, on.height);
    const [left, wide] = extent(1, columns >> 1, on.width / width, on.width);
    for (const [colour, line] of /** @type {[string, number][]} */ ([["#000", 5], ["#ffea46", 2.5]])) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(left, top, wide, tall);
    }
  }

  /** @param {unknown} error */
  function tell(error) {
    status.textContent = texts.sentenceOf(error);
    showError(codeOf(error), false);
  }

  const chooser = new PhotoChooser(texts, state);
  chooser.addEventListener("reading", start);
  chooser.addEventListener("photo", (event) => {
    photo = /** @type {CustomEvent<Photo>} */ (event).detail;
    void draw(true);
  });
  chooser.addEventListener("failed", (event) => tell(/** @type {CustomEvent} */ (event).detail));
  view.addEventListener("node", (event) => {
    if (!description) return;
    state.set({ node: description.nodes[/** @type {CustomEvent<number>} */ (event).detail].name });
  });
  state.onChange((changed) => {
    // A photo calls for everything when it is there.
    if (photo && !changed.has("photo")) void draw(changed.has("model") || changed.has("network"));
  });

  const zoom = (/** @type {string} */ key, /** @type {number} */ factor) =>
    h("button", { type: "button", className: "plain", onclick: () => (view.zoom *= factor) }, texts.t(key));
  const settings = h(
    "div",
    { className: "settings" },
    h("label", { for: "model" }, texts.shell("model"), models),
    h("label", { for: "network" }, texts.t("zooNetwork"), network),
    h("span", {}, file, h("button", { type: "button", className: "plain", onclick: () => file.click() }, texts.t("ownNetwork"))),
    h("span", {}, zoom("larger", 1.25), " ", zoom("smaller", 1 / 1.25)),
  );
  const drawn = h("section", { className: "drawn" }, settings, figures, status, view);
  const looked = h("section", { className: "looked" }, chooser, h("figure", {}, field, h("figcaption", {}, texts.t("fieldCaption"))), detail);
  return [h("div", { className: "split" }, drawn, looked)];
}, "../learn/");
