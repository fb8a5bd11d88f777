// The timeline of the field: complete, in order, tied to the zoo and the catalogue, readable by all.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { STATIONS } from "../../www/learn/11-history/stations.js";
import { LESSONS } from "../../www/learn/lessons.js";
import { accessibilityViolations } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { catalogue, waitForState } from "./page-driver.js";

const ROOT = join(import.meta.dirname, "../..");

/** @returns {Promise<import("../../www/timeline/field-timeline.js").Entry[]>} */
async function timeline() {
  return JSON.parse(await readFile(join(ROOT, "www/timeline/timeline.json"), "utf8")).entries;
}

test("entries are complete and in the order of their papers", async () => {
  const entries = await timeline();
  const ids = entries.flatMap(({ arxiv }) => arxiv ?? []);
  assert.deepEqual(ids, [...ids].sort(), "arXiv ids begin with year and month");
  assert.equal(new Set(ids).size, ids.length);
  for (const { network, year, published, arxiv, url, authors, idea, change } of entries) {
    assert.ok(arxiv ? /^\d{4}\.\d{4,5}$/.test(arxiv) && year === 2000 + Number(arxiv.slice(0, 2)) : url?.startsWith("https://"), `${network}: reference and year`);
    assert.ok(!published || (published.year >= year && published.year <= year + 2), `${network}: published`);
    assert.ok(authors.length > 0, network);
    for (const sentence of [idea, change]) assert.match(sentence, /^[A-Z][^.!?]*(?:\d\.\d[^.!?]*)*\.$/, `${network}: one sentence`);
  }
});

test("names of the zoo are those of the zoo, and every architecture of the catalogue has its entry", async () => {
  // A native test holds these against the zoo.
  const { networks } = JSON.parse(await readFile(join(ROOT, "tests/golden/counts.json"), "utf8"));
  const zoo = Object.keys(networks);
  const prefixes = (await timeline()).flatMap(({ zoo }) => zoo ?? []);
  const begins = (/** @type {string} */ name, /** @type {string} */ prefix) => `${name}_`.startsWith(`${prefix}_`);
  for (const prefix of prefixes) assert.ok(zoo.some((name) => begins(name, prefix)), `the zoo has ${prefix}`);
  for (const name of zoo) assert.equal(prefixes.filter((prefix) => begins(name, prefix)).length, 1, `the timeline has ${name} once`);
});

test("the graph of an entry is one of its own, and that of lesson 11 where it has a station", async () => {
  const { networks } = JSON.parse(await readFile(join(ROOT, "tests/golden/counts.json"), "utf8"));
  for (const { network, zoo, graph, lesson } of await timeline()) {
    assert.equal(lesson !== undefined, zoo === undefined, `${network}: a lesson shows what the zoo has not`);
    if (lesson) assert.ok(LESSONS.some(({ number, folder }) => lesson.name === `Lesson ${number}` && lesson.path.startsWith(`${folder}/`)), `${network}: ${lesson.path}`);
    if (!graph) continue;
    assert.ok(networks[graph] && zoo?.some((begin) => `${graph}_`.startsWith(`${begin}_`)), `${network}: ${graph}`);
    const stations = STATIONS.filter(({ paper }) => paper === network).map(({ after }) => after);
    assert.ok(stations.length === 0 || stations.includes(graph), `${network}: ${graph}, in lesson 11 ${stations}`);
  }
});

/**
 * Of each entry what it is called, what its last paragraph says, and the links in it.
 * @param {import("playwright-core").Page} page
 */
const entriesShown = (page) =>
  page.locator("field-timeline > ol > li").evaluateAll((items) =>
    items.map((item) => ({
      network: item.querySelector("h2")?.textContent ?? "",
      words: item.querySelector(".openings")?.textContent ?? "",
      links: [...item.querySelectorAll(".openings a")].map((link) => ({ name: link.textContent ?? "", href: /** @type {HTMLAnchorElement} */ (link).href })),
    })),
  );

browserTest("every entry opens its models, its graph or the lesson that shows it, and says where there are no trained weights", {}, async (stage) => {
  const page = await stage.openPage("/www/timeline/");
  await waitForState(page, "ready");
  const [entries, shown, models] = [await timeline(), await entriesShown(page), await catalogue()];
  assert.deepEqual(shown.map(({ network }) => network), entries.map(({ network }) => network));
  const opened = shown.flatMap(({ links }) => links.flatMap(({ href }) => new URL(href).searchParams.get("pane") ?? []));
  assert.deepEqual(opened.sort(), models.map(({ id }) => id).sort(), "each model once");
  for (const [at, { network, words, links }] of shown.entries()) {
    const hasWeights = links.some(({ href }) => href.includes("/compare/"));
    assert.ok(links.length > 0, `${network} opens something`);
    assert.equal(links.filter(({ href }) => href.includes("/graph/")).length, entries[at]?.lesson ? 0 : 1, `${network}: its graph`);
    assert.match(words, hasWeights ? /^Open with weights for / : /^No trained weights here; |weights trained for it/, network);
  }
  assert.deepEqual(shown.find(({ network }) => network === "LinkNet")?.links.map(({ name }) => name), ["LinkNet", "Graph"]);
});

