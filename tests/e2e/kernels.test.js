// Every operation and every network of the zoo: both executors in this browser against PyTorch's golden outputs.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";

const CASES = "/tests/golden/cases";

/** @typedef {import("./golden.js").Case} Case */
/** @typedef {import("./golden.js").Outcome & {shape: number[]}} Outcome */

/**
 * Runs in the page: one case through the engine bundle, compared with PyTorch's numbers.
 * @param {{cases: string, list: Case[], backend: "webgpu" | "cpu"}} job
 * @returns {Promise<Outcome[]>}
 */
async function runCases({ cases, list, backend }) {
  const { default: init, Session } = await import(new URL("/www/pkg/engine.js", location.href).href);
  const { compare } = await import(new URL("/tests/e2e/golden.js", location.href).href);
  await init();
  const session = backend === "cpu" ? Session.onCpu() : await Session.onGpu();
  const file = async (/** @type {string} */ name) => {
    const response = await fetch(`${cases}/${name}`);
    if (!response.ok) throw new Error(`${name}: ${response.status}; run cargo xtask test, which writes the cases`);
    return response.arrayBuffer();
  };
  const outcomes = [];
  for (const { name, kind, height, width, shape } of list) {
    session.loadModel(new Uint8Array(await file(`${name}.safetensors`)));
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
 * @param {"operation" | "network"} kind
 * @param {"webgpu" | "cpu"} backend
 */
async function outcomes({ openPage }, kind, backend) {
  const page = await openPage("/tests/e2e/blank.html");
  /** @type {Case[]} */
  const all = await page.evaluate(async (url) => (await fetch(url)).json(), `${CASES}/index.json`);
  const list = all.filter((entry) => entry.kind === kind);
  assert.ok(list.length >= (kind === "network" ? 12 : 50), `${list.length} cases of kind ${kind}`);
  const results = await page.evaluate(runCases, { cases: CASES, list, backend });
  return list.map((entry, i) => ({ ...entry, ...results[i], expected: [1, ...entry.shape] }));
}

for (const backend of /** @type {const} */ (["webgpu", "cpu"])) {
  browserTest(`${backend}: every operation equals PyTorch`, { timeout: 300_000 }, async (stage) => {
    const results = await outcomes(stage, "operation", backend);
    assert.deepEqual(results.filter((o) => !o.finite || o.worst > 0 || `${o.shape}` !== `${o.expected}`), []);
  });

  browserTest(`${backend}: every network has PyTorch's classes`, { timeout: 600_000 }, async (stage) => {
    const results = await outcomes(stage, "network", backend);
    for (const o of results) console.log(`${o.name}: same argmax as PyTorch on ${(o.sameArgmax * 100).toFixed(3)} % of pixels`);
    assert.deepEqual(results.filter((o) => !o.finite || o.sameArgmax < (o.precision === "f32" ? 0.999 : 0.99)), []);
  });
}
