// Lesson 6, skips: what cutting them leaves against plain transposed convolutions, counts against PyTorch's, boundary IoU against erosions; links, questions, keyboard.
import assert from "node:assert/strict";
import { crc32, deflateSync } from "node:zlib";
import { address, asNumber, lessonDriver, percent, readJson, reveal, rowsOf } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{shape: number[], data: number[]}} Tensor */

const { lessonTest, openLesson, openList, goTo, looksRight, presentsAndEmbeds, answersAreOnThePage } = lessonDriver(6);
const CLASSES = 11;

/** Parameters and multiply-adds as PyTorch counts them. @type {{classes: number, height: number, width: number, networks: Record<string, {parameters: number, macs: number}>}} */
const counts = await readJson("tests/golden/counts.json");

/** @param {Page} page */
const masksReadout = (page) => page.locator("mask-comparison .readout").innerText();

/** @param {Page} page */
const changedPixels = async (page) => asNumber((await masksReadout(page)).split(" ")[0]);

/** By network and edits; every test looks at the same photo. @type {Map<string, Promise<{width: number, height: number, masks: number[][]}>>} */
const kept = new Map();

/**
 * Masks of a network under lists of edits, from the lab itself in a worker of its own, on a photo of the lesson.
 * @param {Page} page
 * @param {string} id
 * @param {object[][]} edits
 */
function masksOf(page, id, edits) {
  const key = JSON.stringify([id, edits]);
  const masks = kept.get(key) ?? computeMasks(page, id, edits);
  kept.set(key, masks);
  return masks;
}

/** @param {Page} page @param {string} id @param {object[][]} edits */
async function computeMasks(page, id, edits) {
  const { width, height, masks } = await page.evaluate(async ({ id, edits }) => {
    const [{ Lab }, { samplePhoto }] = await Promise.all([import(new URL("../shell/lab.js", location.href).href), import(new URL("../shell/photo.js", location.href).href)]);
    const model = await new Lab().model(id);
    const photo = await samplePhoto("coffee");
    const masks = [];
    for (const list of edits) {
      await model.setEdits(list);
      // A text crosses to the test much faster than numbers do.
      masks.push(Array.from((await model.run(photo)).mask, (/** @type {number} */ id) => String.fromCharCode(id)).join(""));
    }
    return { width: photo.width, height: photo.height, masks };
  }, { id, edits });
  return { width, height, masks: masks.map((text) => Array.from(text, (letter) => letter.charCodeAt(0))) };
}

/**
 * PyTorch's conv_transpose2d without bias and padding, as it is defined.
 * @param {Tensor} input
 * @param {Tensor} weight `[out, in, side, side]`, as our files keep it; PyTorch has the input's channels first
 * @param {number} stride
 * @returns {Tensor}
 */
function convTranspose({ shape: [, from, height, width], data }, { shape: [to, , side], data: kernel }, stride) {
  const [rows, columns] = [height, width].map((length) => (length - 1) * stride + side);
  const out = new Float64Array(to * rows * columns);
  for (let c = 0; c < from; c++) {
    for (let o = 0; o < to; o++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const value = data[(c * height + y) * width + x];
          for (let i = 0; i < side; i++) {
            const row = (o * rows + y * stride + i) * columns + x * stride;
            const of = ((o * from + c) * side + i) * side;
            for (let j = 0; j < side; j++) out[row + j] += value * kernel[of + j];
          }
        }
      }
    }
  }
  return { shape: [1, to, rows, columns], data: /** @type {any} */ (out) };
}

/**
 * Pixels of a class that a number of erosions by a square of 3x3 takes away; beyond the frame is no class.
 * @param {number[]} mask @param {number} id @param {{width: number, height: number, distance: number}} how
 */
