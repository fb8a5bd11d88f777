// Lesson 1: from scores to classes, on the live network; its arithmetic against torch and scipy.
import assert from "node:assert/strict";
import { instancesOf } from "../../www/learn/01-pixels-to-classes/instances.js";
import { argmax, argmaxMap, softmax, softmaxMap } from "../../www/learn/shell/softmax.js";
import { address, asNumber, lessonDriver, readJson, reveal, rowsOf } from "./lesson-driver.js";
import { catalogueEntry, waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

const { texts, test, lessonTest, openLesson, openAgain, goTo, looksRight, presentsAndEmbeds } = lessonDriver(1);

/** The first percentage of a text. @param {string} text */
const percentIn = (text) => asNumber(text.match(/[\d.]+%/)?.[0] ?? "");

/** @param {Page} page @param {string} line */
const line = async (page, line) => (await page.locator(line).innerText()).trim();

test("softmax and instances are torch's and scipy's", async () => {
  const { softmax: cases, maps } = await readJson("tests/golden/lesson_01.json");
  for (const { scores, probabilities } of cases) {
    softmax(scores).forEach((value, i) => assert.ok(Math.abs(value - probabilities[i]) <= 1e-12 * probabilities[i], `${value}, ${probabilities[i]}`));
    // A map of that pixel, and beside it the same scores backwards.
    const classes = scores.length;
    const map = Float32Array.from({ length: 2 * classes }, (_, i) => scores[i % 2 === 0 ? i >> 1 : classes - 1 - (i >> 1)]);
    const best = probabilities.indexOf(Math.max(...probabilities));
    assert.deepEqual([...argmaxMap(map, classes)], [best, classes - 1 - best]);
    softmaxMap(map, classes).forEach((value, i) => assert.ok(Math.abs(value - probabilities[i % 2 === 0 ? i >> 1 : classes - 1 - (i >> 1)]) < 1e-7));
    assert.equal(argmax(scores), best);
    assert.notEqual(argmax(scores, best), best);
    assert.notEqual(argmaxMap(map, classes, 0)[0], 0);
  }
  for (const { width, ids, components } of maps) {
    for (const { class: id, instances: wanted } of components) {
      const { instances, labels } = instancesOf(Uint8Array.from(ids), width, id);
      const sorted = (/** @type {object[]} */ all) => all.map((each) => JSON.stringify(Object.entries(each).sort())).sort();
      assert.deepEqual(sorted(instances), sorted(wanted));
      instances.forEach(({ pixels }, index) => assert.equal(labels.filter((label) => label === index).length, pixels));
      const large = instancesOf(Uint8Array.from(ids), width, id, 4);
      assert.equal(large.instances.length, wanted.filter((/** @type {{pixels: number}} */ { pixels }) => pixels >= 4).length);
    }
  }
});

test("every class has a name in the lesson's text", async () => {
  const { classNames } = await texts("en");
  for (const id of ["people", "clothing"]) for (const { name } of (await catalogueEntry(id)).classes) assert.ok(classNames[name], name);
});

/**
 * The scores of every class at a pixel, and how many pixels each class wins, from another run of the same network.
 * @param {Page} page
 * @param {string} id
 * @param {number} x
 * @param {number} y
 */
function scoresAt(page, id, x, y) {
  return page.evaluate(
    async ({ id, x, y }) => {
      const [{ Lab }, { samplePhoto }] = await Promise.all(["lab.js", "photo.js"].map((file) => import(new URL(`../shell/${file}`, location.href).href)));
      const model = await new Lab().model(id);
      const photo = await samplePhoto("astronaut");
      const description = await model.describe(await model.sizeFor(photo));
      const { name } = description.nodes[description.output];
      await model.setTaps([name]);
      await model.run(photo);
      const { shape, data } = await model.value(name);
      const [, classes, height, width] = shape;
      const pixels = width * height;
      const scoresOf = (/** @type {number} */ at) => Array.from({ length: classes }, (_, id) => Number(data[id * pixels + at]));
      const counts = new Array(classes).fill(0);
      for (let at = 0; at < pixels; at++) {
        const scores = scoresOf(at);
        counts[scores.indexOf(Math.max(...scores))]++;
      }
      return { width, height, classes, scores: scoresOf(Math.floor(y * height) * width + Math.floor(x * width)), counts };
    },
    { id, x, y },
  );
}

lessonTest("a pixel's scores, softmax, argmax and target are the network's", {}, async (stage) => {
  const page = await openLesson(stage, "model=clothing&x=0.4&y=0.55&of=3&label=1");
  const { width, height, classes, scores, counts } = await scoresAt(page, "clothing", 0.4, 0.55);
  const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
  const best = scores.indexOf(Math.max(...scores));
  const rows = await rowsOf(page, "pixel-scores");
  assert.equal(rows.length, classes);
  rows.forEach(([, score, exponential, probability, largest, target], id) => {
    const close = (/** @type {string} */ text, /** @type {number} */ wanted) =>
      assert.ok(Math.abs(asNumber(text) - wanted) <= 6e-4 * Math.abs(wanted), `class ${id}: ${text}, ${wanted}`);
    close(score, scores[id]);
    close(exponential, Math.exp(scores[id]));
    close(probability, Math.exp(scores[id]) / sum);
    assert.equal(largest !== "", id === best);
    assert.equal(target, id === 1 ? "1" : "0");
  });
  // The formula has the same numbers: as many terms below the line as classes, and at its end the probability.
  const formula = page.locator("pixel-scores math");
  assert.equal(await formula.locator("mfrac").nth(1).locator("msup").count(), 1 + classes);
  assert.equal(await formula.locator("mn").last().textContent(), rows[3][3]);
  assert.match(await line(page, "pixel-scores .readout[role=status]"), new RegExp(`^Pixel ${Math.floor(0.4 * width)}, ${Math.floor(0.55 * height)}: `));
  assert.match(await page.locator("pixel-scores").innerText(), /\(0, 1, 0, 0, 0, 0, 0, 0, 0, 0\)/);

  // Areas under the mask are those of argmax.
  const shown = (await page.locator("photo-answer .legend li").allInnerTexts()).map(percentIn);
  counts.forEach((count, id) => assert.ok(Math.abs(shown[id] - (100 * count) / (width * height)) < 0.06, `class ${id}: ${shown[id]}, ${count}`));
  assert.equal(await page.locator("class-maps map-view").count(), classes);
});

lessonTest("state in the address, by keyboard alone, and reset", {}, async (stage) => {
  const page = await openLesson(stage);
  const status = "pixel-scores .readout[role=status]";
  const before = await line(page, status);
  await page.locator("photo-answer canvas").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  const after = await line(page, status);
  assert.notEqual(after, before);
  const [x, y] = /** @type {RegExpMatchArray} */ (after.match(/Pixel (\d+), (\d+)/)).slice(1).map(Number);
  const [x0, y0] = /** @type {RegExpMatchArray} */ (before.match(/Pixel (\d+), (\d+)/)).slice(1).map(Number);
  assert.deepEqual([x - x0, y - y0], [1, 30]);
  for (const [key, value] of /** @type {const} */ ([["x", x], ["y", y]])) assert.equal(Math.floor(Number(address(page).get(key)) * 480), value);

  // The main exercise goes on without a mouse: one-hot maps, the background left out.
  await page.locator("input[name=maps]:checked").focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(address(page).get("maps"), "onehot");
  await page.getByLabel("The background takes part in argmax").focus();
  await page.keyboard.press("Space");
  assert.match(await line(page, "background-class .readout"), /Some thing: 100%/);
  assert.equal(address(page).get("background"), "0");

  const again = await openAgain(stage, page);
  assert.equal(await line(again, status), after);
  assert.equal(await again.locator("input[name=maps]:checked").inputValue(), "onehot");
  await again.getByRole("button", { name: "Reset" }).click();
  await waitForState(again, "done");
  assert.equal(await line(again, status), before);
  assert.equal(new URL(again.url()).search, "");
});

lessonTest("grey, threshold, two copies of the photo, another network", {}, async (stage) => {
  const page = await openLesson(stage);
  assert.equal(await page.locator("input-planes .figures").first().locator("map-view").count(), 3);
  await page.getByRole("radio", { name: "the brightness in all three" }).check();
  assert.equal(await page.locator("input-planes .figures").first().locator("map-view").count(), 1);
  const share = percentIn(await line(page, "input-planes .readout"));
  const areas = await rowsOf(page, "input-planes");
  assert.equal(areas.length, 2);
  // What one class loses the other wins, and no more can have changed than that and back.
  assert.ok(share >= Math.abs(asNumber(areas[1][1]) - asNumber(areas[1][2])) - 0.11, `${share}: ${areas}`);
  await page.getByRole("radio", { name: "three planes" }).check();

  await page.getByRole("slider", { name: "Smallest probability" }).fill("0.9");
  const text = await line(page, "background-class .readout");
  const shares = [...text.matchAll(/([\d.]+)%/g)].map(([, number]) => Number(number));
  assert.ok(Math.abs(shares.reduce((sum, value) => sum + value, 0) - 100) < 0.2 && shares[2] > 0, text);

  const count = async () => Number((await line(page, "three-tasks .readout")).match(/person: (\d+)/)?.[1]);
  assert.equal(await count(), 1);
  await page.getByRole("radio", { name: "twice, beside itself" }).check();
  await waitForState(page, "done");
  assert.equal(await count(), 2, "a grey stripe lies between the two");
  await page.getByRole("slider", { name: "Distance" }).fill("-0.6");
  await waitForState(page, "done");
  assert.equal(await count(), 1, "masks that touch are one instance");
  assert.equal(address(page).get("gap"), "-0.6");

  await page.getByRole("combobox", { name: "Network" }).selectOption("clothing");
  await page.waitForFunction(() => document.querySelectorAll("class-maps map-view").length === 10);
  await waitForState(page, "done");
  assert.match(await page.locator("background-class math").textContent() ?? "", /c\+1=9\+1=10/);
});

lessonTest("questions reveal what is computed", {}, async (stage) => {
  const page = await openLesson(stage);
  assert.equal((await reveal(page, "shift", "It stays the same")).outcome, "right");
  const { outcome, text } = await reveal(page, "numbers", 2 * 480 * 480);
  assert.equal(outcome, "right");
  assert.match(text, /2 × 480 × 480/);
  assert.equal((await reveal(page, "without", "All of it")).outcome, "right");
  assert.match((await reveal(page, "touching", 7)).text, /Not quite: 2\./);
  const share = asNumber((await reveal(page, "inGrey", 0)).text.match(/It is ([\d.]+%)/)?.[1] ?? "");
  assert.equal(share, percentIn(await line(page, "input-planes .readout")));
});

lessonTest("what the teacher's answers state is what the page shows", {}, async (stage) => {
  const { exercises } = (await texts("en")).teacher;
  const page = await openLesson(stage, exercises[1].state);
  assert.match(exercises[1].answer, /100 %/);
  assert.match(await line(page, "background-class .readout"), /Some thing: 100%/);
  await goTo(page, exercises[2].state);
  assert.match(exercises[2].answer, /20 % there are two/);
  assert.match(await line(page, "three-tasks .readout"), /person: 2\./);
});

looksRight([["light", 1280, "copies=2&lang=de"], ["dark", 390, "copies=2&lang=de"]]);

presentsAndEmbeds({
  hide: ["questions", "controls"],
  embedded: async (page) => assert.equal(await page.locator("photo-answer canvas").first().isVisible(), true),
});
