// Lesson 11, the history: its graphs' figures against PyTorch's counts, its marks against lists of nodes, links, keyboard, questions, both languages.
import assert from "node:assert/strict";
import { changesOf, matchNodes } from "../../www/learn/11-history/graph-diff.js";
import { figuresOf } from "../../www/learn/11-history/figures.js";
import { CLASSES, NETWORKS, STATIONS } from "../../www/learn/11-history/stations.js";
import { address, lessonDriver, readJson, reveal, tabTo } from "./lesson-driver.js";
import { catalogue, waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../www/learn/shell/lab-types.d.ts").NodeDescription} Node */

const { texts, test, lessonTest, openLesson, goTo, looksRight, presentsAndEmbeds } = lessonDriver(11);

/** What PyTorch counts for 21 classes and a picture of 128 x 160. @type {{classes: number, height: number, width: number, networks: Record<string, {parameters: number, macs: number}>, lessons: Record<string, {parameters: number, macs: number}>}} */
const golden = await readJson("tests/golden/counts.json");

/** A figure's two values, before and after. @param {Page} page @param {string} key @returns {Promise<number[]>} */
const dataOf = (page, key) => page.locator(`figures-table .${key} data`).evaluateAll((elements) => elements.map((element) => Number(/** @type {HTMLDataElement} */ (element).value)));

/** Names on one side that are marked. @param {Page} page @param {"before" | "after"} side */
const markedOf = (page, side) => page.locator(`.${side} graph-view .changed .name`).allTextContents();

/** The title of the row that is chosen on a side. @param {Page} page @param {"before" | "after"} side */
const chosenOf = (page, side) => page.locator(`.${side} graph-view [aria-pressed="true"]`).getAttribute("title");

/**
 * A node for tests of what needs no network.
 * @param {string} name
 * @param {string} op
 * @param {number[]} inputs
 * @param {Partial<Node>} [more]
 * @returns {Node}
 */
function node(name, op, inputs, more = {}) {
  const window = { size: 1, jump: 1, first: 0 };
  return { name, op, inputs, options: {}, shape: [1, 4, 8, 8], weights: [], parameters: 0, macs: 0, field: [window, window], ...more };
}

/** @param {string} name @param {number[]} inputs @param {number} [dilation] */
const conv = (name, inputs, dilation = 1) => node(name, "conv2d", inputs, { options: { kernel: [3, 3], dilation: [dilation, dilation] }, weights: [{ name: `${name}.weight`, shape: [4, 4, 3, 3] }] });

test("a layer stays beside one that stays, or under its name; activations go with their layer", () => {
  const before = [node("x", "input", []), conv("a", [0]), node("relu", "activation", [1]), conv("b", [2]), node("relu_1", "activation", [3]), conv("c", [4])];
  const dilated = [node("x", "input", []), conv("a", [0]), node("relu", "activation", [1]), conv("b", [2], 2), node("relu_1", "activation", [3]), conv("c", [4])];
  const match = matchNodes(before, dilated);
  assert.deepEqual([...match].sort(), [[0, 0], [1, 1], [2, 2], [5, 5]]);
  const changes = changesOf(before, dilated, match);
  assert.deepEqual([[...changes.gone], [...changes.added]], [["b", "relu_1"], ["b", "relu_1"]]);
  // A layer that is alike by chance: what feeds it and what it feeds are others, and so is its name.
  const alien = [node("x", "input", []), conv("p", [0], 7), conv("q", [1]), conv("r", [2], 7)];
  assert.deepEqual([...matchNodes(before.slice(0, 1).concat(conv("o", [0], 9), conv("q2", [1]), conv("s", [2], 9)), alien)], [[0, 0]]);
});

test("joins of different resolutions: a skip counts, a residual and a size do not", () => {
  const small = /** @type {Partial<Node>} */ ({ shape: [1, 4, 4, 4] });
  const nodes = [
    node("x", "input", []),
    node("pool", "max_pool2d", [0], small),
    node("residual", "add", [1, 1], small),
    // Reads only the size of its second input.
    node("resize", "resize", [2, 0]),
    node("skip", "concat", [3, 0]),
    node("again", "add", [4, 3]),
  ];
  const { joins, smallest } = figuresOf({ size: [8, 8], nodes, output: 5, parameters: 0, macs: 0 });
  assert.equal(joins, 1);
  assert.deepEqual(smallest, [4, 4]);
});

test("each station has a text, in order", async () => {
  assert.deepEqual(Object.keys((await texts("en")).stations), STATIONS.map(({ id }) => id));
});

test("stations follow their papers, their networks are the zoo's, and their models are the catalogue's", async () => {
  /** @type {import("../../www/timeline/field-timeline.js").Entry[]} */
  const entries = (await readJson("www/timeline/timeline.json")).entries;
  const order = STATIONS.map(({ paper }) => entries.findIndex(({ network }) => network === paper));
  assert.ok(!order.includes(-1));
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  const models = await catalogue();
  const en = await texts("en");
  for (const [id, { name, model }] of Object.entries(NETWORKS)) {
    assert.ok(id in golden.networks || id in en.networks, id);
    assert.ok(name ?? en.networks[id], id);
    // The catalogue's is a smaller one of the same family.
    if (model) assert.equal(/** @type {any} */ (models.find((entry) => entry.id === model)).architecture.name.replace(/_resnet.*/, ""), id.replace(/_(resnet|vgg16_bn$|vgg16$).*/, id.startsWith("fcn") ? "_vgg16" : ""));
  }
  for (const { id, before, after } of STATIONS) for (const network of [before, after]) assert.ok(network in NETWORKS, id);
  assert.equal(CLASSES, golden.classes);
});

/** Of graphs that are the lesson's own, by hand: 3x3 convolutions of VGG-16 at full size, and a pyramid without what the semantic branch adds. */
function ownFigures() {
  const channels = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512];
  const layers = [...channels.slice(1).map((out, i) => ({ values: 9 * channels[i] * out, out })), { values: 512 * CLASSES, out: CLASSES }];
  const pixels = golden.height * golden.width;
  const naive = {
    parameters: layers.reduce((sum, { values, out }) => sum + values + out, 0),
    macs: layers.reduce((sum, { values }) => sum + values * pixels, 0),
  };
  // Levels at strides 4 to 32; a branch of each has as many convolutions as it has doublings, one at least.
  const at = (/** @type {number} */ stride) => pixels / stride ** 2;
  const branch = [[4], [8], [16, 8], [32, 16, 8]].flatMap((strides) => strides.map((stride, i) => ({ values: 9 * (i === 0 ? 256 : 128) * 128, at: at(stride) })));
  const smoothing = [8, 16, 32].map((stride) => ({ values: 9 * 256 * 256, at: at(stride) }));
  const panoptic = golden.networks.panoptic_fpn_resnet50;
  const finest = {
    parameters: panoptic.parameters - branch.reduce((sum, { values }) => sum + values + 2 * 128, 0) - smoothing.reduce((sum, { values }) => sum + values + 256, 0) + 128 * CLASSES,
    macs: panoptic.macs - [...branch, ...smoothing].reduce((sum, { values, at }) => sum + values * at, 0) + 128 * CLASSES * at(4),
  };
  return { naive, finest };
}

