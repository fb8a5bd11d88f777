// Networks side by side: masks, areas, times, differences; zoom in step; a link that restores; workers that end; a camera.
import assert from "node:assert/strict";
import { join } from "node:path";
import { accessibilityViolations, tooSmallControls } from "./accessibility.js";
import { commonPlace, openCompare, paneOf, saveMask, segmentSample, shownShare } from "./compare-driver.js";
import { browserTest } from "./harness.js";
import { ALLOWED, ASTRONAUT, trackStates, waitForLive } from "./live-driver.js";
import { catalogueEntry, chooseModel, exportMask, keepDevice, loseDevice, openPage, samplePath, segmentPhoto, waitForState } from "./page-driver.js";
import { enlarged } from "./pictures.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./page-driver.js").Mask} Mask */

/** A software GPU and two cores. */
const TIMEOUT = 300_000;
const TWO = "pane=people.cpu&pane=clothing.cpu";

/** @param {Mask} a @param {Mask} b */
function countDifferent(a, b) {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  let count = 0;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) count += 1;
  return count;
}

/** The mask with 1 where a class has this name, and 0 elsewhere. @param {Mask} mask @param {string} model @param {string} name */
async function only(mask, model, name) {
  const { classes } = await catalogueEntry(model);
  const id = classes.findIndex((entry) => entry.name === name);
  return { ...mask, data: mask.data.map((value) => Number(value === id)) };
}

/** @param {Page} page */
const workers = (page) => page.workers().length;

/** @param {Page} page @param {number} count */
async function waitForWorkers(page, count) {
  const deadline = Date.now() + 20_000;
  while (workers(page) !== count && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(workers(page), count);
}

browserTest("two models side by side give the masks that each gives alone; areas and times are in the table", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, TWO);
  await waitForState(page, "ready");
  await segmentSample(page, "Astronaut");
  const alone = await openPage({ ...stage, query: "?backend=cpu&threads=1" });
  await segmentPhoto(alone, samplePath("astronaut.jpg"));
  const people = await exportMask(alone);
  await chooseModel(alone, "clothing");
  await waitForState(alone, "done");
  const clothing = await exportMask(alone);
  assert.equal(countDifferent(await saveMask(page, "A"), people), 0, "people");
  assert.equal(countDifferent(await saveMask(page, "B"), clothing), 0, "clothing");

  const cells = (/** @type {string} */ head) => page.getByRole("row", { name: head }).locator("td").allInnerTexts();
  const share = people.data.filter((id) => id === 1).length / people.data.length;
  assert.deepEqual((await cells("person"))[0], `${(100 * share).toFixed(1)} %`);
  assert.match((await cells("person"))[1] ?? "", /not a class of this model/);
  for (const time of [...(await cells("Network")), ...(await cells("In all"))]) assert.match(time, /^(< 1|[\d,.]+) m?s/);
});

browserTest("the share that differs is that of the masks: over shared names, and for equal classes", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, `${TWO}&photo=astronaut.jpg`);
  await waitForState(page, "done");
  const [people, clothing] = [await saveMask(page, "A"), await saveMask(page, "B")];
  const shared = [await only(people, "people", "background"), await only(clothing, "clothing", "background")];
  assert.equal(await shownShare(page), countDifferent(shared[0], shared[1]) / people.data.length);
  assert.match((await page.locator("difference-view").innerText()) ?? "", /share by name \(background\)/);

  await page.getByLabel("What pane B runs on").selectOption("f32");
  await paneOf(page, "B").locator(".models > summary").click();
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await paneOf(page, "B").locator('[data-model="people"]').click();
  await waitForState(page, "done", TIMEOUT);
  await page.locator("difference-view:not(.is-old)").waitFor();
  const onGpu = await saveMask(page, "B");
  assert.equal(await shownShare(page), countDifferent(people, onGpu) / people.data.length);
  assert.match(await page.locator("difference-view").innerText(), /the same class/);
  assert.match(await paneOf(page, "B").locator(".facts > .hint").innerText(), /^GPU, f32\. Network/);

  // Yellow exactly where they differ.
  const drawn = await page.locator("difference-view canvas.painted").evaluate((canvas) => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
    const data = /** @type {HTMLCanvasElement} */ (canvas).getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    return Array.from({ length: width * height }, (_, at) => Number(data[4 * at + 3] > 0));
  });
  assert.equal(countDifferent({ ...people, data: Uint8Array.from(drawn) }, { ...people, data: people.data.map((id, at) => Number(id !== onGpu.data[at])) }), 0);
});

