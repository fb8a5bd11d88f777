// Lesson 7, wider without smaller: paths through dilated grids, fields of a live network whose rates change, pyramid pooling, and the CRF
// against numpy.
import assert from "node:assert/strict";
import { address, lessonDriver, numbers, readJson, reveal, withoutLive } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

const { path, texts, lessonTest, openLesson, goTo, looksRight, presentsAndEmbeds } = lessonDriver(7);

/**
 * Ways to go from a cell to the middle: along each axis every layer steps by its rate, back, or not at all, and the axes do not care for each other.
 * @param {number[]} rates
 */
function pathsTo(rates) {
  const span = rates.reduce((sum, rate) => sum + rate, 0);
  let ways = new Map([[0, 1]]);
  for (const rate of rates) {
    /** @type {Map<number, number>} */
    const next = new Map();
    for (const [at, count] of ways) for (const step of [-rate, 0, rate]) next.set(at + step, (next.get(at + step) ?? 0) + count);
    ways = next;
  }
  const axis = Array.from({ length: 2 * span + 1 }, (_, index) => ways.get(index - span) ?? 0);
  return axis.flatMap((down) => axis.map((across) => down * across));
}

/** @param {Page} page @param {"a" | "b"} side */
const cellsOf = (page, side) => page.locator(`.pane.${side} path-grid`).evaluate((grid) => [...grid.querySelectorAll("svg > g, svg > rect:not(.middle)")].map((cell) => Number(cell.textContent || 0)));

