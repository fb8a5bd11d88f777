// Lesson 8, attention: shares against PyTorch and an independent softmax, sizes against the paper, links, questions, keyboard, both languages.
import assert from "node:assert/strict";
import { address, asNumber, assertClose, lessonDriver, readJson, reveal, rowsOf } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{shape: number[], data: number[]}} Tensor */

const { test, lessonTest, openLesson, openList, looksRight, presentsAndEmbeds, answersAreOnThePage } = lessonDriver(8);
/** Xie et al. 2021, arXiv 2105.15203, table 6: B0's heads, reductions and channels by stage. */
const PAPER = { heads: [1, 2, 5, 8], reductions: [8, 4, 2, 1], channels: [32, 64, 160, 256] };

/**
 * Written by python/golden/lesson_08.py.
 * @type {{heads: number, input: Tensor, weights: Record<string, Tensor>, queries: Tensor, keys: Tensor, shares: number[][][], output: number[]}}
 */
const golden = await readJson("tests/golden/lesson_08.json");

/**
 * Softmax of scaled dot products, for one query: `[heads][keys]`.
 * @param {number[]} query all channels
 * @param {Tensor} keys
 * @param {number} heads
 */
function sharesOf(query, keys, heads) {
  const positions = keys.shape[2] * keys.shape[3];
  const size = query.length / heads;
  return Array.from({ length: heads }, (_, head) => {
    const scores = Array.from({ length: positions }, (_, position) => {
      let product = 0;
      for (let c = head * size; c < (head + 1) * size; c++) product += query[c] * keys.data[c * positions + position];
      return product / Math.sqrt(size);
    });
    const largest = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    return scores.map((score) => Math.exp(score - largest) / total);
  });
}

/** @param {number[]} values */
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Of the plain lesson, in fractions. */
const POINT = { x: 0.45, y: 0.2 };

/**
 * Of each stage's first block: its query at the point, all its keys, and the shares that the lab makes of them.
 * @typedef {{query: number[], queries: number[], keys: Tensor, at: {x: number, y: number}, heads: number, macs: number, shape: number[], shares: number[]}} Kept `queries` is a shape
 * @type {Promise<{size: [number, number], stages: Kept[]}> | undefined}
 */
let kept;

/** From the lab itself, in a worker of its own. @param {Page} page */
function keptOf(page) {
  kept ??= page.evaluate(async ({ x, y }) => {
    const [{ Lab }, { samplePhoto }] = await Promise.all([import(new URL("../shell/lab.js", location.href).href), import(new URL("../shell/photo.js", location.href).href)]);
    const model = await new Lab().model("segformer_b0");
    const photo = await samplePhoto("astronaut");
    const size = await model.sizeFor(photo);
    const { nodes } = await model.describe(size);
    const blocks = nodes.filter((/** @type {any} */ { op }) => op === "attention").filter((/** @type {any} */ _, /** @type {number} */ i) => i % 2 === 0);
    const inputs = blocks.map((/** @type {any} */ { inputs }) => inputs.slice(0, 2).map((/** @type {number} */ index) => nodes[index].name));
    await model.setTaps(inputs.flat());
    await model.run(photo);
    const stages = [];
    for (const [i, block] of blocks.entries()) {
      const [queries, keys] = await Promise.all(inputs[i].map((/** @type {string} */ name) => model.value(name)));
      const [, channels, height, width] = queries.shape;
      const at = { x: Math.floor(x * width), y: Math.floor(y * height) };
      const query = Array.from({ length: channels }, (_, c) => queries.data[(c * height + at.y) * width + at.x]);
      const { shape, data } = await model.attention(block.name, at);
      const { heads } = block.options;
      stages.push({ query, queries: [...queries.shape], keys: { shape: [...keys.shape], data: Array.from(keys.data) }, at, heads, macs: block.macs, shape: [...shape], shares: Array.from(data) });
    }
    return { size, stages };
  }, POINT);
  return kept;
}