function boundaryOf(mask, id, { width, height, distance }) {
  const region = Uint8Array.from(mask, (value) => Number(value === id));
  let left = region;
  for (let step = 0; step < distance; step++) {
    const next = new Uint8Array(left.length);
    for (let y = 1; y < height - 1; y++) {
      for (let x = 1; x < width - 1; x++) {
        let all = 1;
        for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) all &= left[(y + dy) * width + x + dx];
        next[y * width + x] = all;
      }
    }
    left = next;
  }
  return region.map((is, i) => is & ~left[i]);
}

/** @param {number[]} truth @param {number[]} predicted @param {{width: number, height: number, distance: number}} how @returns {(number | null)[]} by class */
function boundaryIou(truth, predicted, how) {
  return Array.from({ length: CLASSES }, (_, id) => {
    const [a, b] = [truth, predicted].map((mask) => boundaryOf(mask, id, how));
    let [both, either] = [0, 0];
    a.forEach((is, i) => {
      both += is & b[i];
      either += is | b[i];
    });
    return either === 0 ? null : both / either;
  });
}

/** @param {number[]} truth @param {number[]} predicted @returns {(number | null)[]} by class */
function plainIou(truth, predicted) {
  return Array.from({ length: CLASSES }, (_, id) => {
    let [both, either] = [0, 0];
    truth.forEach((value, i) => {
      both += Number(value === id && predicted[i] === id);
      either += Number(value === id || predicted[i] === id);
    });
    return either === 0 ? null : both / either;
  });
}

/** Of the classes that the truth has. @param {number[]} truth @param {(number | null)[]} byClass */
function meanOf(truth, byClass) {
  const present = byClass.flatMap((value, id) => (value !== null && truth.includes(id) ? [value] : []));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/** A PNG of class ids in grey. @param {number} width @param {number} height @param {number[]} ids */
function idsPng(width, height, ids) {
  const chunk = (/** @type {string} */ type, /** @type {Buffer} */ body) => {
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    const typed = Buffer.concat([Buffer.from(type, "latin1"), body]);
    length.writeUInt32BE(body.length);
    check.writeUInt32BE(crc32(typed));
    return Buffer.concat([length, typed, check]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  // Each row begins with its filter, none.
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) => Buffer.from([0, ...ids.slice(y * width, (y + 1) * width)])));
  return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

const TWICE = [["add", "upscore2"], ["add_1", "upscore_pool4"]].map(([node, other]) => ({ kind: "swap", node, input: 1, other }));
const CUT = ["add", "add_1"].map((node) => ({ kind: "scale", node, input: 1, factor: 0 }));

/** FCN-8s as it is, with pool 4 cut, with pool 3 cut, with both cut, and with pool 4's scores twice. */
const FCN_8S = [[], [CUT[0]], [CUT[1]], CUT, [{ kind: "swap", node: "add_1", input: 1, other: "crop" }]];

answersAreOnThePage();

lessonTest("FCN-8s with both skips cut is its deepest scores, enlarged; a factor of 1 is no change, a swap is one", {}, async (stage) => {
  const page = await openList(stage);
  const run = await page.evaluate(async ({ cut, twice }) => {
    const { Lab } = await import(new URL("shell/lab.js", location.href).href);
    const { samplePhoto } = await import(new URL("shell/photo.js", location.href).href);
    const model = await new Lab().model("fcn8s");
    // Of the network's own size, so that nothing is resized.
    const { canvas } = await samplePhoto("coffee");
    const [width, height] = [384, 64];
    const small = new OffscreenCanvas(width, height);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
    context.drawImage(canvas, 0, 100, width, height, 0, 0, width, height);
    const photo = { width, height, rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer) };
    const plain = (/** @type {any} */ { shape, data }) => ({ shape: [...shape], data: Array.from(data) });
    const masks = [];
    for (const edits of [[], cut.map((/** @type {any} */ edit) => ({ ...edit, factor: 1 })), [{ kind: "swap", node: "add_1", input: 1, other: "crop" }], twice, cut]) {
      await model.setEdits(edits);
      masks.push(Array.from((await model.run(photo)).mask));
    }
    await model.setTaps(["score_fr", "crop_2"]);
    const { height: rows, width: columns } = await model.run(photo);
    const weights = await Promise.all(["upscore2", "upscore_pool4", "upscore8"].map(async (name) => plain(await model.weight(`${name}.weight`))));
    return { size: [rows, columns], masks, deepest: plain(await model.value("score_fr")), scores: plain(await model.value("crop_2")), weights };
  }, { cut: CUT, twice: TWICE });
  const [full, once, swapped, doubled, cut] = run.masks;
  assert.deepEqual(run.size, [64, 384]);
  assert.deepEqual(once, full, "factor 1");
  const changed = (/** @type {number[]} */ mask) => mask.filter((id, i) => id !== full[i]).length;
  assert.ok(changed(swapped) > 0 && changed(cut) > 0, "swapped, cut");
  assert.deepEqual(doubled, cut, "scores added to themselves have the same largest");

  const [two, four, eight] = run.weights;
  const enlarged = convTranspose(convTranspose(convTranspose(run.deepest, two, 2), four, 2), eight, 8);
  const [, , rows, columns] = enlarged.shape;
  const [height, width] = run.size;
  const border = 31;
  const wrong = [];
  let [compared, worst] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const scores = Array.from({ length: CLASSES }, (_, id) => enlarged.data[(id * rows + y + border) * columns + x + border]);
      const ours = scores.map((_, id) => run.scores.data[(id * height + y) * width + x]);
      worst = Math.max(worst, ...scores.map((score, id) => Math.abs(score - ours[id])));
      const [best, second] = [...scores].sort((a, b) => b - a);
      if (best - second < 1e-3) continue;
      compared++;
      if (cut[y * width + x] !== scores.indexOf(best)) wrong.push([x, y]);
    }
  }
  assert.ok(worst < 1e-4, `scores differ by ${worst}`);
  assert.deepEqual(wrong, []);
  assert.ok(compared > 0.98 * height * width, `${compared} pixels have a clear class`);
});

