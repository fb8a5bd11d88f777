// Checkpoints as torchvision, segmentation_models_pytorch and transformers write them, and ONNX files of the same networks and of five
// that the zoo lacks, converted in the page as a visitor's file is: both executors in this browser against PyTorch's scores.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { browserTest } from "./harness.js";

/** As python/golden/checkpoints.py lists it. An ONNX file says itself what network it is.
 * @typedef {{name: string, file: string, architecture?: string, classes: number, height: number, width: number}} Entry
 */

/** @typedef {import("./golden.js").Outcome & {backend: string, model: string, shape: number[]}} Outcome */

const FOLDER = process.env.SEGSCOPE_CHECKPOINTS ?? "";
/** @type {Entry[]} */
const ENTRIES = FOLDER ? JSON.parse(readFileSync(join(FOLDER, "index.json"), "utf8")) : [];

/**
 * Runs in the page: converts the first file of its input, and gives the second to either executor. The third is what
 * PyTorch answers.
 * @param {Entry} entry
 * @returns {Promise<Outcome[]>}
 */
async function convertAndRun({ classes, height, width }) {
  const load = (/** @type {string} */ path) => import(new URL(path, location.href).href);
  const { ModelStore } = await load("/www/models.js");
  const { readModelFile } = await load("/www/model-file.js");
  const { default: init, Session } = await load("/www/pkg/engine.js");
  const { compare } = await load("/tests/e2e/golden.js");
  await init();
  const [checkpoint, input, output] = document.querySelector("input")?.files ?? [];
  const floats = async (/** @type {File} */ file) => new Float32Array(await file.arrayBuffer());
  const { bytes } = await readModelFile(new ModelStore(), checkpoint, { precision: "f32" });
  const theirs = await floats(output);
  const outcomes = [];
  for (const backend of ["webgpu", "cpu"]) {
    const session = backend === "cpu" ? Session.onCpu() : await Session.onGpu(false);
    const model = session.loadModel(bytes).name;
    const ours = await session.runTensor(await floats(input), height, width);
    const outcome = compare(ours.data, theirs, { kind: "network", shape: [classes, height, width] });
    outcomes.push({ ...outcome, backend, model, shape: Array.from(ours.shape) });
    session.dispose();
  }
  return outcomes;
}

const skip = FOLDER ? false : "SEGSCOPE_CHECKPOINTS is not set; cargo xtask test --packages makes the checkpoints";
test("the packages' checkpoints are here", { skip }, () => {
  // Three of torchvision, one of transformers, and of smp eight decoders with three encoders each.
  const checkpoints = ENTRIES.filter(({ architecture }) => architecture).length;
  assert.ok(checkpoints >= 28, `${checkpoints} checkpoints in ${FOLDER}`);
  assert.ok(ENTRIES.length >= 2 * checkpoints + 5, `ONNX files are missing in ${FOLDER}`);
});

for (const entry of ENTRIES) {
  const { name, file, architecture, classes, height, width } = entry;
  browserTest(`${file}, converted in the page, has PyTorch's scores`, { timeout: 300_000 }, async ({ openPage }) => {
    const page = await openPage("/tests/e2e/blank.html");
    await page.evaluate(() => {
      document.body.append(Object.assign(document.createElement("input"), { type: "file", multiple: true }));
    });
    // By their paths: playwright sends no more than 50 MB.
    await page.setInputFiles("input", [file, `${file}.input`, `${file}.output`].map((file) => join(FOLDER, file)));
    const outcomes = await page.evaluate(convertAndRun, entry);
    const shares = outcomes.map((o) => `${o.backend} ${(o.sameArgmax * 100).toFixed(3)} %`);
    console.log(`${file}: same class as PyTorch on ${shares.join(", ")} of pixels`);
    assert.deepEqual(outcomes.map((o) => o.model), Array(2).fill(architecture ? `${name} (${architecture})` : name));
    assert.deepEqual(outcomes.map((o) => o.shape), Array(2).fill([1, classes, height, width]));
    assert.deepEqual(outcomes.filter((o) => !o.finite || o.worst > 0 || o.sameArgmax < 0.999), []);
  });
}
