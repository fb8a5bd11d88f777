// Lesson 4, receptive field: stacks against PyTorch's gradients and published sizes, the measured field of a live network against its weights.
import assert from "node:assert/strict";
import { address, lessonDriver, numbers, readJson, reveal, withoutLive } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

const { path, texts, lessonTest, openLesson, looksRight, presentsAndEmbeds } = lessonDriver(4);

/** Before the first test is declared: a runner with a filter does not wait for those that come later. */
const golden = await readJson("tests/golden/lesson_04.json");

/** The table's rows, once the lab has computed them. @param {Page} page */
async function tableRows(page) {
  await page.locator("stack-table tbody tr:last-child .recurrence", { hasText: "✓" }).waitFor();
  return page.locator("stack-table tbody tr").evaluateAll((rows) => rows.map((row) => Object.fromEntries([...row.children].map((cell) => [cell.className || "layer", cell.textContent]))));
}

lessonTest("sizes are those published, by the lab and by the recurrences; the teacher's answers have them", {}, async (stage) => {
  await withoutLive(stage);
  const page = await stage.openPage(path());
  const { exercises } = (await texts("en")).teacher;
  // Araujo et al. 2019, table 1; torchvision's and the small stacks by hand.
  for (const [preset, size, jump] of /** @type {const} */ ([["vgg16", 212, 32], ["mobilenet_v1", 315, 32], ["resnet50_slim", 483, 32], ["resnet50_torchvision", 427, 32], ["dilated", 15, 1], ["strided", 15, 8]])) {
    await page.getByRole("combobox", { name: "Stack" }).selectOption(preset);
    assert.equal(address(page).get("stack"), preset);
    await page.locator(".summary", { hasText: `r = ${size} pixels, jump j = ${jump},` }).waitFor();
    const rows = await tableRows(page);
    const last = rows[rows.length - 1];
    assert.deepEqual([...numbers(last.size), ...numbers(last.jump)], [size, jump], preset);
    assert.ok(rows.every(({ recurrence }) => recurrence?.includes("✓ equal")), preset);
    const exercise = exercises.find(({ state = "" }) => state === `stack=${preset}`);
    if (exercise) assert.ok(numbers(exercise.answer).includes(size), `${preset}: ${exercise.answer}`);
  }
});

for (const { stack, side, position, first, last, values } of golden) {
  lessonTest(`${stack}: reads what PyTorch's gradient says`, {}, async (stage) => {
    await withoutLive(stage);
    const page = await stage.openPage(path(`stack=${stack}&side=${side}&position=${position}`));
    const rows = await tableRows(page);
    const row = rows[rows.length - 1];
    assert.deepEqual(numbers(row.pixels), [first, last]);
    assert.deepEqual(numbers(row.centre), [(first + last) / 2]);
    assert.deepEqual(numbers(row.size), [last - first + 1]);
    assert.deepEqual(numbers(row.side), [values]);
  });
}

lessonTest("by keyboard: a stack is built, stepped through and reset; the address holds it, and says why a window does not fit", {}, async (stage) => {
  await withoutLive(stage);
  const page = await stage.openPage(path());
  await tableRows(page);
  const press = async (/** @type {string} */ name) => {
    await page.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Enter");
  };
  await press("Start over");
  await page.getByLabel("stride s").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("2");
  await page.locator(".summary", { hasText: "size r = 11 pixels, jump j = 2" }).waitFor();
  await press("Step");
  await press("Add a layer after it");
  await page.locator("layer-editor").getByRole("combobox").selectOption("max_pool2d");
  assert.equal(address(page).get("stack"), "c3-2-1_c3-1-1_m3-1-1_c3-1-1");
  assert.equal(address(page).get("selected"), "2");
  await press("Move up");
  await press("Move up");
  await page.locator(".summary", { hasText: "size r = 13 pixels" }).waitFor();
  // Its numbers stand in the formula.
  assert.match((await page.locator(".formulas").innerText()).replace(/\s+/g, ""), /=1\+1·\(3−1\)·1=3/);
  await press("Remove");
  await page.locator(".summary", { hasText: "size r = 11 pixels" }).waitFor();

  await page.getByLabel("Input, pixels across").fill("1");
  await page.getByLabel("padding p").fill("0");
  await page.locator(".problem", { hasText: /layer1/ }).waitFor();
  await press("Reset");
  await page.locator(".summary", { hasText: "size r = 7 pixels" }).waitFor();
  await tableRows(page);
  assert.equal(await page.locator(".problem").innerText(), "");
  assert.equal(new URL(page.url()).search, "");
});