lessonTest("counts are PyTorch's, and the table of joins adds up to them", {}, async (stage) => {
  const page = await openLesson(stage, "join=1");
  const described = await page.evaluate(async ({ classes, height, width }) => {
    const { Lab } = await import(new URL("../shell/lab.js", location.href).href);
    const lab = new Lab();
    const count = async (/** @type {string} */ name, /** @type {number} */ scale) => {
      const { parameters, macs } = await lab.describeGraph(await lab.zooGraph(name, { scale, classes }), [height, width]);
      return { parameters, macs };
    };
    return {
      "fcn32s_vgg16_0.15625": await count("fcn32s_vgg16", 0.15625), "fcn16s_vgg16_0.15625": await count("fcn16s_vgg16", 0.15625), "fcn8s_vgg16_0.15625": await count("fcn8s_vgg16", 0.15625),
      "unet_resnet18_0.5": await count("unet_resnet18", 0.5), "unet_without_skips_resnet18_0.5": await count("unet_without_skips_resnet18", 0.5), "segnet_0.3125": await count("segnet", 0.3125),
    };
  }, counts);
  for (const [name, count] of Object.entries(described)) assert.deepEqual(count, counts.networks[name], name);

  // The golden counts are of other sizes and more classes; the last layer reads 8 channels through 3x3, everything else grows with the area.
  const head = 8 * 9 * (counts.classes - CLASSES);
  const golden = counts.networks["unet_resnet18_0.5"];
  const rows = await rowsOf(page, "join-costs");
  const joins = rows.slice(0, -1).map((row) => row.slice(1).map(asNumber));
  assert.equal(joins.length, 4);
  const [width, height] = [384, 256];
  const whole = rows[4].slice(1).map(asNumber);
  assert.equal(whole[0], golden.parameters - head - (counts.classes - CLASSES));
  assert.equal(whole[2], (golden.macs / (counts.height * counts.width) - head) * width * height);
  let fromSkips = 0;
  const saved = { parameters: 0, macs: 0 };
  for (const [i, [below, value, concat, add, concatParameters, addParameters, concatMacs, addMacs]] of joins.entries()) {
    const out = [128, 64, 32, 16][i];
    const pixels = (height / (16 >> i)) * (width / (16 >> i));
    const projection = below === value ? 0 : below * value;
    assert.deepEqual([concat, add], [below + value, below]);
    assert.equal(concatParameters, (below + value) * out * 9);
    assert.equal(addParameters, below * out * 9 + projection);
    assert.deepEqual([concatMacs, addMacs], [concatParameters * pixels, addParameters * pixels]);
    fromSkips += value * out * 9;
    saved.parameters += concatParameters - addParameters;
    saved.macs += concatMacs - addMacs;
  }
  assert.deepEqual([whole[0] - whole[1], whole[2] - whole[3]], [saved.parameters, saved.macs]);
  assert.equal(fromSkips, golden.parameters - counts.networks["unet_without_skips_resnet18_0.5"].parameters, "what PyTorch's U-Net has for its skips");
  const formulas = await page.locator("join-costs math").evaluateAll((formulas) => formulas.map((formula) => formula.querySelector(":scope > mrow > mn:last-child")?.textContent ?? ""));
  assert.deepEqual(formulas.map(asNumber), [4, 6, 5, 7].map((column) => joins[1][column]));

  const carried = await rowsOf(page, "carried-table");
  const totals = carried.filter(([name]) => name.endsWith(", all skips"));
  assert.equal(asNumber(totals[1][4]), fromSkips, "U-Net's parameters for its skips");
  assert.equal(asNumber(totals[0][4]), 80 * CLASSES + CLASSES + 40 * CLASSES + CLASSES, "FCN's scoring layers");
  assert.equal(asNumber(totals[2][4]), 0);
  const indices = [[160, 32], [160, 16], [80, 8], [40, 4], [20, 2]].map(([channels, stride]) => (channels * height * width) / stride ** 2);
  assert.deepEqual(carried.filter(([name]) => name.startsWith("SegNet, max")).map((row) => [asNumber(row[3]), row[4]]), indices.map((values) => [values, "2"]));
});

