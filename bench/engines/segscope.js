// Ours: the engine bundle's session for frames; for the first mask the JavaScript API, with its worker and its canvas.
import { fetchBytes } from "../picture.js";

/**
 * A frame includes what the others are spared: the picture's way from bytes to the network's input.
 * @param {import("../page.js").Job} job
 * @param {import("../picture.js").Picture} picture
 */
export async function start({ backend, model }, { size, rgba }) {
  const { default: init, Session } = await import(new URL("../../www/pkg/engine.js", import.meta.url).href);
  await init();
  const session = backend === "webgpu" ? await Session.onGpu() : Session.onCpu();
  session.loadModel(await fetchBytes(`${model}.safetensors`));
  return async () => {
    await session.segmentPixels(new Uint8Array(rgba.buffer), size, size, { width: size, height: size });
    return /** @type {Uint8Array} */ (await session.readMask());
  };
}

/** @param {import("../page.js").Job} job */
export async function firstMask({ backend, model, size }) {
  const { Engine } = await import(new URL("../../www/engine.js", import.meta.url).href);
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  document.body.append(canvas);
  const engine = await Engine.create({ canvas, backend });
  await engine.loadModel(new URL(`${model}.safetensors`, location.href));
  const photo = await (await fetch(new URL("../../www/samples/astronaut.jpg", import.meta.url))).blob();
  await engine.segment(await createImageBitmap(photo, { resizeWidth: size, resizeHeight: size }));
  await engine.readMask();
}
