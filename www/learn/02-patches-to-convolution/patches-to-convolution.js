/** Lesson 2: a classifier of patches, slid over a picture, and the same weights in one pass. */
import { readable } from "../../format.js";
import { openLesson } from "../shell/lesson.js";
import { newest } from "../shell/newest.js";
import { DenseLayer } from "./dense-layer.js";
import { LayerTable } from "./layer-table.js";
import { OnePass, costs, scientific } from "./one-pass.js";
import { PatchNetwork } from "./patch-network.js";
import { gridOf, pictureOf } from "./picture.js";
import { SlidingWindow, STEPS } from "./sliding-window.js";
import { Sliding, compare } from "./sliding.js";

/** @typedef {import("../shell/photo.js").Photo} Photo */

/** What the picture is cut into is known before the network is there; its file is tested against these. */
const PATCHES = { patch: 33, stride: 4 };
/** Scores that differ by less differ by rounding; above the second value an answer may be another one. */
const DIFFERENCES = [1e-3, 1e-1];

const lesson = await openLesson(2, {
  photo: "astronaut",
  /** Index of the patch. */
  patch: 0,
  /** How far a step goes. */
  by: "patch",
  /** Whether both ways were run. */
  both: /** @type {boolean} */ (false),
  /** The class and the channel at the dense layer: for the first patch of the first photo one that counts. */
  of: 3,
  channel: 32,
});
const { state, texts, lab } = lesson;

/** @type {{photo: Photo, picture: ImageData, grid: import("./picture.js").Grid} | null} */
let looked = null;
/** What the network has to do with the picture. @type {Awaited<ReturnType<typeof study>> | null} */
let studied = null;
/** @type {Promise<PatchNetwork> | undefined} */
let loading;

const chooser = lesson.photoChooser(async (photo) => {
  const picture = pictureOf(photo, PATCHES);
  looked = { photo, picture, grid: gridOf(picture, PATCHES) };
  showPlace();
  await run();
});
const slide = new SlidingWindow(texts, chooser, { choosePatch: (patch) => state.set({ patch }), chooseStep });
const layers = new LayerTable(texts);
const once = new OnePass(texts, () => (values().both ? void lesson.work(again) : state.set({ both: true })));
const dense = new DenseLayer(texts, { chooseClass: (of) => state.set({ of }), chooseChannel: (channel) => state.set({ channel }) });
lesson.section("slide", slide);
lesson.section("once", once);
lesson.section("layers", layers);
lesson.section("dense", dense);

/** Of the address, where it says something that there is. */
function values() {
  const { patch, by, of, channel, ...others } = state.values;
  const limit = (/** @type {number} */ index, /** @type {number} */ count) => Math.min(Math.max(Math.round(index), 0), count - 1);
  return {
    ...others,
    patch: limit(patch, looked?.grid.count ?? 1),
    by: STEPS.find((known) => known === by) ?? "patch",
    of: limit(of, studied?.classes.length ?? 1),
    channel: limit(channel, studied?.channels ?? 1),
  };
}

/** @param {NonNullable<typeof looked>} about */
async function study({ picture, grid }) {
  loading ??= PatchNetwork.load(lab);
  loading.catch(() => (loading = undefined));
  const network = await loading;
  const [patch, whole] = await Promise.all([network.describe([grid.patch, grid.patch]), network.describe([grid.height, grid.width])]);
  const words = texts.raw("classNames");
  return {
    picture,
    network,
    patch,
    whole,
    sliding: new Sliding(network, network.normalised(picture), grid),
    cost: costs(grid, patch.macs, whole.macs),
    classes: network.file.classes.map((each) => ({ ...each, label: String(words[each.name] ?? readable(each.name)) })),
    /** That the last layer reads. */
    channels: patch.nodes[network.dense].weights[0].shape[1],
    compared: /** @type {import("./sliding.js").Compared | null} */ (null),
  };
}

/** Rows are gone through from end to end. @param {string} by */
function chooseStep(by) {
  const { patch } = values();
  const columns = looked?.grid.columns ?? 1;
  state.set(by === "row" ? { by, patch: (Math.floor(patch / columns) + 1) * columns - 1 } : { by });
}

