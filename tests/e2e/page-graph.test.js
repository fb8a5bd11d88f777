// Any network, drawn: rows, lanes, a node's maps, weights, field and cost on a photo.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fold, foldedGraph } from "../../www/graph/fold.js";
import { layOut } from "../../www/graph/lanes.js";
import { obstaclesOf } from "./accessibility.js";
import { browserTest } from "./harness.js";
import { ROOT, asNumber, readJson } from "./lesson-driver.js";
import { waitForState } from "./page-driver.js";

const GRAPH = "/www/graph/";

test("a branch has a lane of its own until it is joined", () => {
  const nodes = [[], [0], [1], [1], [2, 3], [4]].map((inputs) => ({ inputs }));
  const { lanes, count } = layOut(nodes);
  assert.equal(count, 2);
  assert.equal(lanes[0], lanes[1]);
  assert.notEqual(lanes[2], lanes[3]);
  assert.equal(lanes[4], lanes[5]);
});

test("runs of nodes that are not shown share a row, which reads what any of them reads; a size is no value", () => {
  const chain = [[], [0], [1], [2], [3], [0, 4], [5, 0]].map((inputs, id) => ({ op: id === 6 ? "resize" : "add", inputs }));
  const rows = fold(chain.length, (id) => id === 0 || id > 4);
  assert.deepEqual(rows, [{ first: 0, last: 0 }, { first: 1, last: 4 }, { first: 5, last: 5 }, { first: 6, last: 6 }]);
  assert.deepEqual(foldedGraph(rows, chain), [
    { inputs: [], sizes: [] },
    { inputs: [0], sizes: [] },
    { inputs: [0, 1], sizes: [] },
    { inputs: [2, 0], sizes: [0] },
  ]);
  assert.equal(fold(2, () => false).length, 2, "two have rows of their own");
});

browserTest("a model's nodes are rows; one that is chosen shows its maps, weights, field and cost, and the address holds it", { timeout: 180_000 }, async (stage) => {
  const page = await stage.openPage(`${GRAPH}?lang=en&model=enet`);
  await waitForState(page, "done");
  const rows = page.locator("graph-view .row");
  const counts = await readJson("tests/golden/counts.json");
  assert.ok((await rows.count()) > 100);
  const [, parameters] = /([\d,]+) parameters/.exec(await page.locator(".drawn .readout").innerText()) ?? [];
  // The model has 11 classes and its batch norms are folded; the golden network has another number of classes.
  assert.ok(Math.abs(asNumber(parameters) / counts.networks.enet.parameters - 1) < 0.05, parameters);

  const row = rows.filter({ hasText: "conv2d" }).nth(3);
  const name = await row.locator(".name").innerText();
  await row.click();
  await waitForState(page, "done");
  await page.getByRole("heading", { name, exact: true }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("node"), name);
  assert.equal(await row.getAttribute("aria-pressed"), "true");
  const [, channels] = /^(\d+) ×/.exec(await row.locator(".shape").innerText()) ?? [];
  assert.equal(await page.locator("node-detail .maps").first().locator("figure").count(), Math.min(16, Number(channels)));
  assert.equal(await page.locator("node-detail .maps").count(), 2, "maps and weights");

  await page.reload();
  await page.getByRole("heading", { name, exact: true }).waitFor();
  await waitForState(page, "done");
});

browserTest("by keyboard: down the rows, and a network of the zoo by its name; a wrong name says which is meant", { timeout: 180_000 }, async (stage) => {
  const page = await stage.openPage(`${GRAPH}?lang=de&network=unet_resnet18`);
  await waitForState(page, "done");
  const rows = page.locator("graph-view .row");
  await rows.nth(1).focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await waitForState(page, "done");
  assert.equal(await rows.nth(2).getAttribute("aria-pressed"), "true");
  await page.locator("#network").fill("unet_resnet19");
  await page.keyboard.press("Enter");
  await waitForState(page, "error");
  assert.match(await page.locator(".drawn [role=status]").last().innerText(), /unet_resnet18/);
});

browserTest("one's own file is drawn with its maps, another takes its place, and one that is none says what it is", { timeout: 180_000 }, async (stage) => {
  const page = await stage.openPage(`${GRAPH}?lang=en&model=enet`);
  await waitForState(page, "done");
  const open = async (/** @type {string} */ path) => {
    await page.locator(".settings input[type=file]").setInputFiles(join(ROOT, path));
    await waitForState(page, "done");
  };
  await open("models/pspnet.safetensors");
  assert.equal(await page.locator("#model option:checked").innerText(), "pspnet.safetensors");
  assert.equal(await page.locator("graph-view .op", { hasText: "adaptive_avg_pool2d" }).count(), 4, "a pyramid of four levels");
  assert.equal(await page.locator("node-detail .maps").count(), 2);
  const figures = await page.locator(".drawn .readout").innerText();

  await page.locator(".settings input[type=file]").setInputFiles({ name: "network.onnx", mimeType: "application/octet-stream", buffer: Buffer.from("no network") });
  await waitForState(page, "error");
  assert.equal(await page.locator(".drawn .readout").innerText(), figures, "the last one stays");

  // As another network's authors would hand it over; the import's own test holds its numbers against PyTorch's.
  await open("tests/golden/cases/import.enet.onnx");
  assert.equal(await page.locator("#model option:checked").innerText(), "import.enet.onnx");
  assert.ok((await page.locator("graph-view .op", { hasText: "max_unpool2d" }).count()) > 0);
  await page.locator("#model").selectOption("pspnet");
  await waitForState(page, "done");
  assert.equal(await page.locator(".drawn .readout").innerText(), figures, "the file was the catalogue's");
});

browserTest("graph: axe finds nothing, nothing scrolls sideways, nothing is too small to touch", { context: { bypassCSP: true, reducedMotion: "reduce" } }, async ({ context }) => {
  const path = `${GRAPH}?lang=en&model=enet&node=max_unpool2d`;
  const page = await context.newPage();
  assert.deepEqual(await obstaclesOf(page, [["light", 1280, path], ["dark", 390, path]], (page) => waitForState(page, "done")), {});
});
