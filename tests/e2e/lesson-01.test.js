// Lesson 1: from scores to classes, on the live network; its arithmetic against torch and scipy.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { instancesOf } from "../../www/learn/01-pixels-to-classes/instances.js";
import { argmax, argmaxMap, softmax, softmaxMap } from "../../www/learn/01-pixels-to-classes/softmax.js";
import { accessibilityViolations, tooSmallControls } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { catalogueEntry, waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = "www/learn/01-pixels-to-classes";
const ADDRESS = `/${FOLDER}/`;

/** @param {string} path */
const json = async (path) => JSON.parse(await readFile(join(ROOT, path), "utf8"));

/** @param {unknown} value @returns {string[]} */
const keysOf = (value, path = "") =>
  typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, part]) => keysOf(part, `${path}.${key}`)) : [path];

/** A number as the page writes it in English. @param {string} text */
const parsed = (text) => Number(text.replaceAll(",", "").replace("−", "-").replace("%", ""));

/** The cells of a table's body. @param {Page} page @param {string} table */
const cells = (page, table) =>
  page.locator(`${table} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? "")));

/** @param {Page} page @param {string} line */
const line = async (page, line) => (await page.locator(line).innerText()).trim();

test("lesson 1: softmax and instances are torch's and scipy's", async () => {
  const { softmax: cases, maps } = await json("tests/golden/lesson_01.json");
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

test("lesson 1: both languages say the same", async () => {
  const [en, de] = await Promise.all(["en", "de"].map((language) => json(`${FOLDER}/${language}.json`)));
  assert.deepEqual(keysOf(de), keysOf(en));
  for (const id of ["people", "clothing"]) for (const { name } of (await catalogueEntry(id)).classes) assert.ok(en.classNames[name], name);
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
      // As variables: for the types these are no files of ours.
      const paths = ["/www/learn/shell/lab.js", "/www/learn/shell/photo.js"];
      const [{ Lab }, { samplePhoto }] = await Promise.all(paths.map((path) => import(path)));
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

browserTest("lesson 1: a pixel's scores, softmax, argmax and target are the network's", {}, async (stage) => {
  const page = await stage.openPage(`${ADDRESS}?model=clothing&x=0.4&y=0.55&of=3&label=1`);
  await waitForState(page, "done");
  const { width, height, classes, scores, counts } = await scoresAt(page, "clothing", 0.4, 0.55);
  const sum = scores.reduce((total, score) => total + Math.exp(score), 0);
  const best = scores.indexOf(Math.max(...scores));
  const rows = await cells(page, "pixel-scores");
  assert.equal(rows.length, classes);
  rows.forEach(([, score, exponential, probability, largest, target], id) => {
    const close = (/** @type {string} */ text, /** @type {number} */ wanted) =>
      assert.ok(Math.abs(parsed(text) - wanted) <= 6e-4 * Math.abs(wanted), `class ${id}: ${text}, ${wanted}`);
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
  const shown = (await page.locator("photo-answer .legend li").allInnerTexts()).map((text) => parsed(text.match(/[\d.]+%/)?.[0] ?? ""));
  counts.forEach((count, id) => assert.ok(Math.abs(shown[id] - (100 * count) / (width * height)) < 0.06, `class ${id}: ${shown[id]}, ${count}`));
  assert.equal(await page.locator("class-maps map-view").count(), classes);
});

browserTest("lesson 1: state in the address, by keyboard alone, and reset", {}, async (stage) => {
  const page = await stage.openPage(ADDRESS);
  await waitForState(page, "done");
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
  const address = new URL(page.url());
  assert.equal(Math.floor(Number(address.searchParams.get("x")) * 480), x);
  assert.equal(Math.floor(Number(address.searchParams.get("y")) * 480), y);

  // The main exercise goes on without a mouse: one-hot maps, the background left out.
  await page.locator("input[name=maps]:checked").focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(new URL(page.url()).searchParams.get("maps"), "onehot");
  await page.getByLabel("The background takes part in argmax").focus();
  await page.keyboard.press("Space");
  assert.match(await line(page, "background-class .readout"), /Some thing: 100%/);
  assert.equal(new URL(page.url()).searchParams.get("background"), "0");

  const again = await stage.openPage(new URL(page.url()).pathname + new URL(page.url()).search);
  await waitForState(again, "done");
  assert.equal(await line(again, status), after);
  assert.equal(await again.locator("input[name=maps]:checked").inputValue(), "onehot");
  await again.getByRole("button", { name: "Reset" }).click();
  await waitForState(again, "done");
  assert.equal(await line(again, status), before);
  assert.equal(new URL(again.url()).search, "");
});

browserTest("lesson 1: grey, threshold, two copies of the photo, another network", {}, async (stage) => {
  const page = await stage.openPage(ADDRESS);
  await waitForState(page, "done");
  assert.equal(await page.locator("input-planes .figures").first().locator("map-view").count(), 3);
  await page.getByRole("radio", { name: "the brightness in all three" }).check();
  assert.equal(await page.locator("input-planes .figures").first().locator("map-view").count(), 1);
  const share = parsed((await line(page, "input-planes .readout")).match(/[\d.]+%/)?.[0] ?? "");
  const areas = await cells(page, "input-planes");
  assert.equal(areas.length, 2);
  // What one class loses the other wins, and no more can have changed than that and back.
  assert.ok(share >= Math.abs(parsed(areas[1][1]) - parsed(areas[1][2])) - 0.11, `${share}: ${areas}`);
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
  assert.equal(new URL(page.url()).searchParams.get("gap"), "-0.6");

  await page.getByRole("combobox", { name: "Network" }).selectOption("clothing");
  await page.waitForFunction(() => document.querySelectorAll("class-maps map-view").length === 10);
  await waitForState(page, "done");
  assert.match(await page.locator("background-class math").textContent() ?? "", /c\+1=9\+1=10/);
});

browserTest("lesson 1: questions reveal what is computed", {}, async (stage) => {
  const page = await stage.openPage(ADDRESS);
  const reveal = async (/** @type {string} */ key) => {
    await page.locator(`#${key} button`).click();
    await page.waitForFunction((key) => document.getElementById(key)?.dataset.outcome, key);
    return { outcome: await page.locator(`#${key}`).getAttribute("data-outcome"), text: await page.locator(`#${key} .outcome`).innerText() };
  };
  await page.locator("#shift").getByLabel("It stays the same").check();
  assert.equal((await reveal("shift")).outcome, "right");
  await page.locator("#numbers input").fill(String(2 * 480 * 480));
  const { outcome, text } = await reveal("numbers");
  assert.equal(outcome, "right");
  assert.match(text, /2 × 480 × 480/);
  await page.locator("#without").getByLabel("All of it").check();
  assert.equal((await reveal("without")).outcome, "right");
  await page.locator("#touching input").fill("7");
  assert.match((await reveal("touching")).text, /Not quite: 2\./);
  await page.locator("#inGrey input").first().check();
  const share = parsed((await reveal("inGrey")).text.match(/It is ([\d.]+%)/)?.[1] ?? "");
  const shown = parsed((await line(page, "input-planes .readout")).match(/[\d.]+%/)?.[0] ?? "");
  assert.equal(share, shown);
});