lessonTest("paths of dilated stacks are those counted by hand, by keyboard, and the address holds the rates", {}, async (stage) => {
  await withoutLive(stage);
  const page = await stage.openPage(path("b=1,2,4"));
  const expectCells = async (/** @type {"a" | "b"} */ side, /** @type {number[]} */ rates) => {
    await page.locator(`.pane.${side} .readout`, { hasText: `rates ${rates.join(", ")}:` }).waitFor();
    const expected = pathsTo(rates);
    assert.deepEqual(await cellsOf(page, side), expected, `rates ${rates}`);
    const read = expected.filter((count) => count > 0).length;
    const [, , , , , cells, readShown, unread] = numbers(await page.locator(`.pane.${side} .readout`).innerText());
    assert.deepEqual([cells, readShown, unread], [expected.length, read, expected.length - read]);
  };
  await expectCells("a", [2, 2, 2]);
  await expectCells("b", [1, 2, 4]);
  await page.locator(".pane.b").getByLabel("Rate of layer 3").focus();
  await page.keyboard.press("ArrowUp");
  await expectCells("b", [1, 2, 5]);
  assert.equal(address(page).get("b"), null, "the default is not in the address");
  await page.locator(".pane.a").getByLabel("Rate of layer 2").focus();
  await page.keyboard.press("ArrowDown");
  await expectCells("a", [2, 1, 2]);
  assert.equal(address(page).get("a"), "2,1,2");
  await page.getByRole("button", { name: "Back" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".pane.a .readout", { hasText: "After 2 of the layers" }).waitFor();
  assert.equal(address(page).get("layers"), "2");
});

lessonTest("a rate of a live network moves its field by twice the jump; the address and the teacher's answer have it", {}, async (stage) => {
  const page = await openLesson(stage, "network=deeplabv3&rates=2,4,6,24,36");
  const row = page.locator(".fields tbody tr", { hasText: "classifier.0.convs.1.0" });
  const sizes = async () => [...numbers(await row.locator(".before").innerText()), Number(await row.locator(".after").getAttribute("data-size"))];
  const [trained, edited] = await sizes();
  // r = r_in + d (k - 1) j with j = 8, the strides of the ResNet: r_in stays, as the rates before it do.
  assert.equal(trained - edited, (12 - 6) * (3 - 1) * 8);
  const slider = page.getByRole("slider", { name: "trained with 12" });
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((size) => document.querySelector(`.fields [data-size="${size}"]`), edited + (3 - 1) * 8);
  assert.equal(address(page).get("rates"), "2,4,7,24,36");
  assert.match((await row.locator(".after").innerText()).replace(/\s+/g, ""), new RegExp(`\\+7·\\(3−1\\)·8=${edited + 16}$`));
  await waitForState(page, "done");
  assert.ok(numbers(await page.locator(".dilation .changed").innerText())[0] > 0);

  await page.getByRole("button", { name: "Rates as trained" }).click();
  await page.locator(".dilation .changed", { hasText: /^0% of the pixels/ }).waitFor();
  assert.deepEqual(await sizes(), [trained, trained]);
  assert.equal(address(page).get("rates"), null);

  const exercise = (await texts("en")).teacher.exercises.at(-1);
  await goTo(page, exercise.state);
  const [is, was] = numbers((await page.locator(".reach").innerText()).replace(/^.* sees (?=\d)/, ""));
  assert.deepEqual(numbers(exercise.answer), [was, is, ...numbers(await page.locator(".dilation .changed").innerText())]);
  await page.getByRole("button", { name: "Reset" }).click();
  await page.locator(".dilation .changed", { hasText: /^0% of the pixels/ }).waitFor();
  assert.equal(new URL(page.url()).search, "");
});

lessonTest("pyramid pooling averages the features; without a grid the answer changes as the list says", {}, async (stage) => {
  const page = await openLesson(stage, "off=2");
  assert.equal(await page.getByRole("checkbox", { name: "2 × 2" }).isChecked(), false);
  const changed = page.locator(".pyramid .changed");
  const alone = async (/** @type {number} */ bins) => numbers(await page.locator(`.alone [data-bins="${bins}"]`).innerText())[2];
  assert.deepEqual(numbers(await changed.innerText()), [await alone(2)]);
  await page.getByRole("checkbox", { name: "2 × 2" }).focus();
  await page.keyboard.press("Space");
  await page.locator(".pyramid .changed", { hasText: /^0% of the pixels/ }).waitFor();
  await page.getByRole("checkbox", { name: "6 × 6" }).uncheck();
  await changed.filter({ hasText: new RegExp(`^${await alone(6)}% of the pixels`) }).waitFor();
  assert.equal(address(page).get("off"), "6");

  // Each cell of the 2x2 grid is the mean of a quarter of the map; by another way than the network's.
  const { pooled, features } = await page.evaluate(async () => {
    const { Lab } = await import(new URL("../shell/lab.js", location.href).href);
    const { samplePhoto } = await import(new URL("../shell/photo.js", location.href).href);
    const { pyramidOf } = await import(new URL("pyramid.js", location.href).href);
    const photo = await samplePhoto("astronaut");
    const model = await new Lab().model("pspnet");
    const pyramid = pyramidOf(await model.describe(await model.sizeFor(photo)));
    const names = [pyramid.branches.find((/** @type {any} */ branch) => branch.bins === 2).pool, pyramid.features.name];
    await model.setTaps(names);
    await model.run(photo);
    const [pooled, features] = [await model.value(names[0]), await model.value(names[1])];
    return { pooled: Array.from(pooled.data), features: { shape: features.shape, data: Array.from(features.data) } };
  });
  const [, channels, height, width] = features.shape;
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < 4; cell++) {
      let sum = 0;
      for (let y = 0; y < height / 2; y++) {
        for (let x = 0; x < width / 2; x++) sum += features.data[(channel * height + (cell >> 1) * (height / 2) + y) * width + (cell & 1) * (width / 2) + x];
      }
      const mean = (4 * sum) / (height * width);
      assert.ok(Math.abs(pooled[4 * channel + cell] - mean) < 1e-3 * Math.max(1, Math.abs(mean)), `channel ${channel}, cell ${cell}: ${pooled[4 * channel + cell]}, not ${mean}`);
    }
  }
});