test("this test's shares are PyTorch's", () => {
  const { queries, keys, heads, shares } = golden;
  const [, channels, height, width] = queries.shape;
  for (let i = 0; i < height * width; i++) {
    const query = Array.from({ length: channels }, (_, c) => queries.data[c * height * width + i]);
    sharesOf(query, keys, heads).forEach((ours, head) => assertClose(`head ${head}, query ${i}`, ours, shares[head][i], 1e-12));
  }
});

answersAreOnThePage();

lessonTest("attention with fewer keys than queries is PyTorch's", {}, async (stage) => {
  const page = await openList(stage);
  const output = await page.evaluate(async ({ heads, input, weights }) => {
    const { Lab } = await import(new URL("shell/lab.js", location.href).href);
    const [, channels] = input.shape;
    const conv = (/** @type {string} */ name, /** @type {string} */ from, side = 1) => ({
      name, op: "conv2d", inputs: [from], weights: [`${name}.weight`], out_channels: channels, kernel: [side, side], stride: [side, side], padding: [0, 0], dilation: [1, 1], groups: 1, bias: false,
    });
    const nodes = [
      { name: "x", op: "input", channels }, conv("q", "x"), conv("sr", "x", 2), conv("k", "sr"), conv("v", "sr"),
      { name: "attention", op: "attention", inputs: ["q", "k", "v"], heads },
    ];
    const values = await new Lab().runGraph({ nodes, output: "attention" }, weights, Float32Array.from(input.data), input.shape);
    return values.slice(-1).concat(values.slice(1, 2)).map((/** @type {any} */ { data }) => Array.from(data));
  }, golden);
  assertClose("output", output[0], golden.output, 1e-5);
  assertClose("queries", output[1], golden.queries.data, 1e-5);
});

lessonTest("every head's map is a softmax of the kept queries and keys; sizes, heads and reductions are the paper's", {}, async (stage) => {
  const page = await openLesson(stage);
  const { size: [height, width], stages } = await keptOf(page);
  assert.deepEqual(stages.map(({ heads }) => heads), PAPER.heads);
  assert.deepEqual(stages.map(({ queries }) => queries[1]), PAPER.channels);
  assert.deepEqual(stages.map(({ queries, keys }) => queries[3] / keys.shape[3]), PAPER.reductions);
  assert.deepEqual(stages.map(({ queries }) => width / queries[3]), [4, 8, 16, 32]);
  assert.deepEqual(stages.map(({ queries }) => height / queries[2]), [4, 8, 16, 32]);

  const table = await rowsOf(page, "stage-table");
  const captions = await page.locator("head-maps figcaption").allTextContents();
  assert.equal(captions.length, sum(PAPER.heads));
  let figure = 0;
  stages.forEach(({ query, queries, keys, at, heads, shape, shares, macs }, i) => {
    assert.deepEqual(shape, [heads, keys.shape[2], keys.shape[3]]);
    const [n, m] = [queries, keys.shape].map(([, , rows, columns]) => rows * columns);
    const wanted = sharesOf(query, keys, heads);
    const entropies = [];
    const distances = [];
    for (const [head, theirs] of wanted.entries()) {
      const ours = shares.slice(head * m, (head + 1) * m);
      assert.ok(Math.abs(sum(ours) - 1) < 1e-5, `stage ${i + 1}, head ${head + 1} sums to ${sum(ours)}`);
      assertClose(`stage ${i + 1}, head ${head + 1}`, ours, theirs, 1e-6);
      const bits = -sum(theirs.map((share) => share * Math.log2(share)));
      const middle = (/** @type {number} */ cell, /** @type {number} */ cells, /** @type {number} */ pixels) => ((cell + 0.5) / cells) * pixels;
      const far = sum(theirs.map((share, k) => {
        const dx = middle(k % keys.shape[3], keys.shape[3], width) - middle(at.x, queries[3], width);
        const dy = middle(Math.floor(k / keys.shape[3]), keys.shape[2], height) - middle(at.y, queries[2], height);
        return share * Math.sqrt(dx * dx + dy * dy);
      }));
      const [, largest, entropy, distance] = /largest share ([\d.]+)%, entropy ([\d.]+) bits, (\d+) px away/.exec(captions[figure++]) ?? [];
      assert.ok(Math.abs(Number(largest) / 100 - Math.max(...theirs)) <= 6e-4, `largest share of stage ${i + 1}, head ${head + 1}`);
      assert.ok(Math.abs(Number(entropy) - bits) <= 6e-3, `entropy ${entropy} of stage ${i + 1}, head ${head + 1}, not ${bits}`);
      assert.ok(Math.abs(Number(distance) - far) <= 0.51, `distance ${distance} of stage ${i + 1}, head ${head + 1}, not ${far}`);
      entropies.push(bits);
      distances.push(far);
    }
    const [stageName, queryCell, keyCell, reduction, headCount, headSize, products, all, ratio, entropy, distance] = table[i];
    assert.equal(stageName, String(i + 1));
    assert.equal(queryCell, `${queries[3]}×${queries[2]} = ${n.toLocaleString("en")}`);
    assert.equal(keyCell, `${keys.shape[3]}×${keys.shape[2]} = ${m.toLocaleString("en")}`);
    assert.deepEqual([reduction, headCount, headSize, products, all, ratio].map(asNumber), [PAPER.reductions[i], heads, PAPER.channels[i] / heads, n * m, n * n, PAPER.reductions[i] ** 2]);
    assert.ok(Math.abs(Number(entropy.split(" ")[0]) - sum(entropies) / heads) < 0.02, entropy);
    assert.ok(Math.abs(parseInt(distance) - sum(distances) / heads) <= 0.51, distance);
    assert.equal(macs, 2 * PAPER.channels[i] * n * m, "multiply-adds of scores and sums");
  });
});

