// What axe-core finds wrong with a page for people who use a keyboard, a screen reader or high contrast.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/**
 * Violations of WCAG 2.2 A and AA and of axe's best practices, one sentence each; empty is good.
 * @param {import("playwright-core").Page} page
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
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
export function tooSmallControls(page) {
  return page.locator("button:visible, summary:visible, input:visible").evaluateAll((elements) =>
    elements
      // A link within a sentence is as high as its line, which the guideline allows.
      .filter((element) => !element.classList.contains("link"))
      .map((element) => ({ box: element.getBoundingClientRect(), name: element.textContent || element.id }))
      .filter(({ box }) => box.height < 44 || box.width < 44)
      .map(({ box, name }) => `${name}: ${box.width} x ${box.height}`),
  );
}