browserTest("three panes are compared in pairs too; one that is closed frees its worker", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, `${TWO}&photo=astronaut.jpg`);
  await waitForState(page, "done");
  await waitForWorkers(page, 2);
  assert.equal(await page.getByRole("button", { name: "Close pane A" }).count(), 0, "two are the least");
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Add a pane" }).click();
  await page.getByLabel("What pane C runs on").selectOption("cpu");
  await waitForState(page, "done", TIMEOUT);
  await page.locator("difference-view li").nth(2).waitFor();
  assert.deepEqual((await page.locator("difference-view li").allInnerTexts()).map((line) => line.split(":")[0]), ["A and B", "A and C", "B and C"]);
  await waitForWorkers(page, 3);
  await page.getByRole("button", { name: "Close pane B" }).click();
  await waitForWorkers(page, 2);
  assert.equal(await page.locator("area-table").getByRole("columnheader").count(), 3);
  assert.equal(await page.locator("compare-pane").count(), 2);
  assert.match(page.url(), /pane=people\.cpu&pane=\w+\.cpu/);
});

browserTest("every precision of a network: bytes fall, f16 changes next to nothing, int4 changes most; a link restores them", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, `${TWO}&photo=astronaut.jpg`);
  await waitForState(page, "done");
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Every precision" }).click();
  await waitForState(page, "done", TIMEOUT);
  await page.locator("difference-view:not(.is-old) li").nth(5).waitFor();
  const cells = await page.getByRole("row", { name: "File" }).locator("td").allInnerTexts();
  assert.deepEqual(cells.map((cell) => cell.split(", ")[1]), ["f32", "f16", "int8", "int4"]);
  const bytes = cells.map((cell) => parseFloat(cell) * (cell.includes("kB") ? 1 : 1000));
  for (const [at, size] of bytes.slice(1).entries()) assert.ok(size < (bytes[at] ?? 0), `${cells}`);

  const [f32, f16] = [await saveMask(page, "A"), await saveMask(page, "B")];
  const [int8, int4] = [await saveMask(page, "C"), await saveMask(page, "D")];
  const pixels = f32.data.length;
  // What ships is int8: the finer ones are made from it.
  for (const same of [f16, int8]) assert.ok(countDifferent(f32, same) < 0.001 * pixels);
  const changed = countDifferent(f32, int4) / pixels;
  assert.ok(changed > 0 && changed < 0.2, `${changed} of the pixels change in int4`);
  const line = (await page.locator("difference-view li").allInnerTexts()).find((text) => text.startsWith("A and D"));
  const ious = [0, 1].map((id) => {
    const [both, either] = [0, 0].map((_, at) => f32.data.filter((value, pixel) => (at === 0 ? value === id && int4.data[pixel] === id : value === id || int4.data[pixel] === id)).length);
    return (both ?? 0) / (either ?? 1);
  });
  assert.equal(line, `A and D: ${(100 * changed).toFixed(1)} %, mean IoU ${(50 * ((ious[0] ?? 0) + (ious[1] ?? 0))).toFixed(1)} %`);

  const again = await stage.openPage(new URL(page.url()).pathname + new URL(page.url()).search);
  await waitForState(again, "done", TIMEOUT);
  assert.deepEqual(await again.getByLabel(/^Precision of pane/).evaluateAll((selects) => selects.map((select) => /** @type {HTMLSelectElement} */ (select).value)), ["f32", "f16", "int8", "int4"]);
});

