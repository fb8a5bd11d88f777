// The list of lessons and the teacher's page: every lesson in either language, every exercise's link, readable by all.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { LESSONS } from "../../www/learn/lessons.js";
import { accessibilityViolations } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { ROOT, figuresOf, readJson } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

const LANGUAGES = /** @type {const} */ (["en", "de"]);

/** @param {string} folder @param {string} language */
const texts = (folder, language) => readJson(`www/learn/${folder}/${language}.json`);

/** Every key there is, nested ones with their path, in the file's order, and the holes of its text. @param {any} value @param {string} path @returns {[string, string[]][]} */
function keysAndHoles(value, path = "") {
  if (typeof value !== "object" || value === null) return [[path, [...String(value).matchAll(/\{\w+\}/g)].map(String).sort()]];
  return Object.entries(value).flatMap(([key, child]) => keysAndHoles(child, `${path}.${key}`));
}

/** What an answer states, besides addresses. @param {string} answer @param {"en" | "de"} language */
const statedIn = (answer, language) => figuresOf(answer.replace(/\w+=\S+/g, ""), language);

test("every lesson has a title, a guide for teachers and the same texts in every language", async () => {
  for (const { folder, titles } of LESSONS) {
    const [english, german] = await Promise.all(LANGUAGES.map((language) => texts(folder, language)));
    assert.deepEqual(keysAndHoles(german), keysAndHoles(english), folder);
    assert.deepEqual([english.title, german.title], [titles.en, titles.de], folder);
    const { goal, order, exercises } = english.teacher;
    assert.ok(goal && order.length >= 3 && exercises.length >= 2, folder);
    for (const [i, { text, state, answer }] of exercises.entries()) {
      const inGerman = german.teacher.exercises[i];
      assert.ok(text && answer && inGerman.text && inGerman.answer, `${folder}: exercise ${i + 1} and its answer`);
      assert.equal(inGerman.state, state, `${folder}: link of exercise ${i + 1}`);
      assert.deepEqual(statedIn(inGerman.answer, "de"), statedIn(answer, "en"), `${folder}: figures of exercise ${i + 1}`);
    }
  }
});

test("pages that show the shell's lessons begin alike", async () => {
  const pages = ["www/graph", "www/teach", "www/learn", ...LESSONS.map(({ folder }) => `www/learn/${folder}`)];
  const heads = await Promise.all(pages.map(async (page) => {
    const lines = (await readFile(join(ROOT, page, "index.html"), "utf8")).split("</head>")[0].split("\n");
    // What belongs to one page: its name, and what it loads.
    return lines.filter((line) => !/<title>|"description"|rel="stylesheet"|<script/.test(line)).map((line) => line.replaceAll("../", ""));
  }));
  for (const [i, head] of heads.entries()) assert.deepEqual(head, heads[0], `${pages[i]} begins as ${pages[0]}`);
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
