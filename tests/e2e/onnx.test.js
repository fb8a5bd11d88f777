// The ONNX export: every golden case in onnxruntime-web, which runs under Node too, against PyTorch's outputs.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { compare } from "./golden.js";

const CASES = join(import.meta.dirname, "../golden/cases");

// One thread: Node's workers are not what the threads of the wasm build expect.
ort.env.wasm.numThreads = 1;

/** @param {"operation" | "network"} kind */
async function outcomes(kind) {
  /** @type {import("./golden.js").Case[]} */
  const all = JSON.parse(await readFile(join(CASES, "index.json"), "utf8"));
  const list = all.filter((entry) => entry.kind === kind);
  assert.ok(list.length >= (kind === "network" ? 12 : 50), `${list.length} cases of kind ${kind}`);
  const results = [];
  for (const entry of list) results.push({ name: entry.name, precision: entry.precision, ...(await run(entry)) });
  return results;
}

/** @param {import("./golden.js").Case} entry */
async function run(entry) {
  const { name, height, width } = entry;
  const session = await ort.InferenceSession.create(await readFile(join(CASES, `${name}.onnx`)));
  const input = await floats(`${name}.input`);
  const shape = [1, input.length / (height * width), height, width];
  const { output } = await session.run({ input: new ort.Tensor("float32", input, shape) });
  assert.deepEqual(output.dims, [1, ...entry.shape], name);
  const outcome = compare(/** @type {Float32Array} */ (output.data), await floats(`${name}.output`), entry);
  await session.release();
  return outcome;
}

/** @param {string} name */
async function floats(name) {
  const bytes = await readFile(join(CASES, name));
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

test("onnx: every operation equals PyTorch", { timeout: 300_000 }, async () => {
  const results = await outcomes("operation");
  assert.deepEqual(results.filter((o) => !o.finite || o.worst > 0), []);
});

test("onnx: every network has PyTorch's classes", { timeout: 600_000 }, async () => {
  const results = await outcomes("network");
  assert.deepEqual(results.filter((o) => !o.finite || o.sameArgmax < (o.precision === "f32" ? 0.999 : 0.99)), []);
});