lessonTest("skips are cut by keyboard alone; mask, areas, address and borders follow", {}, async (stage) => {
  const page = await openLesson(stage);
  assert.match(await masksReadout(page), /^0 of /);
  const { width, height, masks: [full, , fineCut, cut] } = await masksOf(page, "fcn8s", FCN_8S);
  const differing = (/** @type {number[]} */ mask) => mask.filter((id, i) => id !== full[i]).length;
  const fine = page.getByRole("group", { name: /^add_1 ← max_pool2d_2/ });
  await fine.getByRole("slider", { name: "Factor" }).focus();
  await page.keyboard.press("Home");
  await waitForState(page, "done");
  assert.equal(await changedPixels(page), differing(fineCut));
  assert.equal(address(page).get("factors"), "1,0");
  assert.match((await page.locator("skip-diagram svg").getAttribute("aria-label")) ?? "", /max_pool2d_2 to add_1: add ×0/);

  await page.getByRole("button", { name: "Cut all" }).focus();
  await page.keyboard.press("Enter");
  await waitForState(page, "done");
  assert.equal(await changedPixels(page), differing(cut));
  const areas = await rowsOf(page, "mask-comparison");
  const names = (await readJson("models/catalogue.json")).models.find((/** @type {any} */ { id }) => id === "fcn8s").classes.map((/** @type {any} */ { name }) => name.replace("_", " "));
  for (const [name, before, after] of areas) {
    const share = (/** @type {number[]} */ mask) => {
      const fraction = mask.filter((id) => names[id] === name).length / mask.length;
      return fraction > 0 && fraction < 0.0005 ? "<0.1%" : percent(fraction);
    };
    assert.deepEqual([before, after], [share(full), share(cut)], name);
  }

  const distance = page.getByRole("slider", { name: "Distance" });
  await distance.focus();
  await page.keyboard.press("ArrowRight");
  await waitForState(page, "done");
  assert.equal(address(page).get("distance"), "3");
  const iou = plainIou(full, cut);
  const boundary = boundaryIou(full, cut, { width, height, distance: 3 });
  const readout = await page.locator("boundary-gain .readout").innerText();
  assert.equal(readout, `With your changes: mean IoU ${percent(meanOf(full, iou))}, mean boundary IoU at 3 px ${percent(meanOf(full, boundary))}, where the full network has 100% and 100%.`);
  for (const [name, ofClass, ofBoundary] of (await rowsOf(page, "boundary-gain")).slice(0, -1)) {
    const id = names.indexOf(name);
    assert.deepEqual([ofClass, ofBoundary], [percent(iou[id] ?? 0), percent(boundary[id] ?? 0)], name);
  }

  await page.getByRole("button", { name: "Restore all" }).click();
  await waitForState(page, "done");
  assert.equal(await changedPixels(page), 0);
  assert.equal(address(page).get("factors"), null);
});