lessonTest("the product of a query and a key is that of the kept values, and the address keeps what was chosen", {}, async (stage) => {
  const page = await openLesson(stage, "stage=2&head=3&key=20&cost=1");
  const { stages } = await keptOf(page);
  const { query, keys } = stages[2];
  const size = PAPER.channels[2] / PAPER.heads[2];
  const positions = keys.shape[2] * keys.shape[3];
  const products = Array.from({ length: size }, (_, i) => {
    const c = 3 * size + i;
    return [query[c], keys.data[c * positions + 20], query[c] * keys.data[c * positions + 20]];
  });
  const close = (/** @type {string} */ shown, /** @type {number} */ wanted) => assert.ok(Math.abs(asNumber(shown) - wanted) <= 6e-4 * Math.max(1, Math.abs(wanted)), `${shown} is not ${wanted}`);
  const rows = await rowsOf(page, "dot-product");
  rows.slice(0, 6).forEach((row, i) => row.slice(1).forEach((cell, k) => close(cell, products[i][k])));
  const dot = sum(products.map(([, , product]) => product));
  close(rows[7][1], dot);
  const [score, share] = await page.locator("dot-product math").evaluateAll((formulas) => formulas.map((formula) => formula.querySelector(":scope > mrow > mn:last-child")?.textContent ?? ""));
  close(score, dot / Math.sqrt(size));
  const wanted = sharesOf(query, keys, PAPER.heads[2])[3][20];
  close(share, wanted);
  assert.equal(await page.getByRole("button", { name: "Stage 3, head 4" }).getAttribute("aria-pressed"), "true");
  assert.match(await page.locator("dot-product [role=status]").innerText(), new RegExp(`this key ${(100 * wanted).toFixed(1).replace(/\.0$/, "")}%, of ${positions} keys`));
  assert.match(await page.locator("stage-table [role=status]").innerText(), /block in stage 2 take/);

  await page.getByRole("button", { name: "Stage 4, head 1" }).click();
  await waitForState(page, "done");
  assert.equal(new URL(page.url()).search, "?stage=3&cost=1", "a new head begins at its strongest key");
  await page.getByLabel("Block of each stage").selectOption("1");
  await page.getByLabel("One scale for all heads").check();
  await waitForState(page, "done");
  const before = await page.locator("head-maps figcaption").allTextContents();
  await page.reload();
  await waitForState(page, "done");
  assert.deepEqual(await page.locator("head-maps figcaption").allTextContents(), before);
  assert.equal(await page.getByLabel("Block of each stage").inputValue(), "1");
  await page.getByRole("button", { name: "Reset" }).click();
  await waitForState(page, "done");
  assert.equal(new URL(page.url()).search, "");
  assert.notDeepEqual(await page.locator("head-maps figcaption").allTextContents(), before);
});