browserTest("lesson 1: what the teacher's answers state is what the page shows", {}, async (stage) => {
  const { exercises } = (await json(`${FOLDER}/en.json`)).teacher;
  const open = async (/** @type {number} */ index) => {
    const page = await stage.openPage(`${ADDRESS}?${exercises[index].state}`);
    await waitForState(page, "done");
    return page;
  };
  let page = await open(1);
  assert.match(exercises[1].answer, /100 %/);
  assert.match(await line(page, "background-class .readout"), /Some thing: 100%/);
  page = await open(2);
  assert.match(exercises[2].answer, /20 % there are two/);
  assert.match(await line(page, "three-tasks .readout"), /person: 2\./);
});

for (const [width, height] of [[1280, 860], [390, 844]]) {
  browserTest(`lesson 1, ${width} wide: axe finds nothing, no scroll sideways`, { context: { bypassCSP: true, viewport: { width, height } } }, async (stage) => {
    const page = await stage.openPage(`${ADDRESS}?copies=2&lang=de`);
    await waitForState(page, "done");
    assert.deepEqual(await accessibilityViolations(page), []);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(scroll <= width, `the page is ${scroll} pixels wide`);
    const small = (await tooSmallControls(page)).filter((text) => !/: 20 x 20$/.test(text));
    assert.deepEqual(small, [], "radio buttons have labels as high as a fingertip");
  });
}

browserTest("lesson 1: in front of a class, and inside another page", {}, async (stage) => {
  const page = await stage.openPage(`${ADDRESS}?present=1`);
  await waitForState(page, "done");
  assert.equal(await page.locator("body > header").isVisible(), false);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("body > header").isVisible(), true);
  const embedded = await stage.openPage(`${ADDRESS}?embed=1&hide=questions,controls`);
  await waitForState(embedded, "done");
  for (const part of ["body > header", "body > footer", ".questions", ".settings >> nth=0"]) assert.equal(await embedded.locator(part).isVisible(), false, part);
  assert.equal(await embedded.locator("photo-answer canvas").first().isVisible(), true);
});
