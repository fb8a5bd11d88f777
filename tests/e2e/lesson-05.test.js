// Lesson 5, upsampling: every method against PyTorch, what cells are made of, the live network, links, questions, keyboard, both languages.
import assert from "node:assert/strict";
import { kernelOf } from "../../www/learn/05-upsampling/methods.js";
import { sourcesOf } from "../../www/learn/05-upsampling/sources.js";
import { DEFAULTS, METHODS, settingsOf } from "../../www/learn/05-upsampling/state.js";
import { address, asNumber, assertClose, lessonDriver, readJson, reveal, tabTo } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../www/learn/05-upsampling/state.js").Method} Method */
/** @typedef {Record<Exclude<Method, "transposed"> | "values" | "map" | "expand" | "pooled" | "switches", number[]> & {transposed: number[][]}} Case */

const { texts, test, lessonTest, openLesson, goTo, looksRight, presentsAndEmbeds } = lessonDriver(5);

/** Written by python/golden/lesson_05.py. @type {{settings: {kernel: number[], stride: number[], weights: string[]}, cases: Record<string, Case>, counts: number[][]}} */
const golden = await readJson("tests/golden/lesson_05.json");

/** As `transposed` has them. */
const TRANSPOSED = golden.settings.kernel.flatMap((kernel) => golden.settings.stride.flatMap((stride) => golden.settings.weights.map((weights) => ({ kernel, stride, weights }))));

/** @param {Page} page @param {string} selector */
const numbersOf = async (page, selector) => (await page.locator(`${selector} .cell`).allTextContents()).map(asNumber);

/** @param {Method} method */
const card = (method) => `method-card:nth-of-type(${METHODS.indexOf(method) + 1})`;

/** Cells show two digits. */
const SHOWN = 0.0051;

/** @param {Case} entry @param {Record<string, string | number>} [more] */
function queryOf({ values, map, expand }, more = {}) {
  const query = new URLSearchParams(Object.entries(more).map(([key, value]) => [key, String(value)]));
  for (const [key, numbers] of Object.entries({ values, map, expand })) query.set(key, numbers.join(","));
  return query.toString();
}

test("what a cell is said to be made of adds up to PyTorch's value, for every method and setting", () => {
  for (const [name, entry] of Object.entries(golden.cases)) {
    const check = (/** @type {Method} */ method, /** @type {number[]} */ theirs, how = {}) => {
      const settings = settingsOf({ ...DEFAULTS, ...how, values: entry.values, map: entry.map, expand: entry.expand });
      const known = { weight: kernelOf(settings.weights, settings.kernel), switches: entry.switches };
      const side = Math.sqrt(theirs.length);
      const sums = theirs.map((_, i) =>
        sourcesOf(method, settings, known, { row: Math.floor(i / side), column: i % side }).reduce((sum, { row, column, weight }) => sum + weight * entry.values[row * 4 + column], 0),
      );
      assertClose(`${name}, ${method} ${JSON.stringify(how)}`, sums, theirs, 1e-4);
    };
    for (const method of METHODS) if (method !== "transposed") check(method, entry[method]);
    TRANSPOSED.forEach((how, i) => check("transposed", entry.transposed[i], how));
  }
});

