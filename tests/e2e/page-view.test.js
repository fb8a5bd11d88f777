// What is shown and how: colours on the canvas, the legend, the pixel probe, before and after. By mouse and by keyboard.
import assert from "node:assert/strict";
import { onEveryBackend } from "./harness.js";
import {
  assertColour,
  catalogueEntry,
  colourAt,
  exportMask,
  openPage,
  samplePath,
  screenshotOfPicture,
  segmentPhoto,
} from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */

/** Of the astronaut's picture: inside the orange suit, and on the plain wall. */
const SUIT = [0.2, 0.7];
const WALL = [0.65, 0.2];
const FLAG = [0.06, 0.3];

/** @param {import("./harness.js").Stage} stage */
async function openAstronaut(stage) {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  return page;
}

/** The slider's way, since dragging it depends on its theme. @param {Page} page @param {number} percent */
const setOpacity = (page, percent) => page.getByLabel("Colour").fill(String(percent));

/** Polls: painting is asynchronous. @param {Page} page @param {number[]} place @param {(seen: number[]) => void} check throws */
async function eventually(page, [across, down], check) {
  for (let attempt = 0; ; attempt++) {
    const seen = colourAt(await screenshotOfPicture(page), across, down);
    try {
      return check(seen);
    } catch (error) {
      if (attempt === 20) throw error;
    }
  }
}

/** @param {Page} page @param {number[]} place @param {number[]} colour @param {number} [tolerance] */
const expectColour = (page, place, colour, tolerance) => eventually(page, place, (seen) => assertColour(seen, colour, tolerance));

onEveryBackend("opacity goes from the plain photo to the class's own colour", {}, async (stage) => {
  const page = await openAstronaut(stage);
  const { colour } = (await catalogueEntry("people")).classes[1];
  await setOpacity(page, 0);
  await page.evaluate(() => document.querySelector(".painted")?.setAttribute("hidden", ""));
  const plain = await screenshotOfPicture(page);
  await page.evaluate(() => document.querySelector(".painted")?.removeAttribute("hidden"));
  const suit = colourAt(plain, SUIT[0], SUIT[1]);
  // The plain photo is scaled by the browser, the other by our shader.
  await expectColour(page, SUIT, suit, 12);
  await setOpacity(page, 100);
  await expectColour(page, SUIT, colour);
  await setOpacity(page, 50);
  await expectColour(page, SUIT, colour.map((value, channel) => (value + suit[channel]) / 2), 8);
  await expectColour(page, WALL, colourAt(plain, WALL[0], WALL[1]), 8);
});

onEveryBackend("a class is hidden, shown, shown alone, by keyboard", {}, async (stage) => {
  const page = await openAstronaut(stage);
  const [background, person] = (await catalogueEntry("people")).classes.map(({ colour }) => colour);
  await setOpacity(page, 100);
  await expectColour(page, SUIT, person);

  const toggle = page.locator('class-legend [data-class="person"]');
  assert.equal(await toggle.getAttribute("aria-pressed"), "true");
  await toggle.focus();
  await page.keyboard.press("Space");
  assert.equal(await toggle.getAttribute("aria-pressed"), "false");
  assert.equal(await toggle.evaluate((element) => element === document.activeElement), true, "keeps the focus");
  const hidden = colourAt(await screenshotOfPicture(page), SUIT[0], SUIT[1]);
  assert.notDeepEqual(hidden, person);
  await page.keyboard.press("Space");
  await expectColour(page, SUIT, person);

  const only = page.getByRole("button", { name: "Only background" });
  await only.focus();
  await page.keyboard.press("Enter");
  assert.equal(await only.getAttribute("aria-pressed"), "true");
  await expectColour(page, WALL, background);
  await expectColour(page, SUIT, hidden, 8);
  await page.keyboard.press("Enter");
  await expectColour(page, SUIT, person);
});

onEveryBackend("pointing, tapping and the arrow keys tell the class of a pixel", {}, async (stage) => {
  const page = await openAstronaut(stage);
  const mask = await exportMask(page);
  const names = (await catalogueEntry("people")).classes.map(({ name }) => name);
  const surface = page.getByRole("application");
  const box = await surface.boundingBox();
  assert.ok(box);
  const first = page.locator("pixel-probe li").first();
  for (const [across, down] of [SUIT, WALL]) {
    await page.mouse.move(box.x + across * box.width, box.y + down * box.height);
    const at = [Math.floor(across * 512), Math.floor(down * 512)];
    await page.waitForFunction(([x, y]) => document.querySelector(".place")?.textContent === `x ${x}, y ${y}`, at);
    assert.equal(await first.getAttribute("data-class"), names[mask.data[at[1] * 512 + at[0]]]);
    const shares = await page.locator("pixel-probe .share").allTextContents();
    const sum = shares.reduce((total, share) => total + parseFloat(share.replace("< ", "")), 0);
    assert.ok(Math.abs(sum - 100) < 0.5, `probabilities ${shares}`);
  }
  await surface.focus();
  const before = await page.locator(".place").textContent();
  await page.keyboard.press("Shift+ArrowLeft");
  await page.waitForFunction((text) => document.querySelector(".place")?.textContent !== text, before);
  const [x, y] = ((await page.locator(".place").textContent()) ?? "").match(/\d+/g)?.map(Number) ?? [];
  assert.deepEqual([x, y], [Math.floor(WALL[0] * 512) - 1, Math.floor(WALL[1] * 512)]);
  assert.match((await page.locator('pixel-probe [role="status"]').textContent()) ?? "", /^background, \d+\.\d %$/);
});