browserTest("zoom and place are in step, by wheel, mouse, keys and buttons", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, `${TWO}&photo=astronaut.jpg`);
  await waitForState(page, "done");
  await page.locator("difference-view:not(.is-old)").waitFor();
  assert.deepEqual(await commonPlace(page), { zoom: 1, x: 0.5, y: 0.5 });

  const first = page.locator("zoom-stage").first();
  const box = await first.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width * 0.25, box.y + box.height / 2);
  await page.mouse.wheel(0, -700);
  const wheeled = await commonPlace(page);
  assert.ok(wheeled.zoom > 2 && wheeled.x < 0.45 && Math.abs(wheeled.y - 0.5) < 0.01, `towards the mouse: ${JSON.stringify(wheeled)}`);

  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.25 - 60, box.y + box.height / 2, { steps: 3 });
  await page.mouse.up();
  const dragged = await commonPlace(page);
  const expected = wheeled.x + 60 / (box.width * wheeled.zoom);
  assert.ok(Math.abs(dragged.x - expected) < 0.01, `with the mouse: ${dragged.x}, expected ${expected}`);

  await page.locator("zoom-stage").nth(1).focus();
  await page.keyboard.press("0");
  assert.deepEqual(await commonPlace(page), { zoom: 1, x: 0.5, y: 0.5 });
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowRight");
  const keyed = await commonPlace(page);
  assert.ok(keyed.zoom === 2.25 && keyed.x > 0.5, JSON.stringify(keyed));
  await page.keyboard.press("-");
  assert.equal((await commonPlace(page)).zoom, 1.5);

  await page.getByRole("button", { name: "Zoom in" }).click();
  await page.getByRole("button", { name: "Move up" }).click();
  const pressed = await commonPlace(page);
  assert.ok(pressed.zoom === 2.25 && pressed.y < 0.5, JSON.stringify(pressed));
  await page.getByRole("button", { name: "Show the whole picture" }).click();
  assert.equal((await commonPlace(page)).zoom, 1);

  // When the zoom has settled, the engines paint as sharply as it shows.
  const asked = page.evaluate(
    () => new Promise((resolve) => document.addEventListener("canvas-size", (event) => resolve(/** @type {CustomEvent} */ (event).detail.width), { once: true })),
  );
  await page.getByRole("button", { name: "Zoom in" }).click();
  const whole = await first.locator(".frame").evaluate((frame) => parseFloat(/** @type {HTMLElement} */ (frame).style.width));
  assert.ok(Math.abs((await asked) - 1.5 * whole) <= 1, `${await asked} pixels for a picture of ${whole}`);
});

browserTest("two fingers zoom all panes; one scrolls the page until then", { timeout: TIMEOUT, context: { viewport: { width: 390, height: 844 }, hasTouch: true } }, async (stage) => {
  const page = await openCompare(stage, `${TWO}&photo=astronaut.jpg`);
  await waitForState(page, "done");
  const first = page.locator("zoom-stage").first();
  assert.equal(await first.evaluate((element) => getComputedStyle(element).touchAction), "pan-x pan-y");
  const box = await first.boundingBox();
  assert.ok(box);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const touch = await page.context().newCDPSession(page);
  const at = (/** @type {number} */ apart) => [{ x: x - apart, y, id: 0 }, { x: x + apart, y, id: 1 }];
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(20) });
  for (const apart of [30, 40, 50]) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(apart) });
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  const { zoom } = await commonPlace(page);
  assert.ok(Math.abs(zoom - 2.5) < 0.1, `zoom ${zoom}`);
  assert.equal(await first.evaluate((element) => getComputedStyle(element).touchAction), "none");
});

browserTest("the address restores panes, zoom and sample, and follows what is changed", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, "pane=clothing.cpu&pane=people.cpu&photo=coffee.jpg&zoom=2&x=0.3&y=0.4");
  await waitForState(page, "done");
  assert.match(await paneOf(page, "A").locator(".current").innerText(), /Clothing/);
  assert.equal(await page.getByLabel("What pane B runs on").inputValue(), "cpu");
  assert.deepEqual(await commonPlace(page), { zoom: 2, x: 0.3, y: 0.4 });
  await page.getByRole("button", { name: "Move right" }).click();
  await page.getByLabel("What pane B runs on").selectOption("auto");
  await page.waitForFunction(() => location.search.includes("people.auto") && !location.search.includes("x=0.3&"));
  const again = await stage.openPage(new URL(page.url()).pathname + new URL(page.url()).search);
  await waitForState(again, "done", TIMEOUT);
  assert.deepEqual(await commonPlace(again), await commonPlace(page));
  assert.equal(await again.getByLabel("What pane B runs on").inputValue(), "auto");
});