lessonTest("every station's figures are PyTorch's, its marks are counted, and what to look at is marked", { timeout: 180_000 }, async (stage) => {
  const page = await openLesson(stage, "size=128&lang=en");
  /** @type {typeof golden.networks} */
  const known = { ...golden.networks, ...golden.lessons, ...ownFigures() };
  for (const [i, { id, name, before, after, look }] of STATIONS.entries()) {
    assert.equal(await page.locator(".station h3").innerText(), name);
    for (const key of /** @type {const} */ (["parameters", "macs"])) assert.deepEqual(await dataOf(page, key), [before, after].map((network) => known[network][key]), `${id}: ${key}`);
    const [, kept, gone, added] = /stay: (\d+); gone: (\d+); new: (\d+)\.$/.exec(await page.locator("edit-view .readout").innerText()) ?? [];
    for (const [side, count] of /** @type {const} */ ([["before", gone], ["after", added]])) {
      const marked = await markedOf(page, side);
      assert.equal(marked.length, Number(count), `${id}: marked nodes ${side}`);
      for (const wanted of look[side]) assert.ok(marked.includes(wanted), `${id}: ${wanted} is marked ${side}`);
    }
    assert.equal(await page.locator(".look button").count(), look.before.length + look.after.length, id);
    assert.ok(Number(added) > 0 && Number(kept) > 0, id);
    if (i + 1 < STATIONS.length) {
      await page.getByRole("button", { name: "Next station" }).click();
      await waitForState(page, "done");
    }
  }
  assert.equal(await page.getByRole("button", { name: "Next station" }).isDisabled(), true);
});

