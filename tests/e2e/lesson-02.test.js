// Lesson 2: the patch classifier, slid and in one pass, against PyTorch; the page's counts against those made there.
import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, address, asNumber, lessonDriver, numbers, readJson, reveal } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

const { folder, texts, test, lessonTest, openLesson, openAgain, looksRight, presentsAndEmbeds } = lessonDriver(2);

/** @param {Page} page @param {string} element */
const text = async (page, element) => (await page.locator(element).innerText()).trim();

/** The picture of python/golden/lesson_02.py, as a file. @param {Page} page */
async function picture(page) {
  const png = await page.evaluate(async () => {
    const pixels = new ImageData(129, 97);
    for (let y = 0; y < 97; y++) {
      for (let x = 0; x < 129; x++) {
        const rings = Math.floor(((x - 64) ** 2 + (y - 40) ** 2) / 9);
        const rgb = [0, 1, 2].map((c) => (x * (c + 1) + 2 * y + rings + 17 * ((x * y + c) % 5)) % 256);
        pixels.data.set([...rgb, 255], 4 * (y * 129 + x));
      }
    }
    const canvas = new OffscreenCanvas(129, 97);
    canvas.getContext("2d")?.putImageData(pixels, 0, 0);
    const file = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
    return Array.from(file, (byte) => String.fromCharCode(byte)).join("");
  });
  return { name: "picture.png", mimeType: "image/png", buffer: Buffer.from(png, "latin1") };
}

/** The lesson with that picture. @param {import("./harness.js").Stage} stage @param {string} query */
async function openWithPicture(stage, query = "") {
  const page = await openLesson(stage, query);
  await page.locator("input[type=file]").setInputFiles(await picture(page));
  await page.waitForFunction(() => document.querySelector("sliding-window lesson-steps")?.textContent?.includes("425"));
  await waitForState(page, "done");
  return page;
}

/** Pixels of a canvas as `r,g,b`. @param {Page} page @param {string} canvas */
const pixelsOf = (page, canvas) =>
  page.locator(canvas).evaluate((element) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (element);
    const data = /** @type {HTMLCanvasElement} */ (element).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    return Array.from({ length: width * height }, (_, i) => (data[4 * i + 3] ? [data[4 * i], data[4 * i + 1], data[4 * i + 2]].join() : ""));
  });

/** @param {number[]} scores */
const bestOf = (scores) => scores.indexOf(Math.max(...scores));

test("the network's file is small, rounded, and of the patch that it says", async () => {
  const { graph, weights, classes, patch, stride, val } = await readJson(`${folder}/patch.json`);
  assert.ok((await stat(join(ROOT, folder, "patch.json"))).size < 500_000);
  const data = Object.values(weights).flatMap(({ data }) => data);
  assert.ok(data.length >= 30_000 && data.length <= 80_000, `${data.length} parameters`);
  assert.ok(data.every((value) => Number(value.toPrecision(4)) === value));
  // The sides of the map, layer by layer, until the last one covers all of it.
  const ends = graph.nodes.reduce((/** @type {number} */ side, /** @type {any} */ { kernel, stride, padding }) => {
    if (!kernel) return side;
    assert.deepEqual(padding, [0, 0]);
    assert.equal((side - kernel[0]) % stride[0], 0, "no pixel of a patch is left over");
    return (side - kernel[0]) / stride[0] + 1;
  }, patch);
  assert.equal(ends, 1);
  assert.equal(graph.nodes.reduce((/** @type {number} */ product, /** @type {any} */ node) => product * (node.stride?.[0] ?? 1), 1), stride);
  assert.deepEqual([patch, stride, classes.length], [33, 4, 11]);
  assert.ok(val.accuracy > 0.5 && val.mean_recall > 0.5, JSON.stringify(val));
});

test("every class has a name in the lesson's text", async () => {
  const { classNames } = await texts("en");
  for (const { name } of (await readJson(`${folder}/patch.json`)).classes) assert.ok(classNames[name], name);
});

