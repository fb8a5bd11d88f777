// Our own engine, used the usual way.
import { classesOf, openSession } from "../engines/segscope.js";
import { usually } from "./usual.js";

/**
 * `model` is the address of its files without their extension.
 * @param {import("./page.js").Job} job
 * @param {HTMLCanvasElement} canvas
 */
export async function open(job, canvas) {
  const session = await openSession(job);
  return usually(canvas, job.size, (picture) => classesOf(session, picture), () => session.bytesReadBack());
}