browserTest("an address of nonsense gives two panes and a picture's worth of sentences", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, "pane=nothing.abacus&zoom=x&x=-7&photo=../../secret.jpg");
  await waitForState(page, "ready");
  assert.equal(await page.locator("compare-pane").count(), 2);
  assert.ok(await page.locator("#empty").isVisible());
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Astronaut" }).click();
  await page.waitForFunction(() => document.documentElement.dataset.state === "error", null, { timeout: TIMEOUT });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.error), "unknown-model");
  assert.match(await paneOf(page, "A").getByRole("alert").innerText(), /There is no model "nothing" in the catalogue/);
  await page.getByRole("button", { name: "Save the mask of pane B" }).waitFor();
  await paneOf(page, "A").locator(".models > summary").click();
  await paneOf(page, "A").locator('[data-model="clothing"]').click();
  await waitForState(page, "done", TIMEOUT);
  assert.ok(await paneOf(page, "A").locator("message-bar").isHidden());
});

browserTest("a model file of one's own is compared in a pane, and is not in the address", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, `${TWO}&photo=astronaut.jpg`);
  await waitForState(page, "done");
  const clothing = await saveMask(page, "B");
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await paneOf(page, "A").locator(".model-file").setInputFiles(join(import.meta.dirname, "../../models/clothing.safetensors"));
  await waitForState(page, "done");
  assert.equal(countDifferent(await saveMask(page, "A"), clothing), 0);
  await page.waitForFunction(() => !location.search.includes("people"));
  assert.equal(await shownShare(page), 0);
});

browserTest("a GPU that is lost comes back in its pane", { timeout: TIMEOUT }, async (stage) => {
  await keepDevice(stage);
  const page = await openCompare(stage, "pane=people.f32&pane=people.cpu&photo=astronaut.jpg");
  await waitForState(page, "done", TIMEOUT);
  const before = await saveMask(page, "A");
  await loseDevice(page);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Run again" }).click();
  await waitForState(page, "done", TIMEOUT);
  assert.equal(countDifferent(await saveMask(page, "A"), before), 0);
  await waitForWorkers(page, 2);
});

browserTest("without WebGPU the panes that want a GPU say so, and the others work", { webgpu: "absent", timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, "pane=people.f32&pane=people.cpu&photo=astronaut.jpg");
  await page.waitForFunction(() => document.documentElement.dataset.state === "error", null, { timeout: TIMEOUT });
  assert.equal(await page.evaluate(() => document.documentElement.dataset.error), "no-webgpu");
  assert.match(await paneOf(page, "A").getByRole("alert").innerText(), /^[A-Z].{20,}\.$/s);
  assert.match(await paneOf(page, "B").locator(".facts > .hint").innerText(), /^Processor\. Network/);
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByLabel("What pane A runs on").selectOption("auto");
  await waitForState(page, "done", TIMEOUT);
});

browserTest("a photo of many megapixels is compared without holding the page up", { timeout: TIMEOUT }, async (stage) => {
  const page = await openCompare(stage, TWO);
  await waitForState(page, "ready");
  const photo = await enlarged(page, samplePath("astronaut.jpg"), 3500);
  await page.evaluate(() => {
    delete document.documentElement.dataset.state;
    // Handing the file over takes the driver a second, in which the page answers nobody.
    document.querySelector("#file")?.addEventListener("change", () => {
      const gaps = /** @type {any} */ (globalThis);
      gaps.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        gaps.longest = Math.max(gaps.longest, now - last);
        last = now;
      }, 5);
    });
  });
  await page.locator("#file").setInputFiles(photo);
  await waitForState(page, "done", TIMEOUT);
  await page.locator("difference-view:not(.is-old)").waitFor();
  const longest = await page.evaluate(() => /** @type {any} */ (globalThis).longest);
  console.log(`longest time without an answer: ${Math.round(longest)} ms`);
  assert.ok(longest < 700, `the page did not answer for ${Math.round(longest)} ms`);
  const [people, clothing] = [await saveMask(page, "A"), await saveMask(page, "B")];
  const shared = [await only(people, "people", "background"), await only(clothing, "clothing", "background")];
  assert.equal(await shownShare(page), countDifferent(shared[0], shared[1]) / people.data.length);
});

