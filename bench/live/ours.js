// The page's own path: the JavaScript API, whose worker shows each frame on the canvas.
import { Engine } from "../../www/engine.js";

/**
 * `model` is what `loadModel` takes.
 * @param {import("./page.js").Job} job
 * @param {HTMLCanvasElement} canvas
 */
export async function open({ backend, threads, model }, canvas) {
  const { width, height } = canvas;
  const engine = await Engine.create({ canvas, backend: backend === "webgpu" ? "webgpu" : "cpu", threads });
  await engine.resize(width, height);
  await engine.loadModel(model);
  const got = engine.machine().threads;
  if (got !== threads) throw new Error(`${got} of ${threads} threads`);
  return engine;
}