lessonTest("every method shows PyTorch's numbers, and the studies below show the same", {}, async (stage) => {
  const page = await openLesson(stage, queryOf(golden.cases.counting));
  for (const [name, entry] of Object.entries(golden.cases)) {
    if (name !== "counting") await goTo(page, queryOf(entry, { kernel: 4, weights: "bilinear" }));
    const how = name === "counting" ? { kernel: 3, stride: 2, weights: "ones" } : { kernel: 4, stride: 2, weights: "bilinear" };
    const transposed = entry.transposed[TRANSPOSED.findIndex((other) => JSON.stringify(other) === JSON.stringify(how))];
    for (const method of METHODS) assertClose(`${name}, ${method}`, await numbersOf(page, card(method)), method === "transposed" ? transposed : entry[method], SHOWN);
    assertClose(`${name}, pooled`, await numbersOf(page, "switch-study figure:nth-of-type(2)"), entry.pooled, SHOWN);
    assertClose(`${name}, max-unpooled`, await numbersOf(page, "switch-study figure:nth-of-type(3)"), entry.unpooling, SHOWN);
    const framed = await page.locator("switch-study figure:nth-of-type(1) .cell").evaluateAll((cells) => cells.map((cell) => Number(cell.classList.contains("switch"))));
    assert.deepEqual(framed, entry.switches, `${name}: switches`);
    assertClose(`${name}, transposed below`, await numbersOf(page, "overlap-study figure:nth-of-type(3)"), transposed, SHOWN);
    assertClose(`${name}, shuffled`, await numbersOf(page, "sub-pixel-study .side-by-side > figure:last-of-type"), entry.subpixel, SHOWN);
    assert.match(await page.locator("sub-pixel-study [role=status]").innerText(), /by hand: 0\. .* as its kernel: 0\.$/);
  }
});

lessonTest("transposed convolutions and overlap counts are PyTorch's for every kernel and stride; the verdict is theirs", {}, async (stage) => {
  const page = await openLesson(stage);
  // With the page's own graphs, weights and lab.
  const { ours, counts } = await page.evaluate(
    async ({ transposed, values }) => {
      const [{ Lab }, { kernelOf, onlyTransposed }] = await Promise.all([import(new URL("../shell/lab.js", location.href).href), import(new URL("methods.js", location.href).href)]);
      const lab = new Lab();
      const run = async (/** @type {number[]} */ weight, /** @type {{kernel: number, stride: number}} */ how, /** @type {number[]} */ grid) => {
        const { graph, weights } = onlyTransposed(weight, how);
        return Array.from((await lab.runGraph(graph, weights, Float32Array.from(grid), [1, 1, 4, 4])).at(-1).data);
      };
      const all = (/** @type {(how: typeof transposed[number]) => Promise<unknown[]>} */ of) => Promise.all(transposed.map(of));
      return {
        ours: await all(({ kernel, stride, weights }) => run(kernelOf(weights, kernel), { kernel, stride }, values)),
        counts: await all(({ kernel, stride }) => run(kernelOf("ones", kernel), { kernel, stride }, new Array(16).fill(1))),
      };
    },
    { transposed: TRANSPOSED, values: golden.cases.counting.values },
  );
  TRANSPOSED.forEach((how, i) => {
    assertClose(JSON.stringify(how), /** @type {number[]} */ (ours[i]), golden.cases.counting.transposed[i], 1e-4);
    assert.deepEqual(counts[i], golden.counts[Math.floor(i / golden.settings.weights.length)], `overlap of ${JSON.stringify(how)}`);
  });
  for (const [kernel, stride, verdict] of /** @type {[number, number, RegExp][]} */ ([
    [4, 2, /each cell gets 4 copies\. No checkerboard\.$/],
    [5, 2, /cells get 4 to 9 copies\. A checkerboard\.$/],
    [2, 3, /cells get 0 to 1 copies, so some stay 0\.$/],
  ])) {
    await page.getByRole("slider", { name: "kernel_size" }).fill(String(kernel));
    await page.getByRole("slider", { name: "stride" }).fill(String(stride));
    await waitForState(page, "done");
    const index = golden.settings.kernel.indexOf(kernel) * golden.settings.stride.length + golden.settings.stride.indexOf(stride);
    assert.deepEqual(await numbersOf(page, "overlap-study figure:nth-of-type(2)"), golden.counts[index]);
    assert.match(await page.locator("overlap-study [role=status]").innerText(), verdict);
  }
});

