// onnxruntime-web with its defaults: the graph we exported, ending in the class of every pixel.
import { normalised } from "../picture.js";

const FOLDER = new URL("../pkg/ort/", import.meta.url).href;

/**
 * What runs a network's input.
 * @param {Pick<import("../page.js").Job, "backend" | "threads" | "model" | "size">} job
 */
export async function openNetwork({ backend, threads, model, size }) {
  const ort = await import(`${FOLDER}ort.${backend}.min.mjs`);
  ort.env.wasm.wasmPaths = FOLDER;
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(`${model}.onnx`, { executionProviders: [backend] });
  return async (/** @type {Float32Array} */ input) => {
    const { output } = await session.run({ input: new ort.Tensor("float32", input, [1, 3, size, size]) });
    return /** @type {BigInt64Array} */ (output.data);
  };
}

/**
 * @param {import("../page.js").Job} job
 * @param {import("../picture.js").Picture} picture
 */
export async function start(job, picture) {
  const run = await openNetwork(job);
  const input = normalised(picture);
  return () => run(input);
}
