// The table of networks that were trained alike: figures as measured, each network one press away, times from this machine.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { accessibilityViolations } from "./accessibility.js";
import { openCompare, paneOf } from "./compare-driver.js";
import { browserTest } from "./harness.js";
import { catalogueEntry, waitForError, waitForState } from "./page-driver.js";

/** All networks, four times each, on one thread. */
const TIMEOUT = 300_000;
const TWO = "backend=cpu&pane=people.cpu&pane=street.cpu";

const ROOT = join(import.meta.dirname, "../..");
const FIGURES = join(ROOT, "models/camvid.json");

/** @returns {Promise<import("../../www/compare/field-table.js").Row[]>} */
const figures = async () => JSON.parse(await readFile(FIGURES, "utf8")).rows;

/** @param {import("playwright-core").Page} page */
const timeCells = (page) => page.locator("field-table .time").allInnerTexts();

browserTest("every network has a row with the figures that were measured", { context: { bypassCSP: true } }, async (stage) => {
  const page = await openCompare(stage, TWO);
  await page.locator("field-table tbody tr").first().waitFor();
  const rows = await figures();
  assert.equal(await page.locator("field-table tbody tr").count(), rows.length);
  for (const [at, { id, parameters, mean_iou, published }] of rows.entries()) {
    const cells = await page.locator("field-table tbody tr").nth(at).locator("th, td").allInnerTexts();
    assert.equal(cells[0], (await catalogueEntry(id)).name);
    assert.equal(cells[1], `${(parameters / 1e6).toFixed(2)} M`);
    assert.equal(cells[6], `${(100 * mean_iou).toFixed(1)} %`);
    assert.equal(cells[7], published ? `${(100 * published.mean_iou).toFixed(1)} %` : "–");
    assert.equal(cells[8], "–", "nothing is timed before it is asked for");
  }
  assert.deepEqual(await accessibilityViolations(page), []);
});

browserTest("the heading counts the networks of one recipe; why LinkNet is behind is told where it is", {}, async (stage) => {
  const { rows, ...others } = JSON.parse(await readFile(FIGURES, "utf8"));
  /** @type {import("../../www/types.js").CatalogueEntry[]} */
  const entries = await Promise.all(rows.map((/** @type {{id: string}} */ { id }) => catalogueEntry(id)));
  const alike = entries.filter(({ series }) => series).length;
  assert.equal(alike, rows.length - 1, "but for Street");
  const page = await openCompare(stage, TWO);
  await page.getByRole("heading", { name: `${alike} networks, one recipe`, exact: true }).waitFor();
  const { parameters } = rows.find((/** @type {{id: string}} */ { id }) => id === "linknet");
  const scale = entries.find(({ id }) => id === "linknet")?.architecture.scale;
  const [, budget] = /TOTAL_BUDGET_BYTES: u\w+ = ([\d_]+)/.exec(await readFile(join(ROOT, "tests/catalogue.rs"), "utf8")) ?? [];
  const [, larger] = /with ten times the parameters, the same recipe brought it to (0\.\d+)/.exec(await readFile(join(ROOT, "models/camvid.md"), "utf8")) ?? [];
  const words = await page.locator("field-table .linknet").innerText();
  const figuresTold = [`${Number(budget?.replaceAll("_", "")) / 1e6} MB`, `${(parameters / 1e6).toFixed(2)} M parameters`, `times ${scale};`, `ten times as many brought it to ${(100 * Number(larger)).toFixed(1)} %`];
  for (const figure of figuresTold) assert.ok(words.includes(figure), `${figure}: ${words}`);

  const fewer = rows.filter((/** @type {{id: string}} */ { id }) => id !== "linknet");
  await stage.context.route("**/models/camvid.json", (route) => route.fulfill({ json: { ...others, rows: fewer } }));
  const without = await openCompare(stage, TWO);
  await without.getByRole("heading", { name: `${alike - 1} networks, one recipe`, exact: true }).waitFor();
  assert.ok(await without.locator("field-table .linknet").isHidden());
});

browserTest("a network's name opens it in a pane", {}, async (stage) => {
  const page = await openCompare(stage, TWO);
  await page.getByRole("button", { name: "Open Street in a pane" }).click();
  await waitForState(page, "ready");
  assert.match(await paneOf(page, "C").innerText(), /Street/);
  await page.waitForURL(/pane=people\.cpu&pane=street\.cpu&pane=street\.\w+/);
});

browserTest("each is timed on this machine; stopping stops; a network that cannot be fetched says so", { timeout: TIMEOUT, allow: [/street\.safetensors/] }, async (stage) => {
  const page = await openCompare(stage, TWO);
  await waitForState(page, "ready");
  const start = page.getByRole("button", { name: "Time them on this machine" });
  await start.click();
  await page.getByText(/^Measured: Processor/).waitFor({ timeout: TIMEOUT });
  for (const time of await timeCells(page)) assert.match(time, /^(< 1|[\d,.]+) m?s$/);

  await start.click();
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByText("Stopped.", { exact: true }).waitFor();
  assert.equal(await page.locator("field-table").getAttribute("aria-busy"), "false");

  await page.evaluate(() => caches.delete("segscope-models-1"));
  await page.route("**/models/street.safetensors", (route) => route.abort("internetdisconnected"));
  await start.click();
  await waitForError(page, "offline");
  assert.ok(await start.isVisible());
});
