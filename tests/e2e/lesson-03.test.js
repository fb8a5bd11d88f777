// Lesson 3, convolution arithmetic: its formula, its sums and its grids against PyTorch; links, questions, keyboard, both languages.
import assert from "node:assert/strict";
import { reasonsOf, sizeOf, termsOf } from "../../www/learn/03-convolution-arithmetic/arithmetic.js";
import { DEFAULTS, changed, settingsOf } from "../../www/learn/03-convolution-arithmetic/settings.js";
import { address, asNumber, assertClose, lessonDriver, readJson, reveal, tabTo } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {Partial<import("../../www/learn/03-convolution-arithmetic/settings.js").State>} State */
/** @typedef {{state: State, input: number[], weight: number[], shape: number[], output: number[]}} Case */

const { texts, test, lessonTest, openLesson, goTo, looksRight, presentsAndEmbeds } = lessonDriver(3);

/** Written by python/golden/lesson_03.py. @type {{cases: Record<string, Case>, axes: Record<string, number[]>, conv2d: number[], conv_transpose2d: number[]}} */
const golden = await readJson("tests/golden/lesson_03.json");

/** As a link has it. @param {Case} golden */
function queryOf({ state, input, weight }) {
  const address = new URLSearchParams(Object.entries(state).map(([key, value]) => [key, String(value)]));
  address.set("input", input.join(","));
  address.set("weight", weight.join(","));
  return address.toString();
}

/** @param {Page} page */
const outputOf = async (page) => (await page.locator("convolution-figure .output:visible .cell").allTextContents()).map(asNumber);

/** The page shows four digits. */
const SHOWN = 6e-4;

test("the formula gives PyTorch's size for all settings of the lesson, and reasons where PyTorch refuses", () => {
  const { size, kernel_size, stride, padding } = golden.axes;
  for (const op of /** @type {const} */ (["conv2d", "conv_transpose2d"])) {
    const last = op === "conv2d" ? "dilation" : "output_padding";
    let index = 0;
    for (const s of size) for (const k of kernel_size) for (const t of stride) for (const p of padding) for (const value of golden.axes[last]) {
      const settings = settingsOf({ ...DEFAULTS, op, size: s, kernel_size: k, stride: t, padding: p, [last]: value });
      const theirs = golden[op][index++];
      const name = `${op} ${JSON.stringify({ s, k, t, p, [last]: value })}`;
      assert.equal(reasonsOf(settings).length > 0, theirs === 0, `${name}: valid or not`);
      if (theirs) assert.equal(sizeOf(settings), theirs, name);
    }
    assert.equal(index, golden[op].length);
  }
});

test("an output cell's terms add up to PyTorch's value", () => {
  for (const [name, { state, input, weight, shape, output }] of Object.entries(golden.cases)) {
    const settings = settingsOf({ ...DEFAULTS, ...state, input, weight });
    const [, channels, height, width] = shape;
    const sums = output.map((_, i) => {
      const cell = { channel: Math.floor(i / height / width), row: Math.floor(i / width) % height, column: i % width };
      return termsOf(settings, cell).reduce((sum, term) => sum + term.value * term.weight, 0);
    });
    assert.equal(channels, settings.out_channels);
    assertClose(name, sums, output, SHOWN);
  }
});

test("edited numbers stay where they are when the grids grow or shrink", () => {
  const state = { ...DEFAULTS, input: Array.from({ length: 25 }, (_, i) => i) };
  const smaller = changed(state, { size: 2 });
  assert.deepEqual(smaller.input, [0, 1, 5, 6]);
  assert.deepEqual(smaller.weight, [], "what was not edited stays the pattern");
  const larger = { ...state, ...smaller, ...changed({ ...state, ...smaller }, { size: 3 }) };
  assert.deepEqual([0, 1, 3, 4].map((i) => larger.input[i]), [0, 1, 5, 6]);
  assert.equal(larger.input.length, 9);
});

lessonTest("grids of PyTorch's cases show PyTorch's values, and the formula agrees with the code", {}, async (stage) => {
  const page = await openLesson(stage, queryOf(golden.cases["figure 1.1"]));
  for (const [name, entry] of Object.entries(golden.cases)) {
    if (name !== "figure 1.1") await goTo(page, queryOf(entry));
    assertClose(name, await outputOf(page), entry.output, SHOWN);
    const result = await page.locator("size-formula [role=status]").innerText();
    assert.ok(result.startsWith(`The code infers the shape [${entry.shape.join(", ")}]: ${entry.shape[2]} rows, as by the formula.`), `${name}: ${result}`);
    const first = await page.locator("cell-sum .terms").innerText().catch(() => "");
    if (entry.output[0] !== 0 || first) assertClose(`${name}: the sum`, [asNumber(first.split("=").at(-1) ?? "")], [entry.output[0]], SHOWN);
    const isTransposed = entry.state.op === "conv_transpose2d";
    assert.equal(await page.locator("stretched-input").isVisible(), isTransposed, name);
    if (isTransposed) assert.match(await page.locator("stretched-input .readout").innerText(), /the largest difference is (0|\d+(\.\d+)?e-\d+)\.$/, name);
  }
});

