// Lesson 10, Metrics: scikit-learn's numbers, a matrix tied to its pixels, painting by keyboard, a network against one's own truth.
import assert from "node:assert/strict";
import { address, assertClose as assertCloseTo, lessonDriver, readJson, reveal } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../www/learn/10-metrics/photo-truth.js").PhotoTruth} PhotoTruth */
/**
 * scikit-learn's; null is 0 / 0.
 * @typedef {object} Golden
 * @property {number[][]} confusion
 * @property {(number | null)[]} iou
 * @property {(number | null)[]} f1
 * @property {(number | null)[]} precision
 * @property {(number | null)[]} recall
 * @property {number} mean_iou
 * @property {number} global_iou
 * @property {number} global_f1
 * @property {number} weighted_iou
 * @property {number} accuracy
 */

const { folder, texts, lessonTest, openLesson, openAgain, goTo, looksRight, presentsAndEmbeds } = lessonDriver(10);
const PICTURES = ["crowd", "speck", "absent"];

const golden = await readJson("tests/golden/lesson_10.json");
const presets = (await readJson(`${folder}/presets.json`)).cases;

/** Class ids of a drawn grid. @param {string} picture @param {"truth" | "prediction"} key @returns {number[]} */
const cellsOf = (picture, key) => [...presets[picture][key].join("")].map((letter) => (letter === "." ? 0 : Number(letter)));

/** @param {Page} page */
const done = (page) => waitForState(page, "done");

/** @param {import("./harness.js").Stage} stage @param {string} query */
const open = (stage, query) => openLesson(stage, `lang=en&${query}`);

/** @param {Page} page @param {string} [within] */
const matrix = (page, within = "metric-grids") =>
  page.locator(`${within} confusion-table tbody tr:has(button)`).evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("button")].map((button) => Number(button.textContent?.replace(/\D/g, "")))));

/** @param {Page} page @param {string} scope @returns {Promise<(number | null)[]>} */
const valuesIn = (page, scope) => page.locator(`${scope} [data-value]`).evaluateAll((cells) => cells.map((cell) => JSON.parse(cell.getAttribute("data-value") ?? "")));

/** @param {string} name @param {(number | null)[]} ours @param {(number | null)[]} theirs scikit-learn's */
const assertClose = (name, ours, theirs) => assertCloseTo(name, ours, theirs, 1e-6);

/** Everything that the page shows of one comparison. @param {Page} page @param {string} name @param {Golden} theirs */
async function assertMeasured(page, name, theirs) {
  assert.deepEqual(await matrix(page), theirs.confusion, name);
  const rows = theirs.confusion.flatMap((_, id) => [theirs.iou[id], theirs.f1[id], theirs.precision[id], theirs.recall[id]]);
  assertClose(`${name}, classes`, await valuesIn(page, "section.averages class-table"), rows);
  const averages = [theirs.mean_iou, theirs.global_iou, theirs.weighted_iou, theirs.accuracy, theirs.global_f1];
  assertClose(`${name}, averages`, await valuesIn(page, "section.averages .formulas"), averages);
}

/** What formulas' numbers come to is what stands at their end. @param {Page} page @param {string} scope */
async function assertFormulas(page, scope) {
  const lines = await page.locator(`${scope} math[data-computed]`).evaluateAll((maths) =>
    maths.map((math) => /** @type {[string | null, number | null, number | null]} */ ([math.getAttribute("data-formula"), ...["data-computed", "data-value"].map((key) => JSON.parse(math.getAttribute(key) ?? ""))])),
  );
  assert.ok(lines.length > 0);
  for (const [key, computed, value] of lines) assertClose(String(key), [computed], [value]);
  return Object.fromEntries(lines.map(([key, , value]) => [key, value]));
}

/** Cells as an address has them. @param {number[]} cells */
const encoded = (cells) => cells.map((id) => "abc"[id]).join("");