function showPlace() {
  if (!looked) return;
  const { patch, by } = values();
  slide.showPlace(looked.picture, looked.grid, { index: patch, by });
}

/** Computes what is wanted now and is not there yet, and shows it. */
const run = newest(async () => {
  if (!looked) return;
  if (studied?.picture !== looked.picture) {
    studied = await study(looked);
    showNetwork(studied);
    showBoth();
  }
  const now = studied;
  const { patch, both } = values();
  await now.sliding.upTo(patch);
  slide.show(now.sliding, { index: patch, classes: now.classes, macs: now.patch.macs });
  await lookInside(now, patch);
  if (both && !now.compared) {
    now.compared = await compare(now.sliding);
    showBoth();
  }
});

/** Runs both ways once more: times are never twice the same. */
async function again() {
  if (studied) studied.compared = null;
  await run();
}

/** @param {NonNullable<typeof studied>} about */
function showNetwork({ patch, whole, sliding, network }) {
  layers.show(patch, whole, sliding.grid.count);
  const { photos, patches, accuracy, mean_recall: recall } = network.file.val;
  const honest = { photos, patches, accuracy: texts.percent(accuracy), recall: texts.percent(recall), classes: network.file.classes.length };
  slide.showMeasured(texts.t("slide.measured", honest));
}

function showBoth() {
  if (!studied) return;
  const { grid } = studied.sliding;
  const compared = values().both ? studied.compared : null;
  once.showCosts(grid, studied.cost, compared);
  once.show(compared, grid, studied.classes);
}

/** What the last layer reads and makes of the patch. @type {import("./dense-layer.js").AtDense | null} */
let inside = null;
/** Of which picture that was. @type {ImageData | null} */
let insideOf = null;

/** @param {NonNullable<typeof studied>} about @param {number} patch */
async function lookInside({ network, sliding, picture, patch: description }, patch) {
  if (inside?.patch !== patch || insideOf !== picture) {
    const nodes = await sliding.inside(patch);
    const [before] = description.nodes[network.dense].inputs;
    const features = nodes[before];
    const name = network.file.graph.output;
    const { data: bias } = network.file.weights[`${name}.bias`];
    const weight = network.file.weights[`${name}.weight`];
    inside = { patch, features, convolved: nodes[network.dense].data, dense: await network.runDense(features.data), weight, bias };
    insideOf = picture;
  }
  showInside();
}

function showInside() {
  if (!studied || !inside) return;
  const { of, channel } = values();
  dense.show(inside, { classes: studied.classes, of, channel });
}

state.onChange((changed) => {
  const has = (/** @type {string[]} */ ...keys) => keys.some((key) => changed.has(key));
  if (has("patch", "by")) showPlace();
  if (has("both")) showBoth();
  if (has("of", "channel")) showInside();
  if (has("patch", "both")) void lesson.work(run);
});

/** What a question is about; it may be asked before the network is there. */
async function about() {
  await run();
  if (!studied) throw new Error(texts.t("noPhoto"));
  return studied;
}

lesson.question("patches", async () => {
  const { sliding } = await about();
  return { answer: sliding.grid.count, values: { ...sliding.grid } };
});

lesson.question("equal", async () => {
  const of = await about();
  of.compared ??= await compare(of.sliding);
  const { difference, largest } = of.compared;
  const above = DIFFERENCES.filter((limit) => difference >= limit).length;
  return { answer: above, values: { difference: scientific(texts, difference), largest: texts.number(largest, 3) } };
});

lesson.question(
  "ratio",
  async () => {
    const { cost } = await about();
    return { answer: Math.round(cost.ratio * 10) / 10, values: { slid: cost.slid, once: cost.once } };
  },
  0.2,
);

lesson.question("weights", async () => {
  const { patch, network } = await about();
  const { weights, parameters } = patch.nodes[network.dense];
  const [classes, channels, height, width] = weights[0].shape;
  const features = channels * height * width;
  const matrix = classes * features + classes;
  return { answer: parameters < matrix ? 0 : parameters === matrix ? 1 : 2, values: { classes, channels, height, width, features, parameters } };
});