lessonTest("pointing at a cell marks what it is made of; steps go on from there, and the address keeps it", {}, async (stage) => {
  const page = await openLesson(stage);
  const line = page.locator(".source .readout");
  await page.getByRole("img", { name: /^Bilinear, row 2, column 3:/ }).hover();
  // Rows 0.25, columns 0.75 between 1, 2, 5 and 6.
  assert.equal(await line.innerText(), "Bilinear. Row 2, column 3: 0.1875 · 1 + 0.5625 · 2 + 0.0625 · 5 + 0.1875 · 6 = 2.75");
  assert.equal(await page.locator(".source .cell.patch").count(), 4);
  await page.getByRole("img", { name: /^Transposed convolution, row 3, column 3:/ }).click();
  assert.match(await line.innerText(), /^Transposed convolution\. Row 3, column 3: 1 · 1 \+ 1 · 2 \+ 1 · 5 \+ 1 · 6 = 14$/);
  assert.equal(new URL(page.url()).search, "?method=transposed&cell=20");
  await page.getByRole("button", { name: "Step", exact: true }).click();
  assert.match(await line.innerText(), /Row 3, column 4: 1 · 2 \+ 1 · 6 = 8$/);
  await page.reload();
  await waitForState(page, "done");
  assert.match(await line.innerText(), /Row 3, column 4: 1 · 2 \+ 1 · 6 = 8$/);
  assert.equal(await page.locator("method-card.chosen h3").innerText(), "Transposed convolution");
  assert.match(await page.locator(`${card("nails")} .explained`).innerText(), /is 0: nothing comes here\.$/);
});

lessonTest("editing moves a switch; grids to start from, the shuffle's weights and reset change the address", {}, async (stage) => {
  const page = await openLesson(stage);
  const framed = () => page.locator("switch-study figure:nth-of-type(1) .cell").evaluateAll((cells) => cells.flatMap((cell, i) => (cell.classList.contains("switch") ? [i] : [])));
  const before = await framed();
  const free = [0, 1, 8, 9].find((i) => !before.includes(i)) ?? 0;
  await page.locator("switch-study figure:nth-of-type(1) .cell").nth(free).fill("99");
  await waitForState(page, "done");
  assert.deepEqual(await framed(), [...before.filter((i) => ![0, 1, 8, 9].includes(i)), free].sort((a, b) => a - b));
  assert.equal((await numbersOf(page, card("unpooling")))[free], 1, "the grid's first number goes there");
  await page.getByRole("button", { name: "Reset" }).click();
  await waitForState(page, "done");
  assert.equal(address(page).toString(), "");

  await page.getByRole("button", { name: "All equal" }).click();
  await page.locator("sub-pixel-study input").nth(3).fill("-2");
  await waitForState(page, "done");
  assert.equal(address(page).get("expand"), "1,0.75,0.5,-2");
  assert.deepEqual([...new Set(await numbersOf(page, card("bilinear")))], [1], "a constant stays one");
  assert.deepEqual((await numbersOf(page, card("subpixel"))).filter((_, i) => [0, 1, 8, 9].includes(i)), [1, 0.75, 0.5, -2]);
  const link = page.url();
  await page.getByRole("spinbutton", { name: "Input 1, 1" }).fill("3");
  await waitForState(page, "done");
  assert.equal((await numbersOf(page, card("nearest")))[9], 3);
  await page.goto(link);
  await waitForState(page, "done");
  assert.equal((await numbersOf(page, card("subpixel")))[9], -2);
});

