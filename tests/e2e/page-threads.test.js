// The CPU backend's threads: where the page may have them, where it may not, and that they end.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";
import { exportFile, exportMask, openPage, samplePath, segmentPhoto, waitForError, waitForState } from "./page-driver.js";

/** @typedef {import("./page-driver.js").Page} Page */
/** @typedef {import("./harness.js").Stage} Stage */

/** @param {Page} page @returns {Promise<{backend: string, threads: number}>} */
const report = async (page) => JSON.parse((await exportFile(page, "json")).toString());

/** Answers requests with what the server sends, changed. @param {Stage} stage @param {string} url @param {(body: string) => string} change */
async function rewrite({ context }, url, change) {
  await context.route(url, async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    const body = change(text);
    assert.notEqual(body, text, `${url} has nothing of what is to be changed`);
    await route.fulfill({ response, body });
  });
}

/** The threads besides the engine's own worker. @param {Page} page */
const poolOf = (page) => page.workers().filter((worker) => worker.url().endsWith("/pool-worker.js"));

browserTest("an isolated page has threads, says so, and gets the very mask that one thread gives", {}, async (stage) => {
  const page = await openPage({ ...stage, query: "?backend=cpu&threads=3" });
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal((await report(page)).threads, 3);
  assert.match((await page.locator("machine-panel").textContent()) ?? "", /Runs on 3 threads of the processor\./);
  const three = await exportMask(page);
  await page.goto("/?backend=cpu&threads=1");
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal((await report(page)).threads, 1);
  assert.match((await page.locator("machine-panel").textContent()) ?? "", /Runs on the processor\./);
  assert.ok(Buffer.from((await exportMask(page)).data).equals(Buffer.from(three.data)), "the same mask");
});

browserTest("by default there is a thread for each core, eight at most", {}, async ({ openPage }) => {
  const page = await openPage("/tests/e2e/blank.html");
  const [threads, cores] = await page.evaluate(async () => {
    const { Engine } = await import(/** @type {string} */ ("/www/engine.js"));
    const engine = await Engine.create({ backend: "cpu" });
    return [engine.machine().threads, navigator.hardwareConcurrency];
  });
  assert.equal(threads, Math.min(cores, 8));
});

browserTest("a page that is not isolated has one thread and no complaint", {}, async (stage) => {
  await stage.context.route("**/*", async (route) => {
    const response = await route.fetch();
    const headers = Object.entries(response.headers()).filter(([name]) => !name.startsWith("cross-origin-"));
    await route.fulfill({ response, headers: Object.fromEntries(headers) });
  });
  const page = await openPage({ ...stage, query: "?backend=cpu&threads=2" });
  assert.equal(await page.evaluate(() => crossOriginIsolated), false);
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal((await report(page)).threads, 1);
});

const FAILURES = {
  "a bundle that was not built": ["**/pkg/engine-threads.js", () => 'throw new Error("not built");'],
  "no memory to share": ["**/pkg/engine-threads.js", (/** @type {string} */ body) => body.replace("maximum:65536", "maximum:65537")],
  "workers that do not start": ["**/www/pool.js", (/** @type {string} */ body) => body.replace("pool-worker.js", "../tests/e2e/throws.worker.js")],
};

for (const [name, [url, change]] of /** @type {[string, [string, (body: string) => string]][]} */ (Object.entries(FAILURES))) {
  browserTest(`${name}: one thread does, and no complaint`, {}, async (stage) => {
    await rewrite(stage, url, change);
    const page = await openPage({ ...stage, query: "?backend=cpu&threads=2" });
    await segmentPhoto(page, samplePath("coffee.jpg"));
    assert.equal((await report(page)).threads, 1);
  });
}

browserTest("threads end with their engine", {}, async ({ openPage }) => {
  const page = await openPage("/tests/e2e/blank.html");
  /** @param {"cpu" | "webgpu"} backend */
  const start = (backend) =>
    page.evaluate(async (backend) => {
      const { Engine } = await import(/** @type {string} */ ("/www/engine.js"));
      Object.assign(window, { engine: await Engine.create({ backend, threads: 3 }) });
    }, backend);
  await start("cpu");
  assert.equal(poolOf(page).length, 2);
  const closed = Promise.all(page.workers().map((worker) => worker.waitForEvent("close")));
  await page.evaluate("engine.dispose()");
  await closed;
  await start("webgpu");
  assert.equal(poolOf(page).length, 0, "the GPU needs none");
});

browserTest("a GPU that is known to be faster runs on the bundle with threads, without starting any", { timeout: 240_000 }, async (stage) => {
  const page = await openPage({ ...stage, query: "?threads=2" });
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal((await report(page)).backend, "cpu");
  assert.equal(poolOf(page).length, 1);
  const onCpu = await exportMask(page);
  await page.evaluate(() => {
    for (const [name, race] of Object.entries(localStorage)) localStorage.setItem(name, race.replace('"winner":"cpu"', '"winner":"webgpu"'));
  });
  await page.reload();
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  assert.equal((await report(page)).backend, "webgpu");
  assert.equal(poolOf(page).length, 0);
  const onGpu = await exportMask(page);
  const same = onCpu.data.filter((id, at) => id === onGpu.data[at]).length / onCpu.data.length;
  assert.ok(same >= 0.999, `the same class on ${same} of pixels`);
});

browserTest("races are remembered for each number of threads", { timeout: 240_000 }, async (stage) => {
  const page = await openPage({ ...stage, query: "?threads=1" });
  await segmentPhoto(page, samplePath("coffee.jpg"));
  await page.goto("/?threads=2");
  await waitForState(page, "ready");
  await segmentPhoto(page, samplePath("coffee.jpg"));
  const races = await page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith("segscope.race.")));
  assert.equal(races.length, 2);
});

browserTest("a thread that stops unexpectedly ends the engine", {}, async (stage) => {
  // The engine waits for this thread's share, and no message reaches it.
  const trap = '(() => { throw new WebAssembly.RuntimeError("unreachable"); })()';
  await rewrite(stage, "**/pkg/engine-threads.js", (body) => body.replace(/[\w$]+\.joinPool\(\)/, trap));
  const page = await stage.openPage("/?backend=cpu&threads=2");
  await page.locator("#file").setInputFiles(samplePath("coffee.jpg"));
  await waitForError(page, "engine-crashed");
});

browserTest("a page of another origin has threads if it is isolated", { allow: [/^request elsewhere/] }, async ({ openPage }) => {
  const page = await openPage("/tests/e2e/blank.html");
  const www = `${new URL(page.url()).origin}/www/`;
  await page.goto(page.url().replace("127.0.0.1", "localhost"));
  const threads = await page.evaluate(async (www) => {
    const { Engine } = await import(`${www}engine.js`);
    const engine = await Engine.create({ backend: "cpu", threads: 2 });
    await engine.loadModel("people");
    await engine.segment(await (await fetch(`${www}samples/coffee.jpg`)).blob());
    return engine.machine().threads;
  }, www);
  assert.equal(threads, 2);
});

browserTest("a number of threads that is none is refused", {}, async ({ openPage }) => {
  const page = await openPage("/tests/e2e/blank.html");
  const codes = await page.evaluate(async () => {
    const { Engine } = await import(/** @type {string} */ ("/www/engine.js"));
    return Promise.all([0, 1.5, -1, NaN, 65].map((threads) => Engine.create({ backend: "cpu", threads }).catch((/** @type {any} */ error) => error.code)));
  });
  assert.deepEqual(codes, Array(5).fill("out-of-range"));
});
