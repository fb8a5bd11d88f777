// onnxruntime-web with its defaults: the graph we exported, ending in the class of every pixel.
import { normalised } from "../picture.js";

const FOLDER = new URL("../pkg/ort/", import.meta.url).href;

/**
 * @param {import("../page.js").Job} job
 * @param {import("../picture.js").Picture} picture
 */
export async function start({ backend, threads, model, size }, picture) {
  const ort = await import(`${FOLDER}ort.${backend}.min.mjs`);
  ort.env.wasm.wasmPaths = FOLDER;
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(`${model}.onnx`, { executionProviders: [backend] });
  const input = normalised(picture);
  return async () => {
    const { output } = await session.run({ input: new ort.Tensor("float32", input, [1, 3, size, size]) });
    return /** @type {BigInt64Array} */ (output.data);
  };
}