browserTest("a camera feeds all panes the same frames; areas and differences follow; a still compares", { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
  await stage.context.addInitScript(`
    globalThis.streams = [];
    globalThis.given = [];
    const getUserMedia = navigator.mediaDevices?.getUserMedia;
    if (getUserMedia) navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await getUserMedia.call(navigator.mediaDevices, wanted);
      streams.push(stream);
      return stream;
    };
    const clone = VideoFrame.prototype.clone;
    VideoFrame.prototype.clone = function () {
      given.push(this.timestamp);
      return clone.call(this);
    };
  `);
  const page = await openCompare(stage, TWO);
  await waitForState(page, "ready");
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await waitForLive(page);
  await page.waitForFunction(() => /** @type {any} */ (globalThis).given.length >= 12);
  const given = /** @type {number[]} */ (await page.evaluate(() => /** @type {any} */ (globalThis).given));
  for (let i = 0; i + 1 < given.length; i += 2) assert.equal(given[i], given[i + 1], "both panes get each frame");
  assert.equal(new Set(given).size, Math.ceil(given.length / 2), "and each once");
  for (const letter of ["A", "B"]) {
    assert.match(await paneOf(page, letter).locator(".facts > .hint").innerText(), /^Processor\. \d+\.\d frames a second; network [^.]+\. Alone \d+\.\d a second\.$/);
  }
  await page.locator("difference-view:not(.is-old) canvas.painted").waitFor();
  const cells = (/** @type {string} */ head) => page.locator("area-table").getByRole("row", { name: head }).locator("td").allInnerTexts();
  const live = { share: await shownShare(page), person: parseFloat((await cells("person"))[0] ?? "") };
  assert.match((await cells("person"))[1] ?? "", /not a class of this model/);
  for (const time of [...(await cells("Network")), ...(await cells("In all"))]) assert.match(time, /^(< 1|[\d,.]+) m?s$/);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.state), "live");
  const turned = () => page.locator("difference-view canvas.painted").evaluate((canvas) => getComputedStyle(canvas).transform);
  assert.equal(await turned(), "matrix(-1, 0, 0, 1, 0, 0)", "as the panes' pictures");
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Still" }).click();
  await waitForState(page, "done");
  assert.deepEqual(await trackStates(page), ["ended"]);
  await page.locator("difference-view:not(.is-old)").waitFor();
  assert.equal(await turned(), "none", "a still is turned itself");
  // The camera shows the same picture all the time; a frame comes to the network by another way than a photo.
  const [still, person] = [await shownShare(page), parseFloat((await cells("person"))[0] ?? "")];
  assert.ok(still > 0 && Math.abs(live.share - still) < 0.03, `of the pixels ${live.share} differ live, ${still} in the still`);
  assert.ok(person > 10 && Math.abs(live.person - person) < 3, `person: ${live.person} % live, ${person} % in the still`);
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await waitForLive(page);
  await page.getByRole("button", { name: "Stop" }).click();
  await waitForState(page, "ready");
  assert.ok(await page.locator("#empty").isVisible());
  assert.ok(await page.locator("difference-view").isHidden());
  assert.ok(await page.locator("area-table").isHidden());
});