lessonTest("a map of the live network: errors are those of the same map computed here", { timeout: 180_000 }, async (stage) => {
  const page = await openLesson(stage, "layer=1&channel=7&x=0.4&y=0.3");
  const [layer, channel] = [await page.locator("live-study select option:checked").innerText(), 7];
  const [, name, channels, height, width] = layer.match(/^(\S+): (\d+) channels of (\d+) × (\d+)$/) ?? [];
  const shape = [Number(channels), Number(height), Number(width)];
  // The same model on the same photo, in a lab of its own.
  const map = await page.evaluate(
    async ({ name, channel }) => {
      const [{ Lab }, { samplePhoto }] = await Promise.all(["lab.js", "photo.js"].map((file) => import(new URL(`../shell/${file}`, location.href).href)));
      const model = await new Lab().model("people");
      await model.setTaps([name]);
      await model.run(await samplePhoto("astronaut"));
      const { shape, data } = await model.value(name);
      return { shape, data: Array.from(data.subarray(channel * shape[2] * shape[3], (channel + 1) * shape[2] * shape[3])) };
    },
    { name, channel },
  );
  assert.deepEqual(map.shape, [1, ...shape]);
  const [h, w] = [Math.min(48, shape[1]), Math.min(64, shape[2])];
  const [top, left] = [Math.round(0.3 * shape[1] - h / 2), Math.round(0.4 * shape[2] - w / 2)].map((at, axis) => Math.min(Math.max(at, 0), shape[axis + 1] - [h, w][axis]));
  const at = (/** @type {number} */ y, /** @type {number} */ x) => map.data[(top + y) * shape[2] + left + x];
  const most = (/** @type {number} */ y, /** @type {number} */ x) => Math.max(at(y, x), at(y, x + 1), at(y + 1, x), at(y + 1, x + 1));
  const sums = { nearest: 0, unpooling: 0 };
  for (let y = 0; y < h; y += 2) for (let x = 0; x < w; x += 2) {
    let isFree = true;
    for (const [dy, dx] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
      const value = at(y + dy, x + dx);
      sums.nearest += (most(y, x) - value) ** 2;
      const isSwitch = isFree && value === most(y, x);
      if (isSwitch) isFree = false;
      sums.unpooling += isSwitch ? 0 : value ** 2;
    }
  }
  const captions = await page.locator("live-study .maps figcaption").allInnerTexts();
  for (const [title, sum] of /** @type {[string, number][]} */ ([["Nearest", sums.nearest], ["Max-unpooling", sums.unpooling]])) {
    const shown = asNumber(captions.find((caption) => caption.startsWith(`${title}: `))?.split("error ")[1] ?? "");
    const ours = Math.sqrt(sum / h / w);
    assert.ok(Math.abs(shown - ours) <= 0.006 * ours, `${title}: the page says ${shown}, it is ${ours}`);
  }
  const sizes = await page.locator("live-study .maps canvas").evaluateAll((canvases) => canvases.map((canvas) => canvas instanceof HTMLCanvasElement && [canvas.width, canvas.height].join()));
  assert.deepEqual(sizes, [[w, h].join(), [w / 2, h / 2].join(), ...METHODS.map(() => [w, h].join())]);

  await page.locator("live-study .whole canvas").focus();
  await page.keyboard.press("ArrowRight");
  await waitForState(page, "done");
  assert.ok(Number(address(page).get("x")) > 0.4);
  await page.locator("live-study select").selectOption({ index: 2 });
  await waitForState(page, "done");
  assert.equal(address(page).get("layer"), "2");
  assert.match(await page.locator("live-study [role=status]").innerText(), /channel 7, values/);
});

lessonTest("the table counts what is learned; questions reveal what the code computes", {}, async (stage) => {
  const page = await openLesson(stage, "kernel=4&channels=8&cell=1");
  const rows = await page.locator("parameter-table tbody tr").evaluateAll((rows) => rows.map((row) => [...row.querySelectorAll("td")].slice(0, 3).map((cell) => cell.textContent)));
  const none = ["no", "0", "0"];
  // kernel_size² · 8 · 8, and 4 · 8 · 8.
  assert.deepEqual(rows, [none, none, none, none, none, ["yes", "16", "1,024"], ["yes", "4", "256"]]);
  await page.getByLabel("Channels in and out").fill("64");
  await waitForState(page, "done");
  assert.equal(await page.locator("parameter-table .transposed td:nth-of-type(3)").innerText(), "65,536");

  // Places that are read, measured, are the formula's.
  const places = async (/** @type {number} */ which) => ((await page.locator("sample-positions svg").nth(which).getAttribute("aria-label")) ?? "").split(": ")[1].split("; ").map(asNumber);
  assert.deepEqual(await places(0), [0, 0, 1, 1, 2, 2, 3, 3]);
  assert.deepEqual(await places(1), [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]);
  assertClose("align_corners=True", await places(2), [0, 1, 2, 3, 4, 5, 6, 7].map((i) => (i * 3) / 7), SHOWN);
  assert.match((await page.locator("sample-positions math").allTextContents()).join(" ").replace(/\s/g, ""), /=0\.25.*=0\.4286/);

  const says = async (/** @type {string} */ id, /** @type {string | number} */ guess, /** @type {RegExp} */ expected) => assert.match((await reveal(page, id, guess)).text, expected);
  await says("corners", 0.43, /^Right: 0\.4286\. .* The last one reads 3, .* reads 0\.25\.$/);
  await says("checkerboard", "All of them", /^Not quite: 3 and 5\. .* the border: 1 with 2, 1–4 with 3, 4 with 4, 4–9 with 5\./);
  await says("kept", 16, /^Right: 16\. 16 of 64/);
  await says("weights", 65536, /^Right: 65,536\./);
});