lessonTest("every measure is scikit-learn's: as given, perfect, with every pixel wrong, with an absent class", {}, async (stage) => {
  for (const picture of PICTURES) {
    const page = await open(stage, `picture=${picture}`);
    await assertMeasured(page, picture, golden[picture].given);
    await assertFormulas(page, "section.averages");
    for (const [id, iou] of golden[picture].given.iou.entries()) {
      await page.locator("outcome-view").getByRole("radio").nth(id).check();
      await done(page);
      const values = await assertFormulas(page, "outcome-view");
      assertClose(`${picture}, class ${id}`, [values.iou, values.dice], [iou, golden[picture].given.f1[id]]);
      if (iou === null) assert.match(await page.locator("outcome-view .formulas").innerText(), /undefined/);
      else {
        const { f1, identity } = values;
        assertClose("F1 = Dice = 2 IoU / (1 + IoU)", [f1 ?? values.dice, identity], [(2 * iou) / (1 + iou), (2 * iou) / (1 + iou)]);
      }
    }
    await page.getByRole("button", { name: "Make the prediction perfect" }).click();
    await done(page);
    await assertMeasured(page, `${picture}, perfect`, golden[picture].perfect);
    await page.close();
  }
  const page = await open(stage, `picture=absent&prediction=${encoded(cellsOf("absent", "truth").map((id) => (id + 1) % 3))}`);
  await assertMeasured(page, "absent, inverted", golden.absent.inverted);
  await assertFormulas(page, "section.averages");
  await page.close();
});

lessonTest("mean over pictures against one matrix; the picture that is shown counts as painted", {}, async (stage) => {
  const page = await open(stage, "");
  const columns = (/** @type {Golden} */ { iou, mean_iou }) => [...iou, mean_iou];
  const given = PICTURES.map((picture) => columns(golden[picture].given));
  const mean = (/** @type {(number | null)[]} */ values) => {
    const there = values.filter((value) => value !== null);
    return there.reduce((sum, value) => sum + value, 0) / there.length;
  };
  for (const [i, picture] of PICTURES.entries()) assertClose(picture, await valuesIn(page, `pictures-table tr[data-row=${picture}]`), given[i]);
  assertClose("mean", await valuesIn(page, "pictures-table tr[data-row=mean]"), given[0].map((_, column) => mean(given.map((values) => values[column]))));
  assertClose("global", await valuesIn(page, "pictures-table tr[data-row=global]"), columns(golden.all));
  await page.getByRole("button", { name: "Make the prediction perfect" }).click();
  await done(page);
  assertClose("crowd, perfect", await valuesIn(page, "pictures-table tr[data-row=crowd]"), [1, 1, 1, 1]);
});

lessonTest("a field of the matrix outlines its pixels, and only those; the colours of a class have as many", {}, async (stage) => {
  const page = await open(stage, "class=1");
  const plain = await pixelsOf(page, "Truth");
  await page.getByRole("button", { name: "20 pixels: cell, predicted as background" }).click();
  await done(page);
  assert.equal(address(page).get("field"), "1-0");
  assert.match(await page.locator("metric-grids .readout").innerText(), /^20 pixels are cell and predicted as background/);
  const [truth, predicted] = [cellsOf("crowd", "truth"), cellsOf("crowd", "prediction")];
  for (const name of ["Truth", "Prediction"]) {
    const outlined = await pixelsOf(page, name);
    const isCounted = (/** @type {number} */ i) => truth[i] === 1 && predicted[i] === 0;
    // The middle of a cell keeps its colour; its edge changes where a counted cell meets one that is not.
    truth.forEach((_, i) => {
      const right = i + 1;
      if (right % 24 === 0 || i === 5 * 24 + 10 || right === 5 * 24 + 10) return;
      const isEdge = isCounted(i) !== isCounted(right);
      if (isEdge) assert.deepEqual(outlined.edges[i], [255, 255, 255], `${name}, edge right of ${i}`);
      else if (name === "Truth" && ![i, right, i - 24, right - 24, i + 24, right + 24].some(isCounted)) assert.deepEqual(outlined.edges[i], plain.edges[i], `no edge right of ${i}`);
    });
  }
  await page.getByRole("button", { name: "20 pixels: cell, predicted as background" }).click();
  await done(page);
  assert.equal(address(page).get("field"), null);
  const [tp, fp, fn, tn] = await page.locator("outcome-view li").allInnerTexts();
  assert.deepEqual([tp, fp, fn, tn].map((text) => Number(/\d+$/.exec(text.trim())?.[0])), [83, 16, 20, 432 - 83 - 16 - 20]);
  // Letters of the kinds, besides colours and marks.
  assert.deepEqual([tp, fp, fn, tn].map((text) => /\((..)\)/.exec(text)?.[1]), ["TP", "FP", "FN", "TN"]);
});