lessonTest("sliding and one pass give PyTorch's answers and counts", {}, async (stage) => {
  const golden = await readJson("tests/golden/lesson_02.json");
  const { classes, weights } = await readJson(`${folder}/patch.json`);
  const page = await openWithPicture(stage, "of=8&channel=5");
  const colours = classes.map((/** @type {{colour: number[]}} */ { colour }) => colour.join());
  const expected = golden.scores.map((/** @type {number[]} */ scores) => colours[bestOf(scores)]);

  // One patch: what it says, as probabilities of PyTorch's scores.
  const shown = async (/** @type {number} */ index) => {
    const scores = golden.scores[index];
    const sum = scores.reduce((/** @type {number} */ total, /** @type {number} */ score) => total + Math.exp(score), 0);
    const probability = (100 * Math.exp(Math.max(...scores))) / sum;
    const found = (await text(page, "sliding-window .readout[role=status]")).match(/: ([a-z]+), ([\d.]+)%/);
    assert.equal(found?.[1], classes[bestOf(scores)].name.replace("sign_symbol", "sign"));
    assert.ok(Math.abs(Number(found?.[2]) - probability) < 0.11, `${found?.[2]}, ${probability}`);
  };
  await shown(0);
  assert.deepEqual((await pixelsOf(page, "sliding-window figure:nth-child(3) canvas")).filter(Boolean), expected.slice(0, 1));
  await page.getByLabel("one row of patches").check();
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await waitForState(page, "done");
  const patch = Number(address(page).get("patch"));
  assert.equal(patch, 3 * golden.columns - 1, "the row that was begun, and two more");
  await shown(patch);
  assert.deepEqual((await pixelsOf(page, "sliding-window figure:nth-child(3) canvas")).filter(Boolean), expected.slice(0, patch + 1));
  assert.deepEqual(numbers(await text(page, "sliding-window .cost")), [patch + 1, golden.patch_macs, (patch + 1) * golden.patch_macs]);

  // Both ways over the whole picture.
  await page.getByRole("button", { name: "Compute both" }).click();
  await waitForState(page, "done");
  for (const figure of [1, 2]) assert.deepEqual(await pixelsOf(page, `one-pass figure:nth-child(${figure}) canvas`), expected);
  const rows = await page.locator("one-pass tbody tr").allInnerTexts();
  const count = golden.rows * golden.columns;
  assert.deepEqual(numbers(rows[0]).slice(0, 2), [count, count * golden.patch_macs]);
  assert.deepEqual(numbers(rows[1]).slice(0, 3), [129, 97, golden.whole_macs]);
  const ratio = (count * golden.patch_macs) / golden.whole_macs;
  assert.ok(Math.abs(numbers(rows[2])[0] - ratio) < 0.06, `${rows[2]}, ${ratio}`);
  for (const row of rows) assert.ok((numbers(row).at(-1) ?? 0) > 0, `a time was measured: ${row}`);
  const line = await text(page, "one-pass .equal");
  const largest = Math.max(...golden.scores.flat().map(Math.abs));
  assert.match(line, /(: 0,|: [\d.]+ · 10⁻[⁴-⁹],)/, "equal but for rounding");
  assert.match(line, /another class: 0\./);
  assert.ok(Math.abs(Number(line.match(/scores reach ±([\d.]*\d)/)?.[1]) - largest) < 0.006 * largest, line);

  // The dense layer, added up here from nothing but PyTorch's score and the file.
  const dense = (await text(page, "dense-layer .readout")).match(/([−\d.]+) added up here, ([−\d.]+) as a dense layer, ([−\d.]+) as a convolution/);
  for (const score of dense?.slice(1) ?? []) {
    assert.ok(Math.abs(asNumber(score) - golden.scores[patch][8]) < 1e-3 * largest, `${score}, ${golden.scores[patch][8]}`);
  }
  assert.equal(dense?.length, 4);
  const [classCount, channels, height, width] = weights["dense.weight"].shape;
  assert.deepEqual(numbers((await page.locator("dense-layer math").first().textContent()) ?? ""), [
    classCount, channels * height * width, classCount, channels, height, width, classCount, channels, height, width,
  ]);
  const kernel = weights["dense.weight"].data.slice((8 * channels + 5) * height * width, (8 * channels + 6) * height * width);
  const cells = await page.locator("dense-layer number-grid").nth(1).locator(".cell").allInnerTexts();
  cells.forEach((cell, i) => assert.ok(Math.abs(asNumber(cell) - kernel[i]) <= 0.051 * Math.abs(kernel[i]), `${cell}, ${kernel[i]}`));
  assert.equal(cells.length, height * width);
});