lessonTest("marks are exactly the edit of the paper", {}, async (stage) => {
  const page = await openLesson(stage, "station=fcn8s&lang=en");
  assert.deepEqual(await markedOf(page, "before"), ["upscore"]);
  assert.deepEqual(await markedOf(page, "after"), ["upscore2", "score_pool4", "crop", "add", "upscore_pool4", "score_pool3", "crop_1", "add_1", "upscore8"]);
  const choose = async (/** @type {string} */ station) => {
    await page.locator("station-line").getByRole("button", { name: station }).click();
    await waitForState(page, "done");
  };
  await choose("DeepLab v2");
  assert.deepEqual(await markedOf(page, "before"), ["avg_pool2d"]);
  const branches = (await markedOf(page, "after")).filter((name) => name.startsWith("fc"));
  assert.deepEqual(branches, [1, 3, 4].flatMap((branch) => [6, 7, 8].map((layer) => `fc${layer}_${branch}`)), "the branch with dilation 12 is DeepLab v1's");
  await choose("PANet");
  assert.deepEqual(await markedOf(page, "before"), []);
  const path = await markedOf(page, "after");
  assert.equal(path.length, 15, "at each of three levels two convolutions, their activations, and a sum");
  assert.deepEqual(path.filter((name) => /convs\.\d$/.test(name)), [0, 1, 2].flatMap((level) => [`downsample_convs.${level}`, `pafpn_convs.${level}`]));
  await choose("PointRend");
  const layers = (await markedOf(page, "after")).filter((name) => name.includes("."));
  assert.deepEqual(layers, ["point_head.fc1", "point_head.fc2", "point_head.fc3", "point_head.predictor"]);
});

