import { abortedError } from "../errors.js";

/** Of CamVid's photos in the version that the networks were trained on. @type {[width: number, height: number]} */
export const SIZE = [480, 360];
const RUNS = 3;

/**
 * Milliseconds that a network of the catalogue takes for one photo: the middle of three runs, after one that warms up.
 *
 * Errors: those of `loadModel` and `segment`, `aborted`.
 * @param {import("../engine.js").Engine} engine
 * @param {string} id
 * @param {AbortSignal} signal
 */
export async function timeNetwork(engine, id, signal) {
  if (signal.aborted) throw abortedError();
  await engine.loadModel(id, { signal });
  const picture = photo();
  await engine.segment(picture);
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    if (signal.aborted) throw abortedError();
    times.push((await engine.segment(picture)).timings.network);
  }
  return /** @type {number} */ (times.sort((a, b) => a - b)[(RUNS - 1) / 2]);
}

/** Any picture will do: how long a network takes does not depend on what it sees. */
function photo() {
  const [width, height] = SIZE;
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const sky = context.createLinearGradient(0, 0, width, height);
  sky.addColorStop(0, "skyblue");
  sky.addColorStop(1, "dimgray");
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  return canvas;
}