browserTest("links to graphs and lessons: each draws the network that it is of", { timeout: 300_000 }, async (stage) => {
  const page = await stage.openPage("/www/timeline/");
  await waitForState(page, "ready");
  for (const { network, links } of await entriesShown(page)) {
    for (const { name, href } of links.filter(({ href }) => !href.includes("/compare/"))) {
      await page.goto(`${href}${href.includes("?") ? "&" : "?"}lang=en`);
      await waitForState(page, "done");
      assert.equal(await page.evaluate(() => document.documentElement.dataset.error ?? ""), "", `${network}, ${name}`);
      await page.locator("h1").waitFor();
      const wanted = new URL(href).searchParams;
      if (wanted.has("network")) assert.equal(await page.locator("#network").inputValue(), wanted.get("network"));
      else if (wanted.has("model")) assert.equal(await page.locator("#model").inputValue(), wanted.get("model"));
      else if (wanted.has("station")) assert.equal(await page.locator("station-line h3").innerText(), network);
      else assert.match(await page.locator("main").innerText(), /patch classifier/i);
      if (href.includes("/graph/")) assert.ok((await page.locator("graph-view .row").count()) > 5, `${network} is drawn`);
    }
  }
});

browserTest("links to models: each is in the first pane, and LinkNet's segments", { timeout: 300_000 }, async (stage) => {
  const page = await stage.openPage("/www/timeline/");
  await waitForState(page, "ready");
  for (const { network, links } of await entriesShown(page)) {
    for (const { name, href } of links.filter(({ href }) => href.includes("/compare/"))) {
      await page.goto(href);
      await waitForState(page, "ready");
      const first = page.getByRole("group", { name: "Pane A" });
      assert.equal(await first.locator(".current").innerText(), name, network);
      assert.ok(await page.locator("compare-page > message-bar").isHidden(), network);
    }
  }
  await page.goto("/www/timeline/");
  await page.getByRole("link", { name: "Open LinkNet, model LinkNet" }).click();
  await waitForState(page, "ready");
  await page.evaluate(() => delete document.documentElement.dataset.state);
  await page.getByRole("button", { name: "Coffee" }).click();
  await waitForState(page, "done", 200_000);
  assert.match(await page.getByRole("group", { name: "Pane A" }).locator(".facts > .hint").innerText(), /Network \S+ m?s/);
});

browserTest("a list of models that cannot be had is told, and asked for again", { allow: [/404/] }, async (stage) => {
  let isThere = false;
  await stage.context.route("**/catalogue.json", (route) => (isThere ? route.continue() : route.fulfill({ status: 404 })));
  const page = await stage.openPage("/www/timeline/");
  await page.waitForFunction(() => document.documentElement.dataset.error === "download-failed");
  isThere = true;
  await page.getByRole("button", { name: "Try again" }).click();
  await waitForState(page, "ready");
});

browserTest("main page, compare view and timeline lead to each other", {}, async (stage) => {
  const page = await stage.openPage("/");
  for (const [name, title] of [
    ["Compare networks", /side by side/],
    ["Timeline of the field", /timeline/],
    ["Compare networks", /side by side/],
    ["Segment one photo", /your photo/],
    ["Timeline of the field", /timeline/],
    ["Segscope, one photo", /your photo/],
  ]) {
    await page.getByRole("link", { name: /** @type {string} */ (name) }).click();
    await page.waitForFunction((title) => new RegExp(title).test(document.title), /** @type {RegExp} */ (title).source);
  }
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const [width, height] of [[1280, 860], [390, 844]]) {
    browserTest(`timeline, ${colorScheme}, ${width} wide: axe finds nothing, no scroll sideways`, { context: { colorScheme, bypassCSP: true, viewport: { width, height } } }, async (stage) => {
      const page = await stage.openPage("/www/timeline/");
      await waitForState(page, "ready");
      assert.deepEqual(await accessibilityViolations(page), []);
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(scroll <= width, `the page is ${scroll} pixels wide`);
      const low = await page.locator(".open, nav a, .home").evaluateAll((links) => links.filter((link) => link.getBoundingClientRect().height < 44).length);
      assert.equal(low, 0, "links are as high as a fingertip");
    });
  }
}
