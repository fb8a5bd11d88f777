// Every operation and every network of the zoo: both executors in this browser against PyTorch's golden outputs.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";

const CASES = "/tests/golden/cases";

/** @typedef {import("./golden.js").Case} Case */
/** @typedef {import("./golden.js").Outcome & {shape: number[]}} Outcome */

/**
 * @typedef {object} Way
 * @property {"webgpu" | "cpu"} backend
 * @property {"engine" | "engine-threads"} bundle
 * @property {number} [threads] in an engine's worker, for a page may not wait for threads
 */

/** @type {Record<string, Way>} */
const WAYS = {
  webgpu: { backend: "webgpu", bundle: "engine" },
  "webgpu, bundle with threads": { backend: "webgpu", bundle: "engine-threads" },
  cpu: { backend: "cpu", bundle: "engine" },
  "cpu, 3 threads": { backend: "cpu", bundle: "engine-threads", threads: 3 },
};

/**
 * Runs in the page or an engine's worker: each case through a bundle, compared with PyTorch's numbers.
 * @param {{cases: string, list: Case[], backend: "webgpu" | "cpu", bundle: string}} job
 * @returns {Promise<Outcome[]>}
 */
async function runCases({ cases, list, backend, bundle }) {
  const { default: init, Session } = await import(new URL(`/www/pkg/${bundle}.js`, location.href).href);
  const { compare } = await import(new URL("/tests/e2e/golden.js", location.href).href);
  await init();
  const session = backend === "cpu" ? Session.onCpu() : await Session.onGpu(false);
  const file = async (/** @type {string} */ name) => {
    const response = await fetch(new URL(`${cases}/${name}`, location.href));
    if (!response.ok) throw new Error(`${name}: ${response.status}; run cargo xtask test, which writes the cases`);
    return response.arrayBuffer();
  };
  const outcomes = [];
  for (const { name, kind, height, width, shape } of list) {
    session.setInt8(kind === "product");
    session.loadModel(new Uint8Array(await file(`${name}.safetensors`)));
    const numbers = kind === "product" ? "int8" : "f32";
    if (session.activations() !== numbers) throw new Error(`${name} runs in ${session.activations()}, not in ${numbers}`);
    const input = new Float32Array(await file(`${name}.input`));
    const theirs = new Float32Array(await file(`${name}.output`));
    const ours = await session.runTensor(input, height, width);
    outcomes.push({ ...compare(ours.data, theirs, { kind, shape }), shape: Array.from(ours.shape) });
  }
  session.dispose();
  return outcomes;
}

/**
 * @param {import("./harness.js").Stage} stage
 * @param {Case["kind"]} kind
 * @param {Way} way
 */
async function outcomes({ openPage }, kind, { backend, bundle, threads }) {
  const page = await openPage("/tests/e2e/blank.html");
  /** @type {Case[]} */
  const all = await page.evaluate(async (url) => (await fetch(url)).json(), `${CASES}/index.json`);
  const list = all.filter((entry) => entry.kind === kind);
  assert.ok(list.length >= { operation: 50, product: 10, network: 12 }[kind], `${list.length} cases of kind ${kind}`);
  const job = { cases: CASES, list, backend, bundle };
  const results = await (threads ? (await engineWorker(page, threads)).evaluate(runCases, job) : page.evaluate(runCases, job));
  return list.map((entry, i) => ({ ...entry, ...results[i], expected: [1, ...entry.shape] }));
}

/** The worker of an engine whose CPU backend has threads. @param {import("./harness.js").Page} page @param {number} threads */
async function engineWorker(page, threads) {
  const started = await page.evaluate(async (threads) => {
    const { Engine } = await import(/** @type {string} */ ("/www/engine.js"));
    Object.assign(window, { engine: await Engine.create({ backend: "cpu", threads }) });
    return /** @type {any} */ (window).engine.machine().threads;
  }, threads);
  assert.equal(started, threads);
  const worker = page.workers().find((worker) => worker.url().endsWith("/www/worker.js"));
  assert.ok(worker);
  return worker;
}

for (const [name, way] of Object.entries(WAYS)) {
  browserTest(`${name}: every operation equals PyTorch`, { timeout: 300_000 }, async (stage) => {
    const results = await outcomes(stage, "operation", way);
    assert.deepEqual(results.filter((o) => !o.finite || o.worst > 0 || `${o.shape}` !== `${o.expected}`), []);
  });

  // On the GPU the other bundle runs the same shaders.
  if (way === WAYS.webgpu) continue;
  browserTest(`${name}: every network equals PyTorch, and in int8 has its classes`, { timeout: 600_000 }, async (stage) => {
    const results = await outcomes(stage, "network", way);
    for (const o of results) console.log(`${o.name}: same argmax as PyTorch on ${(o.sameArgmax * 100).toFixed(3)} % of pixels`);
    const isOff = (/** @type {Case & Outcome} */ o) => o.precision === "f32" ? o.worst > 0 || o.sameArgmax < 0.999 : o.sameArgmax < 0.99;
    assert.deepEqual(results.filter((o) => !o.finite || isOff(o)), []);
  });
}

browserTest("webgpu, products in int8: every convolution equals the reference", { timeout: 300_000 }, async (stage) => {
  const results = await outcomes(stage, "product", WAYS.webgpu);
  console.log(`${results.length} convolutions`);
  assert.deepEqual(results.filter((o) => !o.finite || o.worst > 0 || `${o.shape}` !== `${o.expected}`), []);
});