browserTest("live masks are read and counted about once a second, not while others are counted, and frames go on", { browserArgs: ASTRONAUT, context: ALLOWED, timeout: TIMEOUT }, async (stage) => {
  // Until the test lets them go, answers of the worker that counts are kept back.
  await stage.context.route("**/compare/difference-worker.js", async (route) => {
    const response = await route.fetch();
    const slow = `
      const gate = new BroadcastChannel("gate");
      const held = [];
      let isOpen = true;
      gate.onmessage = ({ data }) => {
        isOpen = data;
        if (isOpen) for (const answer of held.splice(0)) answer();
      };
      const answer = globalThis.postMessage.bind(globalThis);
      globalThis.postMessage = (...message) => {
        if (isOpen) return answer(...message);
        held.push(() => answer(...message));
        gate.postMessage("held");
      };
    `;
    await route.fulfill({ response, body: slow + (await response.text()) });
  });
  await stage.context.addInitScript(`
    const clone = VideoFrame.prototype.clone;
    VideoFrame.prototype.clone = function () {
      globalThis.frameCount = (globalThis.frameCount ?? 0) + 1;
      return clone.call(this);
    };
    globalThis.reads = [];
    const postMessage = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...others) {
      if (message.method === "readMask") reads.push(performance.now());
      return postMessage.call(this, message, ...others);
    };
  `);
  const page = await openCompare(stage, TWO);
  await waitForState(page, "ready");
  await page.getByRole("button", { name: "Camera", exact: true }).click();
  await waitForLive(page);
  const seen = () => page.evaluate(() => ({ reads: /** @type {number[]} */ (/** @type {any} */ (globalThis).reads), frames: /** @type {number} */ (/** @type {any} */ (globalThis).frameCount) }));
  await page.waitForFunction(() => /** @type {any} */ (globalThis).reads.length >= 8, null, { timeout: TIMEOUT / 3 });
  const { reads } = await seen();
  // Both panes' masks each time.
  for (const [at, time] of reads.slice(2).entries()) assert.ok(at % 2 === 1 || time - reads[at] > 900, `${reads.map(Math.round)}: no more than once a second`);

  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const gate = new BroadcastChannel("gate");
        gate.onmessage = resolve;
        gate.postMessage(false);
      }),
  );
  // An answer is held back now. Ten frames, and as many as two refreshes would take.
  const before = await seen();
  const end = (await page.evaluate(() => performance.now())) + 2500;
  await page.waitForFunction(([frames, time]) => /** @type {any} */ (globalThis).frameCount >= (frames ?? 0) && performance.now() > (time ?? 0), [before.frames + 10, end], { timeout: TIMEOUT / 3 });
  assert.equal((await seen()).reads.length, before.reads.length, "no other masks are read while these are counted");
  await page.evaluate(() => new BroadcastChannel("gate").postMessage(true));
  await page.waitForFunction((count) => /** @type {any} */ (globalThis).reads.length > count, before.reads.length, { timeout: TIMEOUT / 3 });

  // Of another network nothing is known until its own frames are counted.
  await paneOf(page, "A").locator(".models > summary").click();
  await paneOf(page, "A").locator('[data-model="clothing"]').click();
  await page.waitForFunction(() => document.querySelector(".share")?.getAttribute("data-share") === "0", null, { timeout: TIMEOUT / 3 });
  assert.equal(await page.locator("area-table").getByRole("row", { name: "person" }).count(), 0);
  await page.getByRole("button", { name: "Stop" }).click();
  await waitForState(page, "ready");
  await waitForWorkers(page, 2);
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const [width, height] of [[1280, 860], [390, 844]]) {
    const context = { colorScheme, bypassCSP: true, viewport: { width, height }, hasTouch: width < 500 };
    browserTest(`compare, ${colorScheme}, ${width} wide: axe finds nothing, no scroll sideways, nothing too small`, { timeout: TIMEOUT, context }, async (stage) => {
      const page = await openCompare(stage, `${TWO}&pane=people.cpu`);
      await waitForState(page, "ready");
      assert.deepEqual(await accessibilityViolations(page), [], "empty");
      await segmentSample(page, "Astronaut");
      await page.locator("difference-view:not(.is-old)").waitFor();
      await page.getByRole("button", { name: "Zoom in" }).click();
      await paneOf(page, "B").locator(".models > summary").click();
      assert.deepEqual(await accessibilityViolations(page), [], "with results");
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(scroll <= width, `the page is ${scroll} pixels wide`);
      if (width < 500) assert.deepEqual(await tooSmallControls(page), []);
    });
  }
}