lessonTest("a mask that is opened is the reference: perfect if it is the network's own answer, as measured if it is eroded", {}, async (stage) => {
  const page = await openLesson(stage);
  const { width, height, masks: [full] } = await masksOf(page, "fcn8s", FCN_8S);
  const open = async (/** @type {number[]} */ ids) => {
    await page.locator("boundary-gain input[type=file]").setInputFiles({ name: "mask.png", mimeType: "image/png", buffer: idsPng(width, height, ids) });
    await page.getByText("Reference: your mask.").waitFor();
    await waitForState(page, "done");
  };
  await open(full);
  const readout = () => page.locator("boundary-gain .readout").innerText();
  assert.equal(await readout(), "Against your mask: mean IoU 100% with all skips, 100% with your changes; mean boundary IoU at 2 px 100% and 100%.");

  // The most frequent class loses three pixels all around to the next one.
  const order = Array.from({ length: CLASSES }, (_, id) => id).sort((a, b) => full.filter((id) => id === b).length - full.filter((id) => id === a).length);
  const lost = boundaryOf(full, order[0], { width, height, distance: 3 });
  const eroded = full.map((id, i) => (lost[i] ? order[1] : id));
  await open(eroded);
  const means = [plainIou(eroded, full), boundaryIou(eroded, full, { width, height, distance: 2 })].map((byClass) => percent(meanOf(eroded, byClass)));
  assert.equal(await readout(), `Against your mask: mean IoU ${means[0]} with all skips, ${means[0]} with your changes; mean boundary IoU at 2 px ${means[1]} and ${means[1]}.`);

  await page.locator("boundary-gain input[type=file]").setInputFiles({ name: "mask.png", mimeType: "image/png", buffer: idsPng(40, 100, Array(4000).fill(0)) });
  await page.getByText("This mask has another shape than the photo.").waitFor();
  await page.getByRole("button", { name: "Back to the full network's answer" }).click();
  await waitForState(page, "done");
  assert.match(await readout(), /^With your changes/);
});

