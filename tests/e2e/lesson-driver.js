// Lessons, as a class uses them: opened by an address, read, asked, in front of all, within another page, in either language, without a network.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test as nodeTest } from "node:test";
import { LESSONS } from "../../www/learn/lessons.js";
import { obstaclesOf } from "./accessibility.js";
import { keptClassroom } from "./classroom.js";
import { browserTest } from "./harness.js";
import { waitForState } from "./page-driver.js";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("./harness.js").Stage} Stage */
/** @typedef {"lead" | "questions" | "controls"} Part */

export const ROOT = join(import.meta.dirname, "../..");
/** Lessons come from the classroom pack then, as a browser keeps it, with the network cut. */
const isOffline = process.env.SEGSCOPE_OFFLINE === "1";
/** What the address leaves out. @type {Record<Part, string>} */
const PARTS = { lead: ".lead", questions: ".questions", controls: ".settings" };

/** @param {string} path below the repository's root @returns {Promise<any>} */
export const readJson = async (path) => JSON.parse(await readFile(join(ROOT, path), "utf8"));

/** A number as the page writes it in English: 1,024 and −0.5 and 12.3%. @param {string | null} text */
export const asNumber = (text) => Number((text ?? "").replaceAll(",", "").replace("−", "-").replace("%", ""));

/** All numbers of an English text. @param {string | null} text */
export const numbers = (text) => (text ?? "").replaceAll(",", "").replaceAll("−", "-").match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? [];

const FIGURES = { en: /\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?/g, de: /\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:,\d+)?/g };

/** Numbers of a text, without signs, as JavaScript writes them. @param {string} text @param {"en" | "de"} [language] */
export function figuresOf(text, language = "en") {
  const [thousands, point] = language === "en" ? [",", "."] : [".", ","];
  return (text.match(FIGURES[language]) ?? []).map((figure) => figure.replaceAll(thousands, "").replace(point, "."));
}

/** As the page writes it in English. @param {number} fraction */
export const percent = (fraction) => fraction.toLocaleString("en", { style: "percent", maximumFractionDigits: 1 });

/** What the page's address says. @param {Page} page */
export const address = (page) => new URL(page.url()).searchParams;

/** The cells of a table's body. @param {Page} page @param {string} table */
export const rowsOf = (page, table) => page.locator(`${table} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? "")));

/**
 * @param {string} name
 * @param {ArrayLike<number | null>} ours
 * @param {ArrayLike<number | null>} theirs null where there is no value
 * @param {number} atol
 * @param {number} [rtol]
 */
export function assertClose(name, ours, theirs, atol, rtol = 0) {
  assert.equal(ours.length, theirs.length, name);
  for (let i = 0; i < theirs.length; i++) {
    const [value, wanted] = [ours[i], theirs[i]];
    const isClose = value === null || wanted === null ? value === wanted : Math.abs(value - wanted) <= atol + rtol * Math.abs(wanted);
    assert.ok(isClose, `${name}: value ${i} is ${value}, not ${wanted}`);
  }
}

/** Presses Tab until something is in focus. @param {Page} page @param {string} selector */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`Tab never comes to ${selector}`);
}

/**
 * Predicts and lets the page reveal.
 * @param {Page} page
 * @param {string} id of a question
 * @param {string | number} guess a number, or a choice by its words or its place
 */
export async function reveal(page, id, guess) {
  const question = page.locator(`#${id}`);
  // What follows counts, and counting does not wait.
  await question.locator("input").first().waitFor({ state: "attached" });
  const number = question.getByRole("spinbutton");
  const radios = question.getByRole("radio");
  const named = question.getByRole("radio", { name: String(guess), exact: true });
  if (await number.count()) await number.fill(String(guess));
  else if (typeof guess === "number") await radios.nth(guess).check();
  else await ((await named.count()) ? named : question.getByRole("radio", { name: guess })).check();
  await question.getByRole("button").click();
  await page.locator(`#${id}:is([data-outcome=right], [data-outcome=wrong])`).waitFor({ timeout: 60_000 });
  return { outcome: await question.getAttribute("data-outcome"), text: await question.locator(".outcome").innerText() };
}

/**
 * Live networks stay away from a test that does not look at them: they have no photo. Without a network they come all the same, since a
 * service worker's answers cannot be routed; the test takes longer then.
 * @param {Stage} stage
 */
export async function withoutLive({ context }) {
  if (!isOffline) await context.route("**/*.{jpg,safetensors}", (route) => route.fulfill({ status: 204 }));
}

/** @param {Page} page */
const done = (page) => waitForState(page, "done");

/**
 * What tests of one lesson have in common.
 * @param {number} number
 */