/** Colours of a grid's cells, on the line between each and its right neighbour. @param {Page} page @param {string} name */
function pixelsOf(page, name) {
  return page.getByRole("application", { name: new RegExp(`^${name},`) }).evaluate((element) => {
    const canvas = /** @type {HTMLCanvasElement} */ (element);
    const scale = canvas.width / 24;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const edges = Array.from({ length: 24 * 18 }, (_, i) => [...context.getImageData(Math.min((i % 24) * scale + scale, canvas.width - 1), (Math.floor(i / 24) + 0.5) * scale, 1, 1).data].slice(0, 3));
    return { edges };
  });
}

lessonTest("by keyboard alone: paint, choose a field, a class; the address says all of it, and reset takes it back", {}, async (stage) => {
  const page = await open(stage, "picture=absent");
  const before = await matrix(page);
  await page.getByRole("application", { name: /^Prediction/ }).focus();
  // From column 11, row 6, which is a cell in both: three cells of the third class.
  await page.keyboard.press("3");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("3");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("3");
  await done(page);
  const after = await matrix(page);
  assert.deepEqual(after, [before[0], [before[1][0], before[1][1] - 3, 3], [0, 0, 0]]);
  assert.match(await page.locator("metric-grids > .hint").innerText(), /Column 12, row 7: cell, predicted as dividing cell/);
  // The class is there now, with an IoU of 0.
  const iou = await page.locator("section.averages class-table tr:nth-child(3) [data-column=iou]").getAttribute("data-value");
  assert.equal(Number(iou), 0);
  await page.getByRole("button", { name: "3 pixels: cell, predicted as dividing cell" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("outcome-view").getByRole("radio", { name: "cell", exact: true }).focus();
  await page.keyboard.press("ArrowDown");
  await done(page);
  assert.deepEqual(["field", "class", "picture"].map((key) => address(page).get(key)), ["1-2", "2", "absent"]);

  const there = await openAgain(stage, page);
  assert.deepEqual(await matrix(there), after);
  assert.equal(await there.getByRole("button", { name: "3 pixels: cell, predicted as dividing cell" }).getAttribute("aria-pressed"), "true");
  assert.ok(await there.locator("outcome-view").getByRole("radio", { name: "dividing cell" }).isChecked());

  await page.getByRole("button", { name: "Reset" }).click();
  await done(page);
  assert.equal(new URL(page.url()).search, "?lang=en");
  assert.deepEqual(await matrix(page), golden.crowd.given.confusion);
});

lessonTest("questions reveal what is computed; the teacher's answers quote what the page shows", {}, async (stage) => {
  // A picture that there is not is the first.
  const page = await open(stage, "picture=nonsense");
  assert.equal(address(page).get("picture"), null);
  assert.equal(await page.locator("metric-grids .chosen-buttons [aria-pressed=true]").count(), 1);
  const shown = (/** @type {number} */ value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });
  const dice = await reveal(page, "q1", 0.25);
  assert.ok(dice.outcome === "wrong" && dice.text.includes(shown(2 / 3)), dice.text);
  const { mean_iou, iou } = golden.absent.given;
  const absent = await reveal(page, "q2", "It is left out");
  assert.equal(absent.outcome, "right");
  for (const value of [mean_iou, (2 * mean_iou) / 3, (2 * mean_iou + 1) / 3]) assert.ok(absent.text.includes(shown(value)), absent.text);
  // 286 pixels of background, one of them lost.
  const touched = (285 / 286 + 1 + 0) / 3;
  const speck = await reveal(page, "q3", Math.round(100 * touched));
  assert.ok(speck.outcome === "right" && speck.text.includes(touched.toLocaleString("en", { style: "percent", maximumFractionDigits: 1 })), speck.text);
  const many = await reveal(page, "q4", "That of one matrix of all pictures");
  const mean = PICTURES.reduce((sum, picture) => sum + golden[picture].given.iou[1], 0) / 3;
  assert.ok(many.outcome === "right" && many.text.includes(shown(mean)) && many.text.includes(shown(golden.all.iou[1])), many.text);
  assert.equal(iou[2], null);

  const { teacher } = await texts("en");
  const figures = (/** @type {string} */ text) => text.match(/\d+(?:[.,]\d+)?/g)?.map((figure) => figure.replace(",", ".")) ?? [];
  for (const [i, { state, answer: stated }] of teacher.exercises.entries()) {
    await goTo(page, `lang=en&${state}`);
    const text = await page.locator("main").innerText();
    for (const figure of figures(stated)) assert.ok(text.includes(figure), `exercise ${i + 1}: the page says ${figure}`);
  }
});

lessonTest("the network against a truth that is painted over the photo, and against a file", {}, async (stage) => {
  const page = await open(stage, "");
  assert.ok(!(await page.locator("photo-truth paint-grid").isVisible()), "no network is loaded before it is wanted");
  await page.getByRole("button", { name: "Let the network answer" }).click();
  await page.locator("photo-truth paint-grid").waitFor();
  await done(page);
  assert.equal(address(page).get("live"), "1");
  assert.equal((await matrix(page, "photo-truth"))[1].join(), "0,0", "nothing is painted");
  await page.getByRole("button", { name: "Start from the network's answer" }).click();
  await done(page);
  const [[background, none], [alsoNone, person]] = await matrix(page, "photo-truth");
  assert.deepEqual([none, alsoNone, background + person], [0, 0, 48 * 48]);
  assert.ok(person > 400, `${person} cells of a person in the astronaut's photo`);
  assertClose("perfect", await valuesIn(page, "photo-truth class-table"), new Array(10).fill(1));

  const grid = page.getByRole("application", { name: /^Truth over the photo/ });
  await grid.focus();
  // From the middle of the grid, where the astronaut is, down: that is background.
  await page.keyboard.press("1");
  await page.locator("photo-truth").getByRole("radio", { name: "1 background" }).check();
  await grid.focus();
  for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowDown");
  await done(page);
  await assertBoundary(page);
  const painted = await matrix(page, "photo-truth");
  const mask = address(page).get("mask");
  assert.match(mask ?? "", /^([ab]\d*)+$/);
  const there = await stage.openPage(page.url());
  await there.locator("photo-truth paint-grid").waitFor();
  await done(there);
  assert.deepEqual(await matrix(there, "photo-truth"), painted);
  await there.close();

  const files = page.locator("photo-truth .body input[type=file]");
  // The left half is a person: as ids, then in black and white with a few pixels that are not labelled.
  await files.setInputFiles(await maskFile(page, 512, 512, (x) => (x < 256 ? 1 : 0)));
  await page.getByText("The truth is the file mask.png").waitFor();
  await done(page);
  const ofFile = await matrix(page, "photo-truth");
  assert.deepEqual(ofFile.map(([a, b]) => a + b), [256 * 512, 256 * 512]);
  await assertBoundary(page);
  const ious = await page.locator("photo-truth class-table [data-column=iou]").evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute("data-value"))));
  assertClose("IoU", ious, [0, 1].map((id) => ofFile[id][id] / (ofFile[id][0] + ofFile[id][1] + ofFile[1 - id][id])));
  await files.setInputFiles(await maskFile(page, 256, 256, (x) => (x < 128 ? 255 : 0)));
  await done(page);
  assert.deepEqual(await matrix(page, "photo-truth"), ofFile, "white is a person, and a smaller file is sampled");
  await page.getByRole("button", { name: "Paint instead" }).click();
  await done(page);
  assert.deepEqual(await matrix(page, "photo-truth"), painted);

  for (const [file, code] of /** @type {const} */ ([[await maskFile(page, 512, 100, () => 0), "mask-size"], [await maskFile(page, 512, 512, (x) => x % 256), "mask-values"]])) {
    await files.setInputFiles(file);
    await page.waitForFunction((code) => document.documentElement.dataset.error === code, code);
  }
});

