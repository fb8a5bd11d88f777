// Lesson 9, Losses: values and gradients are PyTorch's, what is painted is judged, formulas come to what the lab says.
import assert from "node:assert/strict";
import { address, assertClose as assertCloseTo, lessonDriver, percent, readJson, reveal } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../www/learn/09-losses/loss-overview.js").LossOverview} LossOverview */
/** @typedef {{value: number, gradient: number[] | null}} Evaluated */
/**
 * @typedef {object} Golden
 * @property {string} preset
 * @property {Record<string, number | number[] | null>} settings
 * @property {"true" | "all" | "none"} by
 * @property {number} logit
 * @property {number} accuracy
 * @property {number} mean_iou
 * @property {Record<string, Evaluated>} losses
 * @property {Record<string, number>} perfect
 * @property {Record<string, number>} wrong
 */

const { texts, lessonTest, openLesson, openAgain, goTo, looksRight, presentsAndEmbeds } = lessonDriver(9);
const LOSSES = ["cross_entropy", "class_weighted", "border_weighted", "focal", "dice", "squared_dice", "tversky"];

/** @type {Golden[]} */
const golden = await readJson("tests/golden/lesson_09.json");
const [cells, others, imbalanced, merged] = golden;

/** @param {Page} page */
const done = (page) => waitForState(page, "done");

/** @param {import("./harness.js").Stage} stage @param {string} query */
const open = (stage, query) => openLesson(stage, `lang=en&${query}`);

/** All numbers that the page shows, as it has them. @param {Page} page */
function latest(page) {
  return page.locator("loss-overview").evaluate((element) => {
    const { shown, evaluation } = /** @type {NonNullable<LossOverview["latest"]>} */ (/** @type {LossOverview} */ (element).latest);
    const losses = Object.entries(evaluation.losses).map(([key, { value, gradient, perPixel }]) => [key, { value, gradient: [...gradient], perPixel: perPixel && [...perPixel] }]);
    return { scores: [...shown.scores], truth: [...shown.truth], predicted: [...shown.predicted], width: shown.width, height: shown.height, measured: evaluation.measured, losses: Object.fromEntries(losses) };
  });
}

