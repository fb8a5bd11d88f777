// Everybody can use it: axe's rules, keyboard order, a phone's width, fingertips.
import assert from "node:assert/strict";
import { accessibilityViolations, tooSmallControls } from "./accessibility.js";
import { onEveryBackend } from "./harness.js";
import { openPage, samplePath, segmentPhoto } from "./page-driver.js";

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  // axe itself tries things with inline styles, which the page's policy would report.
  onEveryBackend(`axe finds nothing, ${colorScheme}`, { context: { colorScheme, bypassCSP: true } }, async (stage) => {
    const page = await openPage(stage);
    assert.deepEqual(await accessibilityViolations(page), [], "empty page");
    await segmentPhoto(page, samplePath("astronaut.jpg"));
    await page.getByRole("button", { name: "Before / after" }).click();
    await page.locator(".models > summary").click();
    await page.getByRole("application").focus();
    await page.keyboard.press("ArrowLeft");
    await page.locator("pixel-probe li").first().waitFor();
    assert.deepEqual(await accessibilityViolations(page), [], "with a result");
  });
}

onEveryBackend("a phone has no horizontal scroll and no control smaller than a fingertip", { context: { viewport: { width: 390, height: 844 }, hasTouch: true } }, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  await page.locator(".models > summary").click();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
  assert.deepEqual(await tooSmallControls(page), []);
});

onEveryBackend("the tab key visits every control in reading order, visibly", {}, async (stage) => {
  const page = await openPage(stage);
  await segmentPhoto(page, samplePath("astronaut.jpg"));
  const visited = [];
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    const { name, hasOutline, isBody } = await page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.activeElement);
      const name = element.ariaLabel || element.innerText || element.id;
      return { name: name.split("\n")[0], hasOutline: getComputedStyle(element).outlineStyle !== "none", isBody: element === document.body };
    });
    if (isBody) break;
    assert.ok(hasOutline, `focus on ${name} is seen`);
    visited.push(name);
  }
  const expected = ["Open a photo", "Picture, 512 by 512 pixels", "opacity", "Before / after", "as it is", "Model", "Mask", "Overlay"];
  assert.deepEqual(visited.filter((name) => expected.includes(name)).slice(0, expected.length), expected);
});