lessonTest("the query moves with the arrow keys and with the mouse, by keyboard alone to a head and a key", {}, async (stage) => {
  const page = await openLesson(stage);
  const readout = page.locator("section.query .readout");
  const picture = page.getByRole("application", { name: "The photo, with the query's place" });
  await picture.focus();
  const before = await page.locator("head-maps figcaption").allTextContents();
  const [, x, y] = (/pixel (\d+), (\d+)/.exec(await readout.innerText()) ?? []).map(Number);
  for (let i = 0; i < 4; i++) await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("ArrowRight");
  await waitForState(page, "done");
  assert.match(await readout.innerText(), new RegExp(`pixel ${x + 1}, ${y + 4 * 32},`));
  assert.notDeepEqual(await page.locator("head-maps figcaption").allTextContents(), before);
  await page.getByRole("button", { name: "Stage 3, head 2" }).focus();
  await page.keyboard.press("Enter");
  await waitForState(page, "done");
  await page.getByRole("application", { name: /Shares of the chosen head/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await waitForState(page, "done");
  assert.deepEqual(["stage", "head"].map((key) => address(page).get(key)), ["2", "1"]);
  assert.ok(Number(address(page).get("key")) >= 0);

  const box = await picture.boundingBox();
  assert.ok(box);
  await picture.click({ position: { x: box.width * 0.75, y: box.height * 0.5 } });
  await waitForState(page, "done");
  assert.ok(Math.abs(Number(address(page).get("x")) - 0.75) < 0.01);
});

lessonTest("questions reveal what the page computes here; fields are those of the networks", {}, async (stage) => {
  const page = await openLesson(stage);
  const { stages } = await keptOf(page);
  const keys = stages[0].keys.shape[2] * stages[0].keys.shape[3];
  assert.equal((await reveal(page, "keysPerQuery", keys)).outcome, "right");
  const cheaper = await reveal(page, "cheaper", 8);
  assert.deepEqual([cheaper.outcome, cheaper.text.slice(0, 14)], ["wrong", "Not quite: 64."]);
  assert.equal((await reveal(page, "headSize", 32)).outcome, "right");
  assert.equal((await reveal(page, "uniformEntropy", Math.log2(keys))).outcome, "right");
  const distances = (await rowsOf(page, "stage-table")).map((row) => parseInt(row[10]));
  assert.equal((await reveal(page, "farthest", `Stage ${distances.indexOf(Math.max(...distances)) + 1}`)).outcome, "right");

  // A ResNet's field, worked out layer by layer: 7x7 and pooling at stride 2, then two blocks of two 3x3 a stage, the first of a later stage at stride 2.
  let [size, jump] = [7, 2];
  size += 2 * jump;
  jump *= 2;
  const fields = [];
  for (let i = 0; i < 4; i++) {
    for (let layer = 0; layer < 4; layer++) {
      size += 2 * jump;
      if (i > 0 && layer === 0) jump *= 2;
    }
    fields.push(`${size} px`);
  }
  const rows = await rowsOf(page, "field-comparison");
  assert.deepEqual(rows.map((row) => row[4]), fields);
  assert.deepEqual(rows.map((row) => row[3]), Array(4).fill("whole photo"));
  assert.deepEqual(rows.map((row) => row[2]), ["7 px", ...Array(3).fill("whole photo")]);
});

looksRight([["light", 1280, ""], ["dark", 390, ""]]);

presentsAndEmbeds({
  hide: ["questions", "lead"],
  embed: "lang=de",
  embedded: async (page) => assert.match(await page.locator("section.query .readout").innerText(), /^Anfrage am Pixel \d+, \d+,/),
});
