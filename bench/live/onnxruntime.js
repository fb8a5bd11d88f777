// onnxruntime-web, used the usual way.
import { openNetwork } from "../engines/onnxruntime.js";
import { normalised } from "../picture.js";
import { usually } from "./usual.js";

/**
 * `model` is the address of its files without their extension.
 * @param {import("./page.js").Job} job
 * @param {HTMLCanvasElement} canvas
 */
export async function open(job, canvas) {
  const run = await openNetwork(job);
  const classesOf = async (/** @type {import("../picture.js").Picture} */ picture) => lowBytes(await run(normalised(picture)));
  return usually(canvas, job.size, classesOf, () => 0);
}

/** Class ids without a BigInt for each pixel, which would be most of the painting. @param {BigInt64Array} ids */
function lowBytes(ids) {
  const bytes = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  const low = new Uint8Array(ids.length);
  for (let i = 0; i < low.length; i++) low[i] = bytes[8 * i];
  return low;
}