lessonTest("the CRF is numpy's mean field; none of its steps changes nothing, and probabilities add up to one", {}, async (stage) => {
  const golden = await readJson("tests/golden/lesson_07.json");
  await withoutLive(stage);
  const page = await stage.openPage(path());
  const refined = await page.evaluate(async ({ shape, probabilities, rgb, refined }) => {
    const { Lab } = await import(new URL("../shell/lab.js", location.href).href);
    const lab = new Lab();
    /** @type {Record<string, number[]>} */
    const results = {};
    for (const iterations of Object.keys(refined)) {
      results[iterations] = Array.from(await lab.refineByCrf(Float32Array.from(probabilities), shape, Uint8Array.from(rgb), Number(iterations)));
    }
    return results;
  }, golden);
  const [classes, height, width] = golden.shape;
  for (const [iterations, expected] of Object.entries(golden.refined)) {
    const ours = refined[iterations];
    expected.forEach((/** @type {number} */ value, /** @type {number} */ index) => assert.ok(Math.abs(ours[index] - value) < 1e-4, `${iterations} steps, value ${index}: ${ours[index]}, not ${value}`));
    for (let pixel = 0; pixel < height * width; pixel++) {
      let sum = 0;
      for (let id = 0; id < classes; id++) sum += ours[id * height * width + pixel];
      assert.ok(Math.abs(sum - 1) < 1e-5, `${iterations} steps, pixel ${pixel}: ${sum}`);
    }
  }
  golden.probabilities.forEach((/** @type {number} */ value, /** @type {number} */ index) => assert.ok(Math.abs(refined["0"][index] - value) < 1e-6));
});

lessonTest("both refinements on and off, on a live mask", {}, async (stage) => {
  const page = await stage.openPage(path("crf=1&iterations=0&side=48"));
  await page.locator(".readout.crf", { hasText: "0 iterations" }).waitFor({ timeout: 60_000 });
  assert.match(await page.locator(".readout.crf").innerText(), /0% of the 48 × 48 cells get another class/);
  await waitForState(page, "done");
  await page.getByRole("slider", { name: "Iterations" }).focus();
  await page.keyboard.press("ArrowRight");
  await page.locator(".readout.crf", { hasText: /^1 iterations over 5,308,416 pairs/ }).waitFor({ timeout: 60_000 });
  assert.equal(address(page).get("iterations"), "1");
  await page.getByLabel("CRF on").uncheck();
  await page.locator(".readout.crf", { hasText: "The CRF is off: 48 × 48 cells" }).waitFor();

  await page.getByLabel("Guided refinement on").check();
  const fine = page.locator(".readout.fine", { hasText: "pixels get another class" });
  await fine.waitFor();
  const [share] = numbers(await fine.innerText());
  assert.ok(share > 0 && share < 5, `${share} % of the pixels are at borders`);
  assert.equal(address(page).get("fine"), "1");
});

lessonTest("questions reveal what is computed", {}, async (stage) => {
  await withoutLive(stage);
  const page = await stage.openPage(path());
  assert.match((await reveal(page, "cellsQuestion", 49)).text, /^Right: 49\..* The other 120 of 169/);
  for (const [id, guess, answer, reason] of [
    ["ratesQuestion", 1, "Right: 1, 2, 5.", new RegExp(`: 120 for 2, 2, 2; 0 for 1, 2, 5, which spans 17 cells across; ${21 * 21 - 11 * 11} for 2, 4, 4`)],
    ["costQuestion", 2, "Not quite: As many.", /Both have 9 weights and do 9,216 multiplications .* One sees 3 cells across, the other 25/],
  ]) {
    const { text } = await reveal(page, String(id), Number(guess));
    assert.ok(text.includes(String(answer)), text);
    assert.match(text, /** @type {RegExp} */ (reason));
  }
  const { exercises } = (await texts("en")).teacher;
  for (const [index, rates] of [[0, [2, 2, 2]], [1, [1, 2, 5]], [2, [1, 3, 9]]]) {
    const paths = pathsTo(/** @type {number[]} */ (rates));
    assert.ok(numbers(exercises[Number(index)].answer).includes(paths.filter((count) => count > 0).length), exercises[Number(index)].answer);
  }
  assert.deepEqual([...new Set(pathsTo([1, 3, 9]))], [1], "each by one path");
});

looksRight([["light", 1280, "b=1,3,9"], ["dark", 390, "b=1,3,9"]]);

presentsAndEmbeds({
  hide: ["questions", "lead"],
  present: "lang=de",
  opened: (page) => page.locator(".pane.a .readout", { hasText: ": 49" }).waitFor(),
  presented: (page) => page.locator(".pane.a .readout", { hasText: "Gelesen: 49, nie gelesen: 120" }).waitFor(),
  embedded: (page) => page.locator(".pane.a .readout", { hasText: "Read: 49" }).waitFor(),
});