lessonTest("the measured field of a first layer is what its weights say; a deep one lies within its box, and the page tells it", {}, async (stage) => {
  const page = await stage.openPage(path("measured=1"));
  await page.locator("p.measured", { hasText: "radius" }).waitFor({ timeout: 60_000 });
  const found = await page.evaluate(async () => {
    const { Lab } = await import(new URL("../shell/lab.js", location.href).href);
    const { samplePhoto } = await import(new URL("../shell/photo.js", location.href).href);
    const photo = await samplePhoto("astronaut");
    const model = await new Lab().model("enet");
    const size = await model.sizeFor(photo);
    const { nodes } = await model.describe(size);
    await model.run(photo);
    const first = nodes.find((/** @type {any} */ node) => node.op === "conv2d");
    const deep = nodes.find((/** @type {any} */ node) => node.name === "add_9");
    const cell = { x: 100, y: 60 };
    const weight = await model.weight(first.weights[0].name);
    const shallow = await model.effectiveField(first.name, cell);
    const field = await model.effectiveField(deep.name, { x: deep.shape[3] / 2, y: deep.shape[2] / 2 });
    return { size, cell, deep, options: first.options, shallow: Array.from(shallow.data), weight: { shape: weight.shape, data: Array.from(weight.data) }, field: Array.from(field.data) };
  });

  // The gradient of the sum of all channels: at each pixel of the window, the magnitude of each input channel's summed weights.
  const [outputs, inputs, kernel] = found.weight.shape;
  const [height, width] = found.size;
  const { stride, padding } = found.options;
  const expected = new Float64Array(width * height);
  for (let y = 0; y < kernel; y++) {
    for (let x = 0; x < kernel; x++) {
      const pixel = (found.cell.y * stride[0] - padding[0] + y) * width + found.cell.x * stride[1] - padding[1] + x;
      for (let i = 0; i < inputs; i++) {
        let sum = 0;
        for (let o = 0; o < outputs; o++) sum += found.weight.data[((o * inputs + i) * kernel + y) * kernel + x];
        expected[pixel] += Math.abs(sum);
      }
    }
  }
  found.shallow.forEach((/** @type {number} */ value, /** @type {number} */ pixel) => assert.ok(Math.abs(value - expected[pixel]) < 1e-4, `pixel ${pixel}: ${value}, not ${expected[pixel]}`));

  const ends = found.deep.field.map((/** @type {{first: number, jump: number, size: number}} */ { first, jump, size }, /** @type {number} */ axis) => {
    const from = first + (found.deep.shape[2 + axis] / 2) * jump;
    return [from, from + size - 1];
  });
  const [[top, bottom], [left, right]] = ends;
  assert.ok(left > 0 && right < width - 1 && top > 0 && bottom < height - 1, "the box does not fill the photo");
  const pixels = found.field.map((/** @type {number} */ value, /** @type {number} */ pixel) => {
    const [x, y] = [pixel % width, Math.floor(pixel / width)];
    return { value, isInside: x >= left && x <= right && y >= top && y <= bottom, distance: Math.hypot(x - (left + right) / 2, y - (top + bottom) / 2) };
  });
  const total = pixels.reduce((sum, { value }) => sum + value, 0);
  const outside = pixels.reduce((sum, { value, isInside }) => sum + (isInside ? 0 : value), 0);
  assert.ok(total > 0);
  assert.equal(outside, 0, "nothing lies outside the theoretical field");
  let held = 0;
  const radius = pixels.sort((a, b) => a.distance - b.distance).find(({ value }) => (held += value) >= total / 2)?.distance;
  const sentence = await page.locator("p.measured").innerText();
  assert.equal(numbers(sentence.replace(/^.*circle/s, ""))[0], Number(radius?.toPrecision(3)));
  assert.match(sentence, /Within the theoretical field lies 100%, outside 0%/);
  // Its profile adds up to one, as far as a drawing can.
  const { sum, most } = await page.locator("field-profile polyline").evaluate((line) => {
    const heights = (line.getAttribute("points") ?? "").split(" ").map((point) => 100 - Number(point.split(",")[1]));
    return { sum: heights.reduce((all, height) => all + height, 0), most: Math.max(...heights) };
  });
  assert.ok(Math.abs(most - 100) < 1e-6);
  const columns = new Float64Array(width);
  found.field.forEach((/** @type {number} */ value, /** @type {number} */ pixel) => (columns[pixel % width] += value));
  assert.ok(Math.abs(sum / 100 - total / Math.max(...columns)) < 1e-3, "columns are shares of one whole");
});