onEveryBackend("before and after is a slider, by keyboard and by dragging", {}, async (stage) => {
  const page = await openAstronaut(stage);
  const person = (await catalogueEntry("people")).classes[1].colour;
  await setOpacity(page, 100);
  await expectColour(page, SUIT, person);
  await page.getByRole("button", { name: "Before / after" }).press("Enter");
  const slider = page.getByRole("slider", { name: "Before and after" });
  assert.equal(await slider.getAttribute("aria-valuenow"), "50");
  const suitIsTinted = async () => colourAt(await screenshotOfPicture(page), SUIT[0], SUIT[1]).every((v, c) => Math.abs(v - person[c]) < 4);
  await slider.press("End");
  assert.equal(await slider.getAttribute("aria-valuenow"), "100");
  while (await suitIsTinted());
  await slider.press("Home");
  await expectColour(page, SUIT, person);
  await slider.press("ArrowRight");
  assert.equal(await slider.getAttribute("aria-valuenow"), "2");

  const frame = await page.locator("photo-stage .frame").boundingBox();
  const handle = await slider.boundingBox();
  assert.ok(frame && handle);
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await page.mouse.down();
  await page.mouse.move(frame.x + 0.75 * frame.width, handle.y + handle.height / 2, { steps: 4 });
  await page.mouse.up();
  assert.equal(await slider.getAttribute("aria-valuenow"), "75");
  while (await suitIsTinted());
});

onEveryBackend("a cut-out shows the person as photographed and nothing else", {}, async (stage) => {
  const page = await openAstronaut(stage);
  await page.locator("#background").selectOption("cut out");
  // The checkerboard of a light theme, white or light grey, where the wall was.
  await page.waitForFunction(() => document.querySelector("photo-stage canvas.plain")?.hasAttribute("hidden"));
  for (let attempt = 0; ; attempt++) {
    const seen = colourAt(await screenshotOfPicture(page), WALL[0], WALL[1]);
    if (seen.every((value) => value === 255 || value === 227)) break;
    assert.ok(attempt < 20, `wall is ${seen}`);
  }
  await expectColour(page, [0.2, 0.7], [219, 94, 55], 40);
});

onEveryBackend("another background leaves the person as photographed", {}, async (stage) => {
  const page = await openAstronaut(stage);
  const background = page.locator("#background");
  await background.selectOption("green");
  await expectColour(page, WALL, [0, 177, 64]);
  await expectColour(page, [0.2, 0.7], [219, 94, 55], 40);
  await background.selectOption("grey");
  await eventually(page, FLAG, ([r, g, b]) => assert.ok(r === g && g === b, `the flag is ${[r, g, b]}`));
  await background.selectOption("blurred");
  // White stripes shine into the red one, which has hardly any green.
  await eventually(page, FLAG, ([r = 0, g = 0, b = 0]) => assert.ok(r > g + 20 && g > 35 && b > 35, `the flag is ${[r, g, b]}`));
  await expectColour(page, [0.2, 0.7], [219, 94, 55], 40);
});

onEveryBackend("an outline shows where the person ends, whatever the opacity", {}, async (stage) => {
  const page = await openAstronaut(stage);
  const { colour } = (await catalogueEntry("people")).classes[1];
  await setOpacity(page, 0);
  const shareDrawn = async () => {
    const { width, height, channels, data } = await screenshotOfPicture(page);
    let drawn = 0;
    for (let at = 0; at < data.length; at += channels) drawn += Number(colour.every((value, c) => Math.abs(value - data[at + c]) <= 3));
    return drawn / (width * height);
  };
  const before = await shareDrawn();
  const outline = page.getByRole("button", { name: "Outline" });
  await outline.press("Enter");
  assert.equal(await outline.getAttribute("aria-pressed"), "true");
  let drawn = before;
  for (let attempt = 0; attempt < 20 && drawn < before + 0.003; attempt++) drawn = await shareDrawn();
  assert.ok(drawn >= before + 0.003 && drawn < 0.1, `${before} before, ${drawn} with an outline`);
});