lessonTest("pointing at a cell marks its patch and writes its sum; at an input cell, where it goes", {}, async (stage) => {
  const page = await openLesson(stage, "padding=1");
  await page.getByRole("img", { name: "Output, channel 1, row 1, column 2" }).hover();
  const patch = page.locator(".input .cell.patch");
  assert.equal(await patch.count(), 9);
  assert.equal(await page.locator(".input .cell.patch.padding").count(), 3, "the row above the input");
  assert.equal(await page.locator(".kernel .cell.patch").count(), 9);
  assert.equal(await page.locator(".output .cell.made").count(), 1);
  assert.match(await page.locator("cell-sum [role=status]").innerText(), /row 1, column 2 is 14, a sum of 9 products, 3 of them with padding\.$/);
  assert.equal(
    (await page.locator("cell-sum .terms").innerText()).replace(/\s+/g, " "),
    "0 · 0 + 0 · 1 + 0 · 2 + 3 · 2 + 3 · 2 + 2 · 0 + 0 · 0 + 0 · 1 + 1 · 2 = 14",
  );
  await page.getByRole("spinbutton", { name: "Input, channel 1, row 1, column 1" }).hover();
  assert.equal(await page.locator(".output .cell.patch").count(), 4);
  assert.match(await page.locator("cell-sum [role=status]").innerText(), /row 1, column 1 goes into 4 output cells\.$/);
  const padding = page.getByRole("spinbutton", { name: "Padding of channel 1, row 0, column 0" });
  assert.equal(await padding.getAttribute("readonly"), "");
  assert.equal(await padding.evaluate((cell) => getComputedStyle(cell).borderTopStyle), "dashed");
});

lessonTest("steps lead the window over the output in order, and the address keeps it", {}, async (stage) => {
  const page = await openLesson(stage);
  const made = () => page.locator(".output .cell.made").getAttribute("aria-label");
  assert.match((await made()) ?? "", /row 1, column 1: 12$/);
  for (let step = 1; step <= 4; step++) await page.getByRole("button", { name: "Step", exact: true }).click();
  assert.match((await made()) ?? "", /row 2, column 2: 17$/);
  assert.equal(address(page).get("cell"), "4");
  await page.reload();
  await waitForState(page, "done");
  assert.match((await made()) ?? "", /row 2, column 2: 17$/);
  await page.getByRole("button", { name: "Start over" }).click();
  assert.equal(address(page).get("cell"), null);
});

lessonTest("what cannot be is explained by the code and by the formula, and can be repaired", {}, async (stage) => {
  const page = await openLesson(stage, "kernel_size=5&dilation=3&size=7");
  const result = page.locator("size-formula [role=status]");
  const says = async (/** @type {RegExp[]} */ ...patterns) => {
    const text = await result.innerText();
    for (const pattern of patterns) assert.match(text, pattern);
  };
  await says(/Layer "conv2d" has no valid size for a 7x7 input/, /3 · \(5 − 1\) \+ 1 = 13 cells, and the padded input has only 7 \+ 2 · 0 = 7\. It fits nowhere\./);
  assert.equal(await page.locator(".output:visible").count(), 0);
  assert.equal(await page.locator("lesson-steps").isVisible(), false);
  await page.getByRole("slider", { name: "padding", exact: true }).fill("3");
  await waitForState(page, "done");
  assert.match(await result.innerText(), /^The code infers the shape \[1, 1, 1, 1\]: 1 rows, as by the formula\./);
  assert.equal(await page.locator(".output:visible .cell").count(), 1);

  for (const [query, ...patterns] of /** @type {[string, ...RegExp[]][]} */ ([
    ["op=conv_transpose2d&output_padding=1", /hyper-parameters are out of range/, /1 is not smaller than 1\./],
    ["op=conv_transpose2d&size=1&kernel_size=2&padding=1", /Layer "conv_transpose2d" has no valid size/, /2 · 1 = 2 of 2\. 0 are left\./],
    ["groups=2&out_channels=2", /1 channels do not split into 2 groups/, /in_channels = 1 does not split into 2 groups\./],
    ["groups=2&in_channels=2", /1 channels do not split into 2 groups/, /out_channels = 1 does not split into 2 groups\./],
  ])) {
    await goTo(page, query);
    await says(/^Invalid\. The code says:/, ...patterns);
  }
});