lessonTest("the answers of the teacher's exercises are what the page shows", {}, async (stage) => {
  const { teacher } = await texts("en");
  const page = await openLesson(stage, teacher.exercises[0].state);
  const open = (/** @type {number} */ index, more = "") => goTo(page, teacher.exercises[index].state + more);
  const output = await numbersOf(page, card("transposed"));
  assert.deepEqual(output, await numbersOf(page, "overlap-study figure:nth-of-type(2)"));
  output.forEach((value, i) => assert.equal(value === 4, [Math.floor(i / 9), i % 9].every((at) => [2, 4, 6].includes(at)), `cell ${i}`));
  await open(1);
  for (const [kernel, inside] of /** @type {[number, number[]][]} */ ([[2, [0.25]], [3, [1]], [4, [1]], [5, [1.78, 2.22, 2.78]]])) {
    await page.getByRole("slider", { name: "kernel_size" }).fill(String(kernel));
    await waitForState(page, "done");
    const values = await numbersOf(page, card("transposed"));
    const side = Math.sqrt(values.length);
    const middle = values.filter((_, i) => [Math.floor(i / side), i % side].every((at) => at >= kernel - 1 && at <= side - kernel));
    assert.deepEqual([...new Set(middle)].sort(), inside, `kernel ${kernel}`);
  }
  await open(2, "&expand=1,1,1,1");
  assert.deepEqual(await numbersOf(page, card("subpixel")), await numbersOf(page, card("nearest")));
  await open(3);
  assert.match(await page.locator(".source .readout").innerText(), /^Bilinear\. Row 1, column 1 is 1: a copy of row 1, column 1\.$/);
  assert.match((await page.locator("sample-positions math").nth(1).textContent()) ?? "", /=−0\.25→0$/);
});

lessonTest("the lesson's exercise by keyboard alone: a number, a cell of a result, a kernel without checkerboard", {}, async (stage) => {
  const page = await openLesson(stage);
  await tabTo(page, ".source .cell");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("8");
  await waitForState(page, "done");
  await tabTo(page, "method-card .cell");
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) await page.keyboard.press(key);
  assert.equal(await page.locator(".source .readout").innerText(), "Nearest. Row 2, column 3 is 8: a copy of row 1, column 2.");
  await tabTo(page, "overlap-study input");
  await page.keyboard.press("ArrowRight");
  await waitForState(page, "done");
  assert.match(await page.locator("overlap-study [role=status]").innerText(), /No checkerboard\.$/);
  assert.equal(address(page).get("kernel"), "4");
});

presentsAndEmbeds({
  locale: "de-DE",
  hide: ["questions"],
  embed: "lang=en",
  presented: async (page) => assert.equal(await page.getByRole("heading", { level: 2 }).first().innerText(), "Ein Gitter, sieben Arten, es zu verdoppeln"),
  ended: async (page) => assert.equal(await page.title(), "Vergrößern: Segscope"),
  embedded: async (page) => assert.equal(await page.locator("method-card").count(), METHODS.length),
});

looksRight([
  ["light", 1280, ""],
  ["dark", 1280, "method=transposed&kernel=5&stride=3"],
  ["dark", 390, "method=subpixel&cell=9"],
]);
