// The timeline of the field: complete, in order, tied to the zoo and the catalogue, readable by all.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
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

browserTest("entries with weights open the compare view with each of their models; the others say that there are none", {}, async (stage) => {
  const page = await stage.openPage("/www/timeline/");
  await waitForState(page, "ready");
  const entries = await timeline();
  assert.equal(await page.getByRole("list").first().getByRole("listitem").count(), entries.length);
  for (const model of await catalogue()) {
    const link = page.locator(`a[href="../compare/?pane=${model.id}"]`);
    assert.equal(await link.count(), 1, model.id);
  }
  const without = page.locator("field-timeline li", { hasNot: page.locator(".open") });
  assert.ok((await without.count()) > 0);
  for (const text of await without.locator(".none").allInnerTexts()) assert.match(text, /^No weights here: /);
  assert.equal(await without.locator(".none").count(), await without.count());
  await page.getByRole("link", { name: "Open ESPNetv2, model People" }).click();
  await waitForState(page, "ready");
  assert.match(await page.getByRole("group", { name: "Pane A" }).locator(".current").innerText(), /People/);
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
