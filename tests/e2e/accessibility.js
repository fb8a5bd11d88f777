// What stands in somebody's way on a page: who uses a keyboard, a screen reader, high contrast, a phone, a fingertip.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** @typedef {import("playwright-core").Page} Page */

const source = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/**
 * Violations of WCAG 2.2 A and AA and of axe's best practices, one sentence each; empty is good.
 * @param {Page} page
 * @returns {Promise<string[]>}
 */
export async function accessibilityViolations(page) {
  // Evaluated rather than added as a script, which the page's Content-Security-Policy refuses.
  await page.evaluate(source);
  return page.evaluate(async () => {
    const { axe } = /** @type {{axe: typeof import("axe-core")}} */ (/** @type {unknown} */ (window));
    const { violations } = await axe.run();
    return violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.target.join(" ")).join("; ")})`);
  });
}

/**
 * Controls that a fingertip misses.
 * @param {Page} page
 * @param {string[]} kinds elements that are controls
 * @returns {Promise<string[]>}
 */
export function tooSmallControls(page, kinds = ["button", "summary", "input"]) {
  return page.locator(kinds.map((kind) => `${kind}:visible`).join(", ")).evaluateAll((elements) => {
    /** The least width and height; a box or a dot is pressed by its label, too. @param {Element} element @returns {[number, number]} */
    const least = (element) => {
      // A link within a sentence is as high as its line, which the guideline allows. Rows of a drawn graph are one list, with one stop for Tab.
      if (element.matches(".link, graph-view .row")) return [0, 0];
      // As are the cells of a grid of numbers, whose columns have to fit side by side.
      return element.matches("number-grid .cell") ? [24, 44] : [44, 44];
    };
    return elements.flatMap((element) => {
      const labels = element instanceof HTMLInputElement && ["checkbox", "radio"].includes(element.type) ? [...(element.labels ?? [])] : [];
      const boxes = [element, ...labels].map((target) => target.getBoundingClientRect());
      const [width, height] = least(element);
      if (boxes.some((box) => box.width >= width && box.height >= height)) return [];
      const name = element.textContent || element.id || labels[0]?.textContent || element.ariaLabel;
      return [`${name}: ${boxes.map((box) => `${box.width} x ${box.height}`).join(", its label ")}`];
    });
  });
}

/** @typedef {[colorScheme: "light" | "dark", width: number, path: string]} Look How a page is looked at; `path` as the context's base has it. */

/**
 * What is wrong with a page as it is looked at, by look: axe's violations, a scroll sideways, controls that are too small. The page's context needs
 * `bypassCSP`, since axe tries things with inline styles, and `reducedMotion: "reduce"`, so that no colour is on its way.
 * @param {Page} page
 * @param {Look[]} looks those of one path one after another, so that it is loaded once
 * @param {(page: Page, look: Look) => Promise<unknown>} opened waits until the page is there
 * @param {(page: Page, look: Look) => Promise<unknown>} [also] after axe, before the controls
 * @returns {Promise<Record<string, string[]>>} empty is good
 */
export async function obstaclesOf(page, looks, opened, also) {
  /** @type {Record<string, string[]>} */
  const found = {};
  let shown;
  for (const look of looks) {
    const [colorScheme, width, path] = look;
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 860 });
    if (path !== shown) await page.goto(path);
    shown = path;
    // What follows the window's size has begun to.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await opened(page, look);
    const obstacles = await accessibilityViolations(page);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    if (scroll > width) obstacles.push(`the page is ${scroll} pixels wide`);
    await also?.(page, look);
    obstacles.push(...(await tooSmallControls(page, ["button", "summary", "input", "select"])));
    if (obstacles.length > 0) found[`${colorScheme}, ${width} wide, ${path}`] = obstacles;
  }
  return found;
}