lessonTest("links open what they say: swapped, scaled, forgotten; a reset brings the plain lesson back", {}, async (stage) => {
  const page = await openLesson(stage, "model=fcn8s&swaps=0,1");
  const swapped = await changedPixels(page);
  const { masks: [full, , , , other] } = await masksOf(page, "fcn8s", FCN_8S);
  assert.equal(swapped, other.filter((id, i) => id !== full[i]).length);
  assert.equal(await page.getByRole("group", { name: /^add_1/ }).getByLabel("Reads").inputValue(), "1");
  assert.ok(await page.getByRole("group", { name: /^add ←/ }).getByLabel("Reads").locator("option[value='1']").isDisabled(), "pool 3's scores come too late for the coarser join");

  await goTo(page, "model=segnet&forget=1,1,1,1,1");
  assert.ok((await changedPixels(page)) > 0);
  assert.equal(await page.getByRole("checkbox", { checked: true }).count(), 5);
  await page.getByRole("checkbox").first().uncheck();
  await waitForState(page, "done");
  assert.equal(address(page).get("forget"), "1,1,1,1,0", "the finest is at the top");

  await goTo(page, "model=unet_without_skips");
  await page.getByText("This network has no skips").waitFor();
  await goTo(page, "model=unet&factors=0,0,1,2");
  assert.deepEqual(await page.getByRole("slider", { name: "Factor" }).evaluateAll((sliders) => sliders.map((slider) => /** @type {HTMLInputElement} */ (slider).value)), ["2", "1", "0", "0"]);
  assert.ok((await changedPixels(page)) > 0);
  await page.getByRole("button", { name: "Reset" }).click();
  await waitForState(page, "done");
  assert.equal(new URL(page.url()).search, "");
  assert.equal(await page.locator("section.bench select").first().inputValue(), "fcn8s");
  assert.equal(await changedPixels(page), 0);
});

lessonTest("questions reveal what the page computes here", {}, async (stage) => {
  const page = await openLesson(stage);
  assert.equal((await reveal(page, "concatChannels", 384)).outcome, "right");
  assert.deepEqual(await reveal(page, "indexBits", 4), { outcome: "wrong", text: `Not quite: 2. A 2×2 window has 4 positions, and log₂ 4 = 2 bits name one of them. Its coarsest skip hands over ${(160 * 8 * 12).toLocaleString("en")} indices: 4 kB.` });
  const { masks: [full, coarse, fine, cut] } = await masksOf(page, "fcn8s", FCN_8S);
  const { masks: [without] } = await masksOf(page, "fcn32s", [[]]);
  const differing = (/** @type {number[]} */ mask, /** @type {number[]} */ other) => mask.filter((id, i) => id !== other[i]).length / mask.length;
  const [ofCoarse, ofFine, same] = [differing(coarse, full), differing(fine, full), 1 - differing(cut, without)];
  const { outcome: right, text: said } = await reveal(page, "whichSkip", ofCoarse >= ofFine ? "The one of pool 4" : "The one of pool 3");
  assert.equal(right, "right");
  assert.ok(said.includes(`Cutting pool 4 changes ${percent(ofCoarse)} of the pixels, cutting pool 3 ${percent(ofFine)}.`), said);
  const agreement = await reveal(page, "cutIsNotTrained", "On all of them");
  assert.equal(agreement.outcome, "wrong");
  assert.ok(agreement.text.includes(`They agree on ${percent(same)} of the pixels.`), agreement.text);
  const [before, after] = await Promise.all(["fcn32s", "fcn8s"].map((id) => readJson(`models/${id}.metrics.json`)));
  const [best] = ["sky", "road", "tree", "pole"].sort((a, b) => after.iou[b] - before.iou[b] - (after.iou[a] - before.iou[a]));
  assert.equal((await reveal(page, "whichClass", best)).outcome, "right");
  const trained = await rowsOf(page, "trained-table");
  assert.deepEqual(trained.find(([name]) => name === "pole")?.slice(1, 4), await Promise.all(["fcn32s", "fcn16s", "fcn8s"].map(async (id) => percent((await readJson(`models/${id}.metrics.json`)).iou.pole))));
});

looksRight([["light", 1280, "factors=0,0.5"], ["dark", 390, "factors=0,0.5"]]);

presentsAndEmbeds({
  hide: ["questions", "lead"],
  embed: "lang=de",
  embedded: async (page) => assert.match(await masksReadout(page), /^0 von /),
});