lessonTest("receptive fields are those that the engine computes for the catalogue's models, and joins those of the papers", {}, async (stage) => {
  const { rows } = await readJson("models/camvid.json");
  const page = await openLesson(stage, "lang=en");
  // It is computed when it is come near.
  await page.locator("overview-table").scrollIntoViewIfNeeded();
  await page.locator("overview-table tbody tr").last().waitFor();
  const cells = await page.locator("overview-table tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => /** @type {HTMLElement} */ (cell).innerText)));
  assert.deepEqual(cells.map(([name]) => name), STATIONS.map(({ name }) => name));
  const joins = Object.fromEntries(cells.map(([name, , , , joins]) => [name, Number(joins)]));
  const expected = { "FCN-32s": 0, "FCN-8s": 2, "DeepLab v1": 0, "U-Net": 4, SegNet: 5, "DeepLab v2": 0, ENet: 2, PSPNet: 4, FPN: 3, DeepLabv3: 1, LinkNet: 4, "DeepLabv3+": 2, "Panoptic FPN": 3, SegFormer: 3 };
  for (const [name, count] of Object.entries(expected)) assert.equal(joins[name], count, name);
  for (const [i, { after }] of STATIONS.entries()) {
    const row = rows.find((/** @type {any} */ { id }) => id === NETWORKS[after].model);
    const [, , , field, , iou] = cells[i];
    assert.equal(iou, row ? `${(100 * row.mean_iou).toFixed(1).replace(/\.0$/, "")}%` : "–", after);
    // The others are built on another encoder than the catalogue's.
    if (!row || !["fcn32s", "fcn8s", "segnet", "enet", "pspnet", "segformer_b0"].includes(row.id)) continue;
    assert.equal(field, row.receptive_field === null ? "whole picture" : `${row.receptive_field.toLocaleString("en")} px`, after);
  }
});

lessonTest("a link opens what it says; choosing changes the address, reset goes back", {}, async (stage) => {
  const page = await openLesson(stage, "lang=en&station=fcn8s&before=fcn16s_vgg16&size=128&node=add_1");
  const state = () => Object.fromEntries([...address(page)].filter(([key]) => key !== "lang"));
  assert.deepEqual(await dataOf(page, "parameters"), ["fcn16s_vgg16", "fcn8s_vgg16"].map((id) => golden.networks[id].parameters));
  assert.equal(await chosenOf(page, "after"), "add_1");
  assert.equal(await page.getByLabel("Compare with").inputValue(), "fcn16s_vgg16");
  await page.locator(".look button", { hasText: "upscore8" }).click();
  assert.equal(await chosenOf(page, "after"), "upscore8");
  assert.match(await page.locator(".chosen").innerText(), /conv_transpose2d[\s\S]*\[16,16\][\s\S]*upscore8 is new/);
  assert.deepEqual(state(), { station: "fcn8s", before: "fcn16s_vgg16", size: "128", node: "upscore8" });

  // A node that stays is chosen on both sides, under either name.
  await page.getByLabel("Compare with").selectOption("U-Net, VGG-16");
  await waitForState(page, "done");
  await page.getByLabel("Show all nodes").check();
  await waitForState(page, "done");
  assert.equal(await page.locator(".folded").count(), 0);
  await page.locator(".after graph-view .row", { hasText: /^conv3_2/ }).click();
  assert.equal(await chosenOf(page, "before"), "encoder.features.12");
  assert.match(await page.locator(".chosen").innerText(), /conv3_2 stays; on the other side it is called encoder\.features\.12/);
  assert.deepEqual(state(), { station: "fcn8s", before: "unet_vgg16", size: "128", node: "conv3_2", all: "1" });
  const [link, figures] = [page.url(), await page.locator("figures-table tbody").innerText()];

  await page.getByRole("button", { name: "Reset" }).click();
  await waitForState(page, "done");
  assert.deepEqual(state(), {});
  assert.equal(await page.locator(".station h3").innerText(), "FCN-32s");
  const folded = page.locator(".after .folded").first();
  const count = Number(/\d+/.exec(await folded.innerText())?.[0]);
  const rows = await page.locator(".after graph-view .row").count();
  await folded.click();
  assert.equal(await page.locator(".after graph-view .row").count(), rows - 1 + count, "unfolded");
  await page.goto(link);
  await waitForState(page, "done");
  assert.equal(await page.locator("figures-table tbody").innerText(), figures);
  assert.equal(await chosenOf(page, "before"), "encoder.features.12");
  // Nonsense in an address is as if it were not there.
  await goTo(page, "station=none&before=toString&size=77&side=up&node=x.y&lang=en");
  assert.equal(await page.locator(".station h3").innerText(), "FCN-32s");
});

lessonTest("by keyboard alone: the next station, down its nodes to a new one, and to a gone one on the other side", {}, async (stage) => {
  const page = await openLesson(stage, "lang=en");
  const heading = page.locator(".station h3");
  for (const name of ["FCN-8s", "DeepLab v1"]) {
    await page.keyboard.press("ArrowRight");
    await waitForState(page, "done");
    assert.equal(await heading.innerText(), name);
  }
  await page.keyboard.press("ArrowLeft");
  await waitForState(page, "done");
  assert.equal(await heading.innerText(), "FCN-8s");
  assert.equal(await page.locator("station-line [aria-current=step]").innerText(), "2014\nFCN-8s");
  await tabTo(page, ".after graph-view .row");
  await page.keyboard.press("End");
  for (let i = 0; i < 2; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  assert.equal(await chosenOf(page, "after"), "add_1");
  await tabTo(page, ".look button");
  await page.keyboard.press("Enter");
  assert.equal(await chosenOf(page, "before"), "upscore");
  assert.equal(address(page).get("side"), "before");
});

lessonTest("the catalogue's networks run on the photo, and agree as far as they do", { timeout: 180_000 }, async (stage) => {
  const page = await openLesson(stage, "lang=en&station=fcn8s");
  assert.equal(await page.locator("trained-runs .mask").count(), 0, "nothing runs unasked");
  await page.getByRole("button", { name: "Run on the photo" }).click();
  await waitForState(page, "done");
  assert.equal(address(page).get("run"), "1");
  const { rows } = await readJson("models/camvid.json");
  for (const [i, id] of ["fcn32s", "fcn8s"].entries()) {
    const { mean_iou, images } = rows.find((/** @type {any} */ row) => row.id === id);
    const percent = `${(100 * mean_iou).toFixed(1)}%`;
    assert.match(await page.locator("trained-runs figcaption").nth(i).innerText(), new RegExp(`[\\d,]+ ms at 256 × 384, mean IoU ${percent} on CamVid$`));
    assert.match(await page.locator("trained-runs li").nth(i).innerText(), new RegExp(`${id}.*mean IoU ${percent} on CamVid's ${images} test photos`));
  }
  const shown = /agree on ([\d.]+)% of the pixels/.exec(await page.locator("trained-runs .readout").innerText())?.[1];
  const same = await page.evaluate(async () => {
    const [{ Lab }, { samplePhoto }] = await Promise.all(["lab.js", "photo.js"].map((file) => import(new URL(`../shell/${file}`, location.href).href)));
    const [lab, photo] = [new Lab(), await samplePhoto("coffee")];
    const masks = [];
    for (const id of ["fcn32s", "fcn8s"]) masks.push((await (await lab.model(id)).run(photo)).mask);
    let same = 0;
    for (let i = 0; i < masks[0].length; i++) if (masks[0][i] === masks[1][i]) same++;
    return same / masks[0].length;
  });
  assert.equal(Number(shown), Number((100 * same).toFixed(1)));
  await page.getByRole("button", { name: "DeepLab v1" }).first().click();
  await waitForState(page, "done");
  assert.match(await page.locator("trained-runs").innerText(), /DeepLab v1, VGG-16: no weights here[\s\S]*FCN-32s took [\d,]+ ms/);
  assert.equal(await page.locator("trained-runs .mask").count(), 1);
});

lessonTest("questions reveal what the graphs give", {}, async (stage) => {
  const page = await openLesson(stage, "lang=en&size=128");
  const says = async (/** @type {string} */ id, /** @type {string | number} */ guess, /** @type {RegExp} */ expected) => assert.match((await reveal(page, id, guess)).text, expected);
  const { networks } = golden;
  await says("naiveField", 27, /^Right: 27\. .* sees 467/);
  await says("whatFalls", "Neither", /^Not quite: Only the multiply-adds\. Parameters go from 14\.73 M to 136\.2 M, multiply-adds from 301\.5 G to 39\.78 G at 128 × 160/);
  const perceptron = networks.pointrend_fpn_resnet50.parameters - networks.panoptic_fpn_resnet50.parameters;
  const concatenation = networks.unet_resnet18.parameters - networks.unet_without_skips_resnet18.parameters;
  const scores = (512 + 256 + 2) * CLASSES;
  await says("noParameters", "DeepLab v1: dilation in the fifth stage", new RegExp(`^Right: .* ${scores.toLocaleString("en")} parameters, concatenation costs ${concatenation.toLocaleString("en")} .* ${perceptron.toLocaleString("en")}\\. Dilation adds 0`));
  await says("enetSize", "About 80 times", new RegExp(`^Right: .* a factor of ${(networks.segnet.parameters / networks.enet.parameters).toFixed(2)}\\.$`));
  const share = (100 * networks.deeplabv3plus_resnet50.macs) / networks.deeplabv3_resnet50.macs;
  await says("plusCost", "They rise", new RegExp(`^Not quite: They fall to less than half\\. .* ${share.toFixed(1)}% of what it was`));
  await says("firstWhole", "PSPNet", /^Right: PSPNet\. FCN-32s sees 467 pixels across, ENet 1,250/);
});

lessonTest("the answers of the teacher's exercises are what the page shows", {}, async (stage) => {
  const [en, de] = await Promise.all([texts("en"), texts("de")]);
  const page = await stage.context.newPage();
  for (const [i, { state, answer }] of en.teacher.exercises.entries()) {
    await goTo(page, `${state}&all=1&lang=en`);
    const shown = (await page.locator("figures-table tbody").innerText()).replaceAll("−", "-");
    /** @type {string[]} */
    const figures = answer.match(/[\d.]*\d (?:[MGT]\b|%)|× [\d.]*\d/g) ?? [];
    for (const figure of figures) assert.ok(shown.includes(figure), `${state}: ${figure}`);
    const units = /** @type {Record<string, string>} */ ({ M: "Mio.", G: "Mrd.", T: "Bio." });
    for (const figure of figures) assert.ok(de.teacher.exercises[i].answer.includes(figure.replace(".", ",").replace(/[MGT]$/, (unit) => units[unit])), `in German: ${figure}`);
    const rows = await page.locator("graph-view .row").evaluateAll((rows) => rows.map((row) => [/** @type {HTMLElement} */ (row).title, row.classList.contains("changed")]));
    const marks = new Map(/** @type {[string, boolean][]} */ (rows));
    // Nodes that an answer names are there; those of DeepLab v1's own branch are the only ones without a mark.
    const names = [...answer.matchAll(/\b(?:fc\d|upscore\w*|score)(?:_\w+)?\b/g)].map(([name]) => name);
    for (const name of names) assert.equal(marks.get(name), !name.endsWith("_2"), `${state}: ${name}`);
    assert.ok(figures.length + names.length > 0, state);
  }
});

presentsAndEmbeds({
  locale: "de-DE",
  hide: ["questions", "controls"],
  embed: "lang=en&station=pan",
  async presented(page) {
    assert.equal(await page.getByRole("heading", { level: 2 }).first().innerText(), "Der Eingriff");
    // As a remote control does.
    await page.keyboard.press("PageDown");
    await waitForState(page, "done");
    assert.equal(await page.locator(".station h3").innerText(), "FCN-8s");
  },
  ended: async (page) => assert.equal(await page.title(), "Die Geschichte: Segscope"),
  embedded: async (page) => assert.ok((await markedOf(page, "after")).length > 0),
});

looksRight(
  [
    ["light", 1280, ""],
    ["dark", 1280, "station=segformer&all=1"],
    ["light", 390, "station=deeplabv3plus"],
    ["dark", 390, "station=fcn8s&side=before"],
  ],
  {
    // A narrow window shows one side, and the other one when it is asked for.
    async also(page, [, width, path]) {
      const isNarrow = width < 820;
      const isBefore = path.includes("before");
      assert.equal(await page.locator(".before graph-view").isVisible(), !isNarrow || isBefore);
      if (!isNarrow) return;
      await page.getByRole("button", { name: isBefore ? "After" : "Before", exact: true }).click();
      assert.equal(await page.locator(".before graph-view").isVisible(), !isBefore);
    },
  },
);