lessonTest("a link opens what it says; editing, presets and reset change the address", {}, async (stage) => {
  const page = await openLesson(stage, "op=conv_transpose2d&size=3&stride=2&padding=1&output_padding=1");
  assert.equal(await page.getByLabel("Case of Dumoulin and Visin").inputValue(), "paddedStridedOddTransposed");
  assert.equal(await page.locator("size-formula code").innerText(), "nn.ConvTranspose2d(1, 1, kernel_size=3, stride=2, padding=1, output_padding=1, groups=1, bias=False)");
  assert.equal(await page.getByRole("slider", { name: "dilation" }).isDisabled(), true);
  await page.getByLabel("Case of Dumoulin and Visin").selectOption("No zero padding, non-unit strides");
  await waitForState(page, "done");
  assert.equal(address(page).toString(), "stride=2");
  assert.equal((await outputOf(page)).length, 4);
  await page.getByRole("spinbutton", { name: "Input, channel 1, row 1, column 3" }).fill("-2.5");
  await waitForState(page, "done");
  assert.equal(address(page).get("input")?.split(",").slice(0, 4).join(), "3,3,-2.5,1");
  // The weight there is 2: 12 before, and 4.5 · 2 less.
  assert.equal((await outputOf(page))[0], 12 - 4.5 * 2);
  await page.getByRole("spinbutton", { name: "Kernel 1 1, 3" }).fill("0");
  await waitForState(page, "done");
  assert.equal((await outputOf(page))[0], 12 - 2 * 2);
  const [edited, shown] = [page.url(), await outputOf(page)];
  await page.getByRole("button", { name: "Reset" }).click();
  await waitForState(page, "done");
  assert.equal(address(page).toString(), "");
  assertClose("after reset", await outputOf(page), golden.cases["figure 1.1"].output, SHOWN);
  await page.goto(edited);
  await waitForState(page, "done");
  assert.deepEqual(await outputOf(page), shown);
});

lessonTest("questions reveal what the code computes", {}, async (stage) => {
  const page = await openLesson(stage);
  const says = async (/** @type {string} */ id, /** @type {string | number} */ guess, /** @type {RegExp} */ expected) => assert.match((await reveal(page, id, guess)).text, expected);
  await says("halving", 4, /^Right: 4\. .* = 4: half of 7/);
  await says("same", "1", /^Not quite: 2\. .* the output has 3, 5, 7, 9 rows\. .* = 2 on each side/);
  await says("grouped", "Half as many", /^Right: Half as many\. 36 become 18/);
  await says("undo", "1", /^Right: 1\. 5 rows become 3 and 6 become 3\. .* = 5 without output_padding and 6 with 1\./);
});

lessonTest("the answers of the teacher's exercises are what the page shows", {}, async (stage) => {
  const { teacher } = await texts("en");
  const page = await openLesson(stage, teacher.exercises[0].state);
  /** What the formula's line says with this exercise, and more of the state. */
  const shown = async (/** @type {number} */ index, more = "") => {
    await goTo(page, teacher.exercises[index].state + more);
    return page.locator("size-formula [role=status]").innerText();
  };
  assert.match(await shown(0), /\[1, 1, 3, 3\].* one row and one column of the padded input unread/s);
  assert.equal(await page.locator(".input .cell.unread:not(.padding)").count(), 0, "only padding is unread");
  assert.equal(await page.locator(".input .cell.unread").count(), 15);
  assert.match(await shown(1), /\[1, 1, 5, 5\]/);
  assert.match(await shown(1, "&output_padding=1"), /\[1, 1, 6, 6\]/);
  assert.match(await shown(2), /^Invalid.* = 5 cells, and the padded input has only 4 \+ 2 · 0 = 4/s);
  assert.match(await shown(2, "&padding=1"), /\[1, 1, 2, 2\]/);
  for (const [changes, side] of /** @type {[State, number][]} */ ([[{ dilation: 1 }, 2], [{ size: 5 }, 1], [{ kernel_size: 2 }, 2]])) {
    assert.equal(sizeOf(settingsOf({ ...DEFAULTS, size: 4, dilation: 2, ...changes })), side);
  }
  assert.match(await shown(3), /Weights: 36\./);
  assert.match(await shown(3, "&groups=2"), /Weights: 18\./);
});

lessonTest("the lesson's exercise by keyboard alone: stride 2, then the last output cell", {}, async (stage) => {
  const page = await openLesson(stage);
  await tabTo(page, "convolution-controls select");
  await tabTo(page, ".slider:has(code) input");
  await tabTo(page, ".slider input");
  assert.match(await page.evaluate(() => document.activeElement?.closest("label")?.textContent ?? ""), /^stride1$/);
  await page.keyboard.press("ArrowRight");
  await waitForState(page, "done");
  await tabTo(page, ".output .cell");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  assert.match(await page.locator("cell-sum [role=status]").innerText(), /row 2, column 2 is 14, a sum of 9 products\.$/);
  assert.equal(address(page).toString(), "stride=2&cell=3");
});

presentsAndEmbeds({
  locale: "de-DE",
  hide: ["questions", "controls"],
  embed: "lang=en&stride=2",
  presented: async (page) => assert.equal(await page.getByRole("heading", { level: 2 }).first().innerText(), "Eine Summe für jede Ausgabezelle"),
  ended: async (page) => assert.equal(await page.title(), "Rechnen mit Faltungen: Segscope"),
  async embedded(page) {
    assert.equal(await page.locator("convolution-controls").isVisible(), false);
    assert.equal(await page.locator(".output:visible .cell").count(), 4);
  },
});

looksRight([
  ["light", 1280, ""],
  ["dark", 1280, "op=conv_transpose2d&size=3&stride=2&padding=1&output_padding=1"],
  ["light", 390, "size=7&padding=3&in_channels=2&out_channels=2"],
  ["dark", 390, "kernel_size=5&dilation=3"],
]);
