// Ours: the engine bundle's session for frames; for the first mask the JavaScript API, with its worker and its canvas.
import { Rpc } from "../../www/rpc.js";
import { fetchBytes } from "../picture.js";

/** Of the session with threads. @type {Rpc | null} */
let worker = null;

/**
 * A frame includes what the others are spared: the picture's way from bytes to the network's input; with threads also its way to
 * a worker, and the mask's back.
 * @param {import("../page.js").Job} job
 * @param {import("../picture.js").Picture} picture
 */
export async function start({ backend, threads, model }, { size, rgba }) {
  if (threads > 1) {
    const rpc = new Rpc(new Worker(new URL("segscope-worker.js", import.meta.url), { type: "module" }));
    const bytes = await fetchBytes(`${model}.safetensors`);
    await rpc.call("start", () => ({ args: [threads, bytes, rpc.crashes] }));
    worker = rpc;
    return () => rpc.call("frame", () => ({ args: [new Uint8Array(rgba.buffer), size] }));
  }
  const session = await openSession({ backend, model });
  return () => classesOf(session, { size, rgba });
}

/**
 * A session with a model, in the page itself.
 * @param {Pick<import("../page.js").Job, "backend" | "model">} job
 * @returns {Promise<import("../../www/backends.js").Session>}
 */
export async function openSession({ backend, model }) {
  const { default: init, Session } = await import(new URL("../../www/pkg/engine.js", import.meta.url).href);
  await init();
  const session = backend === "webgpu" ? await Session.onGpu(true) : Session.onCpu();
  session.loadModel(await fetchBytes(`${model}.safetensors`));
  return session;
}

/**
 * @param {import("../../www/backends.js").Session} session
 * @param {import("../picture.js").Picture} picture
 * @returns {Promise<Uint8Array>}
 */
export async function classesOf(session, { size, rgba }) {
  await session.segmentPixels(new Uint8Array(rgba.buffer), size, size, { width: size, height: size });
  return session.readMask();
}

/** The most bytes in the worker, if there is one. @returns {Promise<{wasm: number, gpu: number} | undefined>} */
export async function memory() {
  return worker?.call("memory");
}

/** @param {import("../page.js").Job} job */
export async function firstMask({ backend, threads, model, size }) {
  const { Engine } = await import(new URL("../../www/engine.js", import.meta.url).href);
  const canvas = Object.assign(document.createElement("canvas"), { width: size, height: size });
  document.body.append(canvas);
  const engine = await Engine.create({ canvas, backend, threads });
  await engine.loadModel(new URL(`${model}.safetensors`, location.href));
  const photo = await (await fetch(new URL("../../www/samples/astronaut.jpg", import.meta.url))).blob();
  await engine.segment(await createImageBitmap(photo, { resizeWidth: size, resizeHeight: size }));
  await engine.readMask();
}