export function lessonDriver(number) {
  const listed = LESSONS.find((lesson) => lesson.number === number);
  assert.ok(listed, `lesson ${number} is in the list`);
  const folder = `www/learn/${listed.folder}`;
  /** @param {...string} queries */
  const path = (...queries) => `${folder}/${queries.some(Boolean) ? "?" : ""}${queries.filter(Boolean).join("&")}`;
  /** @param {"en" | "de"} language */
  const texts = (language) => readJson(`${folder}/${language}.json`);

  /** A test without a browser. @param {string} name @param {() => Promise<void> | void} body */
  const test = (name, body) => nodeTest(`lesson ${number}: ${name}`, async () => body());

  /**
   * Lessons compute on the processor; a browser without a software GPU draws faster.
   * @param {string} name
   * @param {import("./harness.js").Options} options
   * @param {(stage: Stage) => Promise<void>} body
   */
  function lessonTest(name, options, body) {
    const timeout = (options.timeout ?? 120_000) + (isOffline ? 60_000 : 0);
    browserTest(`lesson ${number}: ${name}`, { webgpu: "no-adapter", ...(isOffline ? { place: keptClassroom } : {}), ...options, timeout }, body);
  }

  /** Another address of the lesson, in the same page. @param {Page} page @param {string} [query] */
  async function goTo(page, query = "") {
    await page.goto(path(query));
    await done(page);
  }

  /** @param {Stage} stage @param {string} [query] */
  async function openLesson({ openPage }, query = "") {
    const page = await openPage(path(query));
    await done(page);
    return page;
  }

  /**
   * The lesson of a page once more, by its address.
   * @param {Stage} stage
   * @param {Page} page
   */
  async function openAgain({ openPage }, page) {
    const there = await openPage(page.url());
    await done(there);
    return there;
  }

  /**
   * A page of ours that shows no lesson, for what a test computes itself; `shell/lab.js` is below it.
   * @param {Stage} stage
   */
  const openList = ({ openPage }) => openPage("www/learn/");

  /**
   * For everybody's eyes, hands and windows.
   * @param {["light" | "dark", number, string][]} cases colour scheme, width, and what stands in the address
   * @param {{opened?: (page: Page) => Promise<unknown>, also?: (page: Page, look: import("./accessibility.js").Look) => Promise<void>}} [options] `also` looks, too
   */
  function looksRight(cases, { opened = done, also } = {}) {
    lessonTest("axe finds nothing, nothing scrolls sideways, nothing is too small to touch", { timeout: 180_000, context: { bypassCSP: true, reducedMotion: "reduce" } }, async ({ context }) => {
      const looks = cases.map(([colorScheme, width, query]) => /** @type {import("./accessibility.js").Look} */ ([colorScheme, width, path(query)]));
      assert.deepEqual(await obstaclesOf(await context.newPage(), looks, opened, also), {});
    });
  }

  /**
   * In front of a class, then within another page, with parts left out, each in the language that its address asks for, or else the visitor.
   * @param {object} options
   * @param {Part[]} options.hide
   * @param {string} [options.present] more of the address of the one
   * @param {string} [options.embed] and of the other
   * @param {string} [options.locale] the visitor's
   * @param {(page: Page) => Promise<unknown>} [options.opened]
   * @param {(page: Page) => Promise<unknown>} [options.presented]
   * @param {(page: Page) => Promise<unknown>} [options.ended] after Escape
   * @param {(page: Page) => Promise<unknown>} [options.embedded]
   */
  function presentsAndEmbeds({ hide, present = "", embed = "", locale = "en-US", opened = done, presented, ended, embedded }) {
    const languageOf = (/** @type {string} */ query) => new URLSearchParams(query).get("lang") ?? locale.slice(0, 2);
    const isShown = async (/** @type {Page} */ page, /** @type {string} */ part) => (await page.locator(`${part}:visible`).count()) > 0;
    lessonTest("in front of a class, within another page, parts left out, in its languages", { context: { locale } }, async ({ openPage }) => {
      const page = await openPage(path("present=1", present));
      await opened(page);
      assert.equal(await page.locator("html").getAttribute("lang"), languageOf(present));
      assert.equal(await isShown(page, "body > header"), false);
      await presented?.(page);
      await page.keyboard.press("Escape");
      assert.equal(await isShown(page, "body > header"), true);
      await ended?.(page);
      await page.goto(path("embed=1", `hide=${hide}`, embed));
      await opened(page);
      assert.equal(await page.locator("html").getAttribute("lang"), languageOf(embed));
      for (const part of ["body > header", "body > footer", ...hide.map((part) => PARTS[part])]) assert.equal(await isShown(page, part), false, part);
      await embedded?.(page);
    });
  }

  /** The figures of the teacher's answers are on the page that the exercise's link opens. */
  function answersAreOnThePage() {
    lessonTest("answers to the teacher's exercises quote what the page computes there", {}, async ({ context }) => {
      const page = await context.newPage();
      for (const { state, answer } of (await texts("en")).teacher.exercises) {
        await goTo(page, state);
        const shown = figuresOf(await page.locator("main").innerText());
        for (const figure of figuresOf(answer)) assert.ok(shown.includes(figure), `${figure} of "${answer}"`);
      }
    });
  }

  return { folder, path, texts, test, lessonTest, openLesson, openAgain, openList, goTo, looksRight, presentsAndEmbeds, answersAreOnThePage };
}
