// `node onnx-scores.js FOLDER`: for each line `HEIGHT WIDTH` on its input, runs FOLDER/model.onnx in onnxruntime-web on FOLDER/input, writes
// the scores to FOLDER/output and answers `done`, or what went wrong. tests/golden/write_table.rs asks.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as ort from "onnxruntime-web";

// One thread: Node's workers are not what the threads of the wasm build expect.
ort.env.wasm.numThreads = 1;

const folder = process.argv[2];

/** @param {string} line */
async function answer(line) {
  const [height, width] = line.split(" ").map(Number);
  const session = await ort.InferenceSession.create(await readFile(join(folder, "model.onnx")));
  const bytes = await readFile(join(folder, "input"));
  const input = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const { output } = await session.run({ input: new ort.Tensor("float32", input, [1, 3, height, width]) });
  const scores = /** @type {Float32Array} */ (output.data);
  await writeFile(join(folder, "output"), new Uint8Array(scores.buffer, scores.byteOffset, scores.byteLength));
  await session.release();
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    await answer(line);
    console.log("done");
  } catch (error) {
    console.log(String(error).replaceAll("\n", " "));
  }
}