lessonTest("on the photo, by keyboard: the box follows the value, the address holds both, what was measured is noted", {}, async (stage) => {
  const page = await openLesson(stage, "depth=bottleneck1.0.reduce.0");
  const place = async () => numbers((await page.locator("p.theory").innerText()).replace(/^.*?The one/s, ""));
  // A quarter of the size; 2x2 of stride 2 after 3x3 of stride 2 and 2x2: five pixels, four on.
  const [x, y, across, down, left, right] = await place();
  assert.deepEqual([across, down, right - left, left], [5, 5, 4, 4 * x - 1]);
  await page.locator("photo-field canvas").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await page.locator("p.theory", { hasText: `column ${x + 1}, row ${y + 1} ` }).waitFor();
  assert.equal((await place())[4], left + 4);
  const at = address(page).get("at");
  assert.ok(at, "the place is in the address");
  await page.getByRole("button", { name: "Measure what it sees" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("p.measured", { hasText: "of the weight lies in the middle" }).waitFor();
  assert.match(await page.locator("p.measured").innerText(), /Within the theoretical field lies 100%, outside 0%/);
  assert.equal(address(page).get("measured"), "1");
  assert.equal(await page.locator("comparison-table tbody tr").count(), 1);

  // Elsewhere, the measured field is of no use.
  await page.locator("photo-field canvas").focus();
  await page.keyboard.press("ArrowLeft");
  await page.locator("p.theory", { hasText: `column ${x}, row ${y + 1} ` }).waitFor();
  assert.equal(address(page).get("measured"), null);
  assert.equal(await page.locator("p.measured").innerText(), "");
  await page.getByRole("slider", { name: /^Layer/ }).focus();
  await page.keyboard.press("End");
  await page.locator(".depth output", { hasText: /(\d+) of \1$/ }).waitFor();
  assert.equal(address(page).get("depth"), "", "the output");
  await page.getByRole("button", { name: "Reset" }).click();
  await page.waitForFunction(() => location.search === "");
});

lessonTest("without dilation the field is as much smaller as the formulas say; the teacher's answer has what is measured", {}, async (stage) => {
  const page = await openLesson(stage, "depth=add_12");
  const size = async () => numbers((await page.locator("p.theory").innerText()).replace(/^.*?can see/s, ""))[0];
  const radius = async () => {
    await page.getByRole("button", { name: "Measure what it sees" }).click();
    const sentence = page.locator("p.measured", { hasText: "radius" });
    await sentence.waitFor({ timeout: 60_000 });
    return numbers((await sentence.innerText()).replace(/^.*radius/s, ""))[0];
  };
  const [dilated, dilatedRadius] = [await size(), await radius()];
  await page.getByLabel("Without dilation: all rates 1").check();
  await page.locator("p.theory", { hasNotText: `can see ${dilated} ×` }).waitFor();
  assert.equal(address(page).get("plain"), "1");
  // Up to here rates of 2, 4 and 8, each in a 3x3 convolution of a map an eighth of the size.
  const less = [2, 4, 8].reduce((sum, rate) => sum + (rate - 1) * (3 - 1) * 8, 0);
  const [plain, plainRadius] = [await size(), await radius()];
  assert.equal(dilated - plain, less);
  const { answer } = (await texts("en")).teacher.exercises.find(({ state = "" }) => state === "depth=add_12&plain=1&measured=1");
  assert.deepEqual(numbers(answer), [dilated, plain, dilatedRadius, plainRadius]);
});

lessonTest("several networks are compared at one place", {}, async (stage) => {
  const page = await openLesson(stage, "compare=pspnet");
  await page.getByRole("checkbox", { name: "PSPNet" }).uncheck();
  await page.getByRole("checkbox", { name: "FPN", exact: true }).check();
  assert.equal(address(page).get("compare"), "fpn");
  await page.getByRole("checkbox", { name: "PSPNet" }).check();
  await page.getByRole("button", { name: "Measure those ticked" }).click();
  await page.locator("comparison-table tbody tr").nth(1).waitFor({ timeout: 60_000 });
  assert.match(await page.locator("comparison-table tbody tr", { hasText: "PSPNet" }).locator(".theory").innerText(), /^whole photo, \d+ × \d+$/);
});

lessonTest("questions reveal what is computed", {}, async (stage) => {
  await withoutLive(stage);
  const page = await stage.openPage(path());
  assert.match((await reveal(page, "strideQuestion", 11)).text, /^Right: 11\./);
  for (const [id, guess, answer, reason] of [
    // 7 + 2, 3 + 2 · 2 + 2 · 2, 5 + 2 · 4
    ["widestQuestion", 0, "Dilation 4 in the last", /9 pixels, the stride 11, the dilation 13/],
    // The spread of a sum of n steps grows as the square root of n.
    ["depthQuestion", 1, "Twice as wide", /from 9 to 33 pixels, the spread of the weight grows 2 times/],
  ]) {
    const { text } = await reveal(page, String(id), Number(guess));
    assert.ok(text.includes(String(answer)), text);
    assert.match(text, /** @type {RegExp} */ (reason));
  }
});

/** @param {Page} page */
async function measured(page) {
  await tableRows(page);
  await waitForState(page, "done");
}

looksRight([["light", 1280, "depth=bottleneck1.0.reduce.0&measured=1"], ["dark", 390, "depth=bottleneck1.0.reduce.0&measured=1"]], { opened: measured });

presentsAndEmbeds({
  hide: ["questions", "lead"],
  present: "lang=de&stack=vgg16",
  opened: tableRows,
  presented: (page) => page.locator(".summary", { hasText: "Größe r = 212 Pixel" }).waitFor(),
  embedded: async (page) => assert.equal(await page.locator("stack-table").isVisible(), true),
});