/** A grey PNG file, written by the browser. @param {Page} page @param {number} width @param {number} height @param {(x: number) => number} valueAt */
async function maskFile(page, width, height, valueAt) {
  const columns = Array.from({ length: width }, (_, x) => valueAt(x));
  const base64 = await page.evaluate(
    async ({ width, height, columns }) => {
      const canvas = new OffscreenCanvas(width, height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
      const pixels = new ImageData(width, height);
      for (let i = 0; i < width * height; i++) pixels.data.set([columns[i % width], columns[i % width], columns[i % width], 255], 4 * i);
      context.putImageData(pixels, 0, 0);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    },
    { width, height, columns },
  );
  return { name: "mask.png", mimeType: "image/png", buffer: Buffer.from(base64, "base64") };
}

/** Boundary IoU by its definition: pixels of the class within a square's reach of what is not of it, or of the frame. @param {Page} page */
async function assertBoundary(page) {
  const latest = await page.locator("photo-truth").evaluate((element) => {
    const { compared, distance, boundary } = /** @type {NonNullable<PhotoTruth["latest"]>} */ (/** @type {PhotoTruth} */ (element).latest);
    return { truth: [...compared.truth], predicted: [...compared.predicted], width: compared.width, height: compared.height, distance, boundary };
  });
  const { width, height, distance } = latest;
  assert.equal(distance, Math.max(1, Math.round(0.02 * Math.hypot(width, height))));
  const boundaryOf = (/** @type {number[]} */ mask, /** @type {number} */ id) => {
    // Twice, along rows and then along columns: whether all within reach are of the class.
    const isAll = (/** @type {number[]} */ inside, /** @type {number} */ step, /** @type {(i: number) => number} */ place, /** @type {number} */ size) => {
      let run = 0;
      const runs = new Array(inside.length).fill(0);
      const order = inside.map((_, i) => i).sort((a, b) => (step === 1 ? a - b : (a % width) - (b % width) || a - b));
      for (const i of order) {
        run = place(i) === 0 ? inside[i] : inside[i] ? run + 1 : 0;
        runs[i] = run;
      }
      return inside.map((_, i) => (place(i) >= distance && place(i) + distance < size && runs[i + distance * step] > 2 * distance ? 1 : 0));
    };
    const inside = mask.map((other) => Number(other === id));
    const rows = isAll(inside, 1, (i) => i % width, width);
    const eroded = isAll(rows, width, (i) => Math.floor(i / width), height);
    return inside.map((value, i) => value === 1 && eroded[i] === 0);
  };
  const expected = [0, 1].map((id) => {
    const [ours, theirs] = [boundaryOf(latest.truth, id), boundaryOf(latest.predicted, id)];
    const union = ours.filter((value, i) => value || theirs[i]).length;
    return ours.filter((value, i) => value && theirs[i]).length / union;
  });
  assertClose("boundary IoU", latest.boundary, expected);
}

/** @param {Page} page */
async function answered(page) {
  await page.locator("photo-truth paint-grid").waitFor();
  await done(page);
}

looksRight([["light", 1280, "lang=en&live=1&picture=absent&class=2"], ["dark", 390, "lang=en&live=1&picture=absent&class=2"]], { opened: answered });

presentsAndEmbeds({
  hide: ["questions", "lead"],
  present: "lang=en&picture=speck",
  embed: "lang=de",
  async embedded(page) {
    assert.match(await page.locator("section.averages .formulas").innerText(), /mittlere IoU/);
    assert.match(await page.locator("section.averages class-table").innerText(), /0,8739/);
  },
});