/** @param {Golden["settings"]} settings */
const queryOf = (settings) => Object.entries(settings).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`])).join("&");

/** @param {string} name @param {ArrayLike<number>} ours @param {ArrayLike<number>} theirs PyTorch's */
const assertClose = (name, ours, theirs) => assertCloseTo(name, ours, theirs, 1e-9, 1e-5);

/** How far a value has come from perfect to all wrong. @param {Golden} of @param {string} key */
function wayOf({ losses, perfect, wrong, accuracy, mean_iou }, key) {
  if (key === "accuracy") return 1 - accuracy;
  if (key === "mean_iou") return 1 - mean_iou;
  return (losses[key].value - perfect[key]) / (wrong[key] - perfect[key]);
}

lessonTest("values and gradients are PyTorch's, with any hyper-parameters, and the table says how far each has come", {}, async (stage) => {
  for (const of of golden) {
    const { preset, settings, by, logit, losses } = of;
    const page = await open(stage, `preset=${preset}&${queryOf(settings)}`);
    const ours = await latest(page);
    const pixels = ours.truth.length;
    assertClose("scores", ours.scores, Array.from(ours.scores, (_, i) => (ours.predicted[i % pixels] === Math.floor(i / pixels) ? logit : 0)));
    for (const key of LOSSES) {
      const { value, gradient } = ours.losses[key];
      assertClose(`${preset}, ${key}`, [value], [losses[key].value]);
      const compared = by === "all" ? gradient : ours.truth.map((id, i) => gradient[id * pixels + i]);
      if (losses[key].gradient) assertClose(`${preset}, gradient of ${key}`, compared, losses[key].gradient);
      assertClose(`${preset}, ${key} as shown`, [Number(await page.locator(`loss-overview [data-loss=${key}]`).getAttribute("data-value"))], [losses[key].value]);
    }
    assertClose("accuracy, mean IoU", [ours.measured.pixelAccuracy, ours.measured.meanIou], [of.accuracy, of.mean_iou]);
    for (const key of ["accuracy", "mean_iou", ...LOSSES]) {
      const row = page.locator(`sight-table tr[data-measure=${key}]`);
      const way = wayOf(of, key);
      assert.ok(Math.abs(Number(await row.getAttribute("data-way")) - way) < 2e-5, `${preset}, way of ${key}`);
      assert.ok((await row.innerText()).includes(percent(way)), `${preset}, way of ${key} as shown`);
    }
    await page.close();
  }
});

lessonTest("in the imbalanced case accuracy and cross entropy are blind; the teacher's answers quote what the page shows", {}, async (stage) => {
  const counts = [361, 51, 20];
  assert.equal(percent(imbalanced.accuracy), "83.6%");
  assert.ok(Math.abs(wayOf(imbalanced, "cross_entropy") - wayOf(imbalanced, "accuracy")) < 1e-5);
  const { teacher } = await texts("en");
  const [blind, ridge, push] = teacher.exercises;

  const page = await open(stage, blind.state);
  for (const [id, count] of counts.entries()) assert.ok((await page.locator("case-grids figcaption").first().innerText()).includes(percent(count / 432)), `share of class ${id}`);
  const quoted = [percent(imbalanced.accuracy), percent(imbalanced.mean_iou), ...["cross_entropy", "class_weighted", "dice"].map((key) => percent(wayOf(imbalanced, key)))];
  for (const figure of quoted) {
    assert.ok(blind.answer.includes(figure), `answer says ${figure}`);
    assert.ok((await page.locator("main").innerText()).includes(figure), `page says ${figure}`);
  }

  await goTo(page, `lang=en&${ridge.state}`);
  for (const key of ["cross_entropy", "border_weighted"]) assert.ok(ridge.answer.includes(percent(wayOf(merged, key))), `answer says ${percent(wayOf(merged, key))}`);
  const { truth: ofRidge, predicted } = await latest(page);
  const wrong = ofRidge.filter((id, i) => id !== predicted[i]).length;
  assert.ok(ridge.answer.startsWith(`${wrong} pixels.`));
  assert.match(await page.locator("case-grids .readout").innerText(), new RegExp(`^${wrong} of 432 `));

  await goTo(page, `lang=en&${push.state}`);
  for (const key of ["cross_entropy", "class_weighted"]) {
    const { losses, truth } = await latest(page);
    const sums = [0, 0, 0];
    truth.forEach((id, i) => (sums[id] += Math.abs(losses[key].gradient[id * truth.length + i])));
    const share = percent(sums[2] / (sums[0] + sums[1] + sums[2]));
    assert.ok(push.answer.includes(share), `answer says ${share} of ${key}`);
    assert.ok((await page.locator(`sight-table tr[data-measure=${key}]`).innerText()).includes(share), `table says ${share}`);
  }
});

lessonTest("formulas with a pixel's numbers come to what the lab says, for right, wrong and border pixels", {}, async (stage) => {
  // Background between two cells and a wrong cell in all losses; a right one and background far away in one of each kind.
  const places = /** @type {const} */ ([
    [cells, 11, 4, LOSSES],
    [cells, 5, 4, ["focal", "dice"]],
    [cells, 15, 9, ["border_weighted", "squared_dice"]],
    [others, 20, 10, LOSSES],
  ]);
  for (const { settings } of [cells, others]) {
    const page = await open(stage, queryOf(settings));
    for (const [of, x, y, losses] of places) {
      if (of.settings !== settings) continue;
      await page.locator("loss-detail .gradient canvas").click({ position: await placeOf(page, x, y) });
      await done(page);
      assert.match(await page.locator("loss-detail .pixel").innerText(), new RegExp(`column ${x + 1}, row ${y + 1},`));
      for (const key of losses) {
        await page.locator(`loss-overview input[value=${key}]`).check();
        await done(page);
        const lines = await page.locator("loss-detail math[data-computed]").evaluateAll((maths) => maths.map((math) => [Number(math.getAttribute("data-computed")), Number(math.getAttribute("data-value"))]));
        assert.ok(lines.length >= 2);
        for (const [computed, value] of lines) assert.ok(Math.abs(computed - value) <= 1e-9 + 2e-5 * Math.abs(value), `${key} at ${x}, ${y}: ${computed}, the lab ${value}`);
      }
    }
    await page.close();
  }
});

/** Where a cell is on the map of gradients. @param {Page} page @param {number} x @param {number} y */
async function placeOf(page, x, y) {
  const box = await page.locator("loss-detail .gradient canvas").boundingBox();
  assert.ok(box);
  return { x: ((x + 0.5) / 24) * box.width, y: ((y + 0.5) / 18) * box.height };
}

lessonTest("by keyboard alone: paint, choose, move sliders; the address says all of it, and reset takes it back", {}, async (stage) => {
  // A case that there is not is the first.
  const page = await open(stage, "preset=nonsense");
  assert.equal(address(page).get("preset"), null);
  assert.equal(await page.locator("case-grids .chosen-buttons [aria-pressed=true]").count(), 1);
  const before = await latest(page);
  await page.getByRole("application", { name: /^Prediction/ }).focus();
  // From the chosen pixel, column 11, row 5: one to the right, and the class 3 there; then a line of two.
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("3");
  await page.keyboard.press("Shift+ArrowDown");
  await done(page);
  const after = await latest(page);
  const changed = after.predicted.flatMap((id, i) => (id === before.predicted[i] ? [] : [[i, id]]));
  assert.deepEqual(changed, [[4 * 24 + 11, 2], ...(before.predicted[5 * 24 + 11] === 1 ? [] : [[5 * 24 + 11, 1]])]);
  await page.locator("loss-overview").getByRole("radio", { name: "Focal" }).focus();
  await page.keyboard.press("Space");
  const gamma = page.getByRole("slider", { name: /gamma/ });
  await gamma.focus();
  for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
  await done(page);
  assert.equal(address(page).get("loss"), "focal");
  assert.equal(address(page).get("gamma"), "2.5");
  assert.match(address(page).get("prediction") ?? "", /^([a-c]\d*)+$/);

  const there = await openAgain(stage, page);
  assert.deepEqual((await latest(there)).losses, (await latest(page)).losses);
  assert.ok(await there.locator("loss-overview").getByRole("radio", { name: "Focal" }).isChecked());
  assert.equal(await there.getByRole("slider", { name: /gamma/ }).inputValue(), "2.5");

  await page.getByRole("button", { name: "Reset" }).click();
  await done(page);
  assert.equal(new URL(page.url()).search, "?lang=en");
  assert.deepEqual((await latest(page)).losses, before.losses);
});

lessonTest("mouse: a stroke leaves no cell out, a larger brush paints a square, the truth changes class weights", { context: { viewport: { width: 1280, height: 1100 } } }, async (stage) => {
  const page = await open(stage, "preset=imbalanced&loss=class_weighted");
  await page.getByRole("radio", { name: "3 dividing cell" }).check();
  const grid = page.getByRole("application", { name: /^Truth/ });
  const box = await grid.boundingBox();
  assert.ok(box);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => /** @type {const} */ ([box.x + ((x + 0.5) / 24) * box.width, box.y + ((y + 0.5) / 18) * box.height]);
  await page.mouse.move(...at(1, 16));
  await page.mouse.down();
  await page.mouse.move(...at(9, 16));
  await page.mouse.up();
  await done(page);
  const stroke = (await latest(page)).truth;
  for (let x = 0; x < 24; x++) assert.equal(stroke[16 * 24 + x], x >= 1 && x <= 9 ? 2 : 0);
  await page.getByLabel("Size").selectOption("3");
  await page.mouse.click(...at(20, 15));
  await done(page);
  const { truth } = await latest(page);
  for (const y of [14, 15, 16]) for (const x of [19, 20, 21]) assert.equal(truth[y * 24 + x], 2);
  const rare = truth.filter((id) => id === 2).length;
  assert.equal(rare, 20 + 9 + 9);
  // Balanced: all pixels by three classes and those of the class.
  assert.ok((await page.locator("parameter-sliders label").nth(2).innerText()).includes((432 / 3 / rare).toLocaleString("en", { maximumSignificantDigits: 3 })));
});

lessonTest("steps go from perfect to all wrong, the rarest class first", {}, async (stage) => {
  const page = await open(stage, "step=0&order=rare");
  const ways = () => page.locator("wrong-steps tr[data-measure]").evaluateAll((rows) => Object.fromEntries(rows.map((row) => [row.getAttribute("data-measure"), Number(row.getAttribute("data-way"))])));
  for (const way of Object.values(await ways())) assert.ok(Math.abs(way) < 1e-12);
  const steps = page.locator("wrong-steps");
  await steps.getByRole("button", { name: "Step", exact: true }).click();
  await done(page);
  assert.equal(address(page).get("step"), "1");
  const { accuracy, cross_entropy, class_weighted } = await ways();
  assert.ok(Math.abs(accuracy - 54 / 432) < 1e-9);
  assert.ok(Math.abs(cross_entropy - accuracy) < 1e-6, "cross entropy counts wrong pixels");
  assert.ok(class_weighted > 2 * accuracy, "balanced weights see that the rarest class is gone");
  await steps.getByLabel("pixels from everywhere").check();
  await done(page);
  assert.ok(Math.abs((await ways()).class_weighted - accuracy) < 0.05);
  for (let step = 2; step < 9; step++) await steps.getByRole("button", { name: "Step", exact: true }).click();
  await done(page);
  for (const way of Object.values(await ways())) assert.ok(Math.abs(way - 1) < 1e-12);
  assert.match(await steps.locator("figcaption").innerText(), /^432 of 432/);
});

lessonTest("questions reveal what is computed", {}, async (stage) => {
  const page = await open(stage, "");
  const first = await reveal(page, "q1", 30);
  assert.equal(first.outcome, "wrong");
  assert.ok(first.text.includes(percent(imbalanced.accuracy)) && first.text.includes(percent(imbalanced.mean_iou)), first.text);
  const second = await reveal(page, "q2", "Cross entropy");
  assert.equal(second.outcome, "right");
  for (const key of ["cross_entropy", "class_weighted", "dice"]) assert.ok(second.text.includes(percent(wayOf(imbalanced, key))), second.text);
  assert.equal((await reveal(page, "q3", 100)).outcome, "right");
  assert.equal((await reveal(page, "q4", "Dice")).outcome, "right");
});

lessonTest("a photo and the network's scores: the truth is its own answer moved, or painted", {}, async (stage) => {
  const page = await open(stage, "preset=photo");
  await page.waitForFunction(() => /** @type {LossOverview} */ (document.querySelector("loss-overview"))?.latest?.shown.looks.length === 2);
  await done(page);
  const { width, height, truth, predicted, scores } = await latest(page);
  assert.deepEqual([width, height], [48, 48]);
  const people = predicted.filter((id) => id === 1).length / predicted.length;
  assert.ok(people > 0.2 && people < 0.8, `${people} of the astronaut's photo is a person`);
  predicted.forEach((id, i) => assert.equal(id, Number(scores[i + predicted.length] > scores[i])));
  truth.forEach((id, i) => assert.equal(id, i % 48 < 2 || i < 2 * 48 ? 0 : predicted[i - 2 * 48 - 2]));
  await page.getByRole("application", { name: /^Truth/ }).focus();
  await page.keyboard.press(truth[4 * 48 + 10] === 1 ? "1" : "2");
  await done(page);
  assert.equal((await latest(page)).truth.filter((id, i) => id !== truth[i]).length, 1);
  assert.ok(address(page).get("truth"));
  assert.match(await page.locator("case-grids").innerText(), /The truth is what you have painted/);
});

looksRight([["light", 1280, "lang=en&loss=class_weighted"], ["dark", 390, "lang=en&loss=class_weighted"]]);

presentsAndEmbeds({
  hide: ["questions", "lead"],
  present: "lang=en&preset=merged",
  embed: "lang=de",
  ended: async (page) => assert.equal(address(page).get("preset"), "merged"),
  embedded: async (page) => assert.match(await page.locator("case-grids .readout").innerText(), /Pixelgenauigkeit 89,1\s%/),
});
