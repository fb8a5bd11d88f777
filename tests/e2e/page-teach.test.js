// The list of lessons and the teacher's page: every lesson in either language, every exercise's link, readable by all.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LESSONS } from "../../www/learn/lessons.js";
import { accessibilityViolations } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { waitForState } from "./page-driver.js";

const LEARN = join(import.meta.dirname, "../../www/learn");
const LANGUAGES = /** @type {const} */ (["en", "de"]);

/** @param {string} folder @param {string} language */
const texts = async (folder, language) => JSON.parse(await readFile(join(LEARN, folder, `${language}.json`), "utf8"));

/** Every key there is, nested ones with their path. @param {any} value @param {string} path @returns {string[]} */
function keys(value, path = "") {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, child]) => keys(child, `${path}.${key}`));
}

test("every lesson has a title, a guide for teachers and the same texts in every language", async () => {
  for (const { folder, titles } of LESSONS) {
    const [english, german] = await Promise.all(LANGUAGES.map((language) => texts(folder, language)));
    assert.deepEqual(keys(german).sort(), keys(english).sort(), folder);
    assert.deepEqual([english.title, german.title], [titles.en, titles.de], folder);
    const { goal, order, exercises } = english.teacher;
    assert.ok(goal && order.length >= 3 && exercises.length >= 2, folder);
    for (const { text, answer } of exercises) assert.ok(text && answer, folder);
  }
});

for (const language of LANGUAGES) {
  browserTest(`${language}: the list leads to every lesson, the teacher's page to every exercise`, { context: { bypassCSP: true, reducedMotion: "reduce" } }, async (stage) => {
    const page = await stage.openPage(`/www/learn/?lang=${language}`);
    await waitForState(page, "ready");
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    for (const { folder, titles } of LESSONS) {
      assert.equal(await page.locator(`a[href="${folder}/?lang=${language}"]`, { hasText: titles[language] }).count(), 1, folder);
    }
    assert.deepEqual(await accessibilityViolations(page), []);
    await page.goto(`/www/teach/?lang=${language}`);
    await waitForState(page, "ready");
    for (const { folder } of LESSONS) {
      for (const { state } of (await texts(folder, language)).teacher.exercises) {
        const address = `../learn/${folder}/${state ? `?${state}&` : "?"}lang=${language}`;
        assert.ok((await page.locator(`a[href="${address}"]`).count()) >= 1, address);
      }
    }
    assert.deepEqual(await accessibilityViolations(page), []);
    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing wider than a phone");
  });
}
