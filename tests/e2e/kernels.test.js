// Every operation and every network of the zoo: both executors in this browser against PyTorch's golden outputs.
import assert from "node:assert/strict";
import { browserTest } from "./harness.js";

const CASES = "/tests/golden/cases";

/** @typedef {{name: string, kind: "operation" | "network", precision: "f32" | "int8", height: number, width: number, shape: number[]}} Case */
/** @typedef {{worst: number, sameArgmax: number, finite: boolean, shape: number[]}} Outcome */

/**
 * Runs in the page: one case through the engine bundle, compared with PyTorch's numbers.
 * @param {{cases: string, list: Case[], backend: "webgpu" | "cpu"}} job
 * @returns {Promise<Outcome[]>}
 */
async function runCases({ cases, list, backend }) {
  const { default: init, Session } = await import(new URL("/www/pkg/engine.js", location.href).href);
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
    let worst = -Infinity;
    let finite = ours.data.length === theirs.length;
    const [atol, rtol] = kind === "operation" ? [1e-5, 1e-4] : [1e-3, 1e-2];
    for (let i = 0; i < theirs.length; i++) {
      finite &&= Number.isFinite(ours.data[i]);
      worst = Math.max(worst, Math.abs(ours.data[i] - theirs[i]) - atol - rtol * Math.abs(theirs[i]));
    }
    const [channels, h, w] = shape;
    const best = (/** @type {Float32Array} */ scores, /** @type {number} */ pixel) => {
      let id = 0;
      for (let c = 1; c < channels; c++) if (scores[c * h * w + pixel] > scores[id * h * w + pixel]) id = c;
      return id;
    };
    let same = 0;
    for (let pixel = 0; pixel < h * w; pixel++) same += Number(best(ours.data, pixel) === best(theirs, pixel));
    outcomes.push({ worst, finite, sameArgmax: same / (h * w), shape: Array.from(ours.shape) });
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