lessonTest("state in the address, by keyboard alone, and reset", {}, async (stage) => {
  const page = await openLesson(stage, "photo=coffee&patch=30&of=5&channel=7");
  const line = "sliding-window .readout[role=status]";
  assert.match(await text(page, line), /^Patch 31 of 350, from pixel 20, 4: /);
  // Forward by the button, then down a row on the map.
  await page.getByRole("button", { name: "Step", exact: true }).focus();
  await page.keyboard.press("Enter");
  await waitForState(page, "done");
  assert.match(await text(page, line), /^Patch 32 of 350, from pixel 24, 4: /);
  await page.locator("sliding-window canvas[tabindex]").focus();
  await page.keyboard.press("ArrowDown");
  await waitForState(page, "done");
  const moved = await text(page, line);
  assert.match(moved, /^Patch 57 of 350, from pixel 24, 8: /);
  assert.equal(address(page).get("patch"), "56");
  // On the picture a pointer takes the patch along.
  const box = await page.locator("sliding-window .framed").boundingBox();
  assert.ok(box);
  await page.mouse.click(box.x + box.width - 2, box.y + box.height - 2);
  await waitForState(page, "done");
  assert.match(await text(page, line), /^Patch 350 of 350, from pixel 96, 52: /);

  const again = await openAgain(stage, page);
  assert.equal(await text(again, line), await text(page, line));
  assert.match(await text(again, "dense-layer .readout"), /^Patch 350, tree, /);
  await again.getByRole("button", { name: "Reset" }).click();
  await again.waitForFunction(() => document.querySelector("sliding-window .readout")?.textContent?.startsWith("Patch 1 of 625"));
  await waitForState(again, "done");
  assert.equal(new URL(again.url()).search, "");
});

lessonTest("questions reveal what is computed", {}, async (stage) => {
  const page = await openWithPicture(stage);
  assert.equal((await reveal(page, "patches", 425)).outcome, "right");
  assert.equal((await reveal(page, "equal", "By rounding only")).outcome, "right");
  const { outcome, text: why } = await reveal(page, "ratio", 2);
  const { patch_macs: patchMacs, whole_macs: wholeMacs } = await readJson("tests/golden/lesson_02.json");
  assert.equal(outcome, "wrong");
  assert.deepEqual(numbers(why), [Math.round((4250 * patchMacs) / wholeMacs) / 10, 425 * patchMacs, wholeMacs]);
  assert.equal((await reveal(page, "weights", "As many")).outcome, "right");
});

lessonTest("what the teacher's answers state is what the page shows", {}, async (stage) => {
  const { exercises } = (await texts("en")).teacher;
  const page = await openLesson(stage, exercises[0].state);
  assert.match(await text(page, "sliding-window .readout[role=status]"), /^Patch 625 of 625/);
  assert.match(await text(page, "sliding-window figure:nth-child(4)"), / 81 times/);
  assert.match(exercises[0].answer, /^625 patches, 25 rows of 25\. .* 81 /);
  const ratio = numbers(await page.locator("one-pass tbody tr").nth(2).innerText())[0];
  assert.match(exercises[1].answer, new RegExp(`in a ratio of ${ratio}\\.`));
});

looksRight([["light", 1280, "photo=coffee&lang=de&both=1"], ["dark", 390, "photo=coffee&lang=de&both=1"]], {
  also: async (page) => assert.equal(await page.locator("one-pass .figures").isVisible(), true, "both ways were run"),
});

presentsAndEmbeds({
  hide: ["questions"],
  embedded: async (page) => assert.equal(await page.locator("sliding-window canvas").first().isVisible(), true),
});
